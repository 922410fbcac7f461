"""The rules of lifecycle: values in, values out; the date is an argument."""
