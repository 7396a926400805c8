"""What is made on a portal that is proved, so that its identifiers and tokens can be tried."""
