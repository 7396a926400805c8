"""Text -> model -> findings; lineage and drawing. Pure: no framework, no HTTP, no database."""
