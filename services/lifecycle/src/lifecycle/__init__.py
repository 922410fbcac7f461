"""Lifecycle: what happens next to a case."""
