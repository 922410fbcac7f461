"""Double-entry vouchers for every fact."""
