"""Creditors, agreements, invoices and the actions on them."""
