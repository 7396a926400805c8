"""The drawing."""
