"""Adapters to accounting systems: a file drop as CSV or SIE 4, and an HTTP endpoint."""
