"""What people open under /accounts/. Whatever a page decides, it asks of what lies below it."""
