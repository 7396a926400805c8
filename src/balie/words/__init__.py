"""Balie's own words: one folder per language, and nothing of a language anywhere else."""
