"""Real back offices, installed for tests and for the demo."""
