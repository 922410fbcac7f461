"""What can be done with cases; each takes a batch."""
