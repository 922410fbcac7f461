"""Rules of accounting: values in, values out."""
