"""What a caller can have done: translate, ask the services behind, shape the answer."""
