"""Raw to clear: types, no-values, life order, words of codes, and how they read. Pure."""
