"""Signing in by a program: JSON for front ends of one's own. Off until it is switched on."""
