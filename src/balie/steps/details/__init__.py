"""A page about one row: the answer, its stages, its facts and what is inside it."""
