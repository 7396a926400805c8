"""Organisations: who belongs to which, for whom somebody acts, and who administers it."""
