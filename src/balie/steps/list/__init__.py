"""A page of rows of one thing, newest first."""
