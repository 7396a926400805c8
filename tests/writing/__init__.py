"""What customers enter, on its way to the systems."""
