"""The address that somebody signs in with, and how it becomes another."""
