"""The outside of collectors: a folder of files, or an address; nothing in here knows the database."""
