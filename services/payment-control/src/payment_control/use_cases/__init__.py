"""What payment-control does: load, decide, save, tell."""
