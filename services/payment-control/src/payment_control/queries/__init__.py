"""Every SQL statement of payment-control, by subject; set-based, so a batch costs what one row costs."""
