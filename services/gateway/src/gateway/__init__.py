"""The partner REST API."""
