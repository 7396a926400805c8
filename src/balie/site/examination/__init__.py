"""Looks an installation over, before and while it runs: `balie doctor`."""
