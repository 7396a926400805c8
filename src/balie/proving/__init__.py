"""Asks a running portal for everything as somebody else, and tells what it should not have said."""
