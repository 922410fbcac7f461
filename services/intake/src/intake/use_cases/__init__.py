"""What one can do here: load, decide, save, publish."""
