"""What a blueprint means when it runs: rows, a viewer and an address make a page."""
