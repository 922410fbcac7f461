"""The embedded deployment: PostgreSQL, a broker, a mailbox, traces, a bank and the seven services as child processes."""
