"""The pages of staff, under /staff: what is up, what is down, what was found."""
