"""The JSON of the partner API, spelled as partners know it."""
