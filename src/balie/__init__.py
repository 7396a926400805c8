"""Balie: one text file, the service blueprint, checked, drawn and run as a customer portal."""
