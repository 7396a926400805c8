"""A page of figures and facts: how everything stands."""
