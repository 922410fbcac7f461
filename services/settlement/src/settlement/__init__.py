"""What is paid out to creditors."""
