"""What customers see: pages, the API, their words and their looks. Guards the line of interaction.

A thin Starlette app around framework-free views. Everything it shows was made by `backstage`.
"""
