"""Services that nobody wrote: random blueprints with contracts and data, and who may see what."""
