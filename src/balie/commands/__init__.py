"""The `balie` command: one module for each sub-command."""
