"""Forms: what is asked, of whom and about which rows; what was filled in; whether it is right."""
