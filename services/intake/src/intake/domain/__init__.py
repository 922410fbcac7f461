"""Rules of intake: values in, values out."""
