"""The bodies of communication's internal HTTP answers."""
