"""JSON-RPC as Tryton speaks it: sessions, domains, typed values, self-describing fields."""
