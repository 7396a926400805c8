"""What is checked of a blueprint: one file for each check, found by looking in this folder."""
