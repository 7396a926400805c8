"""Explains the checks: each on its example, as a page and as a message."""
