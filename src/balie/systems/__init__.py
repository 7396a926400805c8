"""What a connector must know of us, and nothing else: contract, query, errors, ports.

Guards the line of internal interaction. Pure: no HTTP client, no framework, nothing of a blueprint.
"""
