"""The languages that Balie speaks."""
