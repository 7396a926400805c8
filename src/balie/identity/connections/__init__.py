"""Signing in at other parties: OpenID Connect, strictly."""
