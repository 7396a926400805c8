"""From which system which information comes, and where what is collected goes."""
