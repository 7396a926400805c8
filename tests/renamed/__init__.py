"""The same story in other words: every name of a blueprint replaced, so that none can matter."""
