"""A proxy before a system, misbehaving as networks and gateways do, and what pages do then."""
