"""Measurements side by side in one run. Ratios are to be read, not milliseconds."""
