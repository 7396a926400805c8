"""One folder per kind of step: how a page of that kind is opened. Pure."""
