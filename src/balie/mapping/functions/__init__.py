"""Named calculations (`calculated by:`), one file each; a blueprint adds its own."""
