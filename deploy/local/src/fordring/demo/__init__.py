"""A portfolio that lives through months: made from a seed, played through the public edges, counted at the end."""
