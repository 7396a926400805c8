"""What carries actions to the systems, again and again until they are there."""
