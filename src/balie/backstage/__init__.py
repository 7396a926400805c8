"""Runs a blueprint, out of sight: opens a step for a viewer, from systems, fresh or last known.

Guards the line of visibility from behind. Pure: what it needs of the world comes in as a port.
"""
