"""The line of visibility: who is looking, and which rows are theirs. Pure."""
