"""Our API under schemathesis, which lives in an environment of its own."""
