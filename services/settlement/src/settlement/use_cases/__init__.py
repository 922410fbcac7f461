"""What settlement does, one file per thing."""
