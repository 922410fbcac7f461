"""Rules of claims and of the money that covers them."""
