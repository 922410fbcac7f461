"""How a Fordring process starts: settings, database, HTTP, clock, telemetry."""
