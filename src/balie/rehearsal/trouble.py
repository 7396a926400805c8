"""What goes wrong in a rehearsal, said so that its author can mend it."""


class RehearsalError(Exception):
    """The rehearsal cannot start. The message says what, where and how to mend it."""
