"""The three ways in which a system can fail us, named for their remedy."""


class SystemFault(Exception):
    """A system did not do what was asked.

    `staff` says in plain words what happened, without any personal data or secret.
    """

    def __init__(self, staff: str) -> None:
        super().__init__(staff)
        self.staff = staff


class Unavailable(SystemFault):
    """Try again later: no answer, a refusal to be asked so often, rubbish, or a 5xx."""

    def __init__(
        self, staff: str, *, retry_after: float | None = None, may_be_done: bool = True
    ) -> None:
        super().__init__(staff)
        self.retry_after = retry_after  # seconds, when the system said so
        self.may_be_done = may_be_done  # False: the system certainly did not hear of it


class Refused(SystemFault):
    """Give it to a person: the system understood, and says no to this record."""


class Misconfigured(SystemFault):
    """Tell staff once: wrong address, wrong key, or a contract that no longer holds."""
