"""What happens next to a case."""
