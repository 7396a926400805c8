"""What `balie new` writes: files with @name@ in them for the name that was asked for."""
