"""The story behind the line of visibility, in simulated time."""
