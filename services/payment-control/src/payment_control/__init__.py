"""What is owed, and the money that arrived."""
