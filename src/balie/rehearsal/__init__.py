"""Rehearsal: a blueprint's support systems, simulated and served over real HTTP.

Stands below the line of internal interaction, where the real back offices would be.
"""
