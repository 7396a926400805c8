"""HTTP with JSON, described by an OpenAPI file."""
