"""Providers of OpenID Connect: one that is right, many that are not, look-alikes, a real one."""
