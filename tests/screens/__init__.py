"""What people see: every screen recorded from the running portal, and looked at in a browser."""
