"""Settings, addresses and start: the one place that knows every concrete thing."""
