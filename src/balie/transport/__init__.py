"""Speaks HTTP for the connectors: deadlines, limits, a breaker, and no way to addresses of our own.

Guards the line of internal interaction from the side of the network.
"""
