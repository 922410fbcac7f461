"""What one can do in accounting."""
