"""DBOS Transact behind our port: docs/decisions/0002-writes-are-carried-by-dbos.md."""
