"""The ways in which a system can fail us, named for their remedy."""

from collections.abc import Iterator
from contextlib import contextmanager


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


class Crowded(Unavailable):
    """Try again soon: it was not asked, for we ask it as much as its limit allows already."""

    def __init__(self, staff: str, retry_after: float) -> None:
        super().__init__(staff, retry_after=retry_after, may_be_done=False)
        self.soon = retry_after


class Refused(SystemFault):
    """Give it to a person: the system understood, and says no to this record."""


class AsksAPerson(SystemFault):
    """Ask a person: the system wants to hear that somebody is sure. Nothing was done, and none of
    us may answer for them.
    """


class Misconfigured(SystemFault):
    """Tell staff once: wrong address, wrong key, or a contract that no longer holds."""


@contextmanager
def nothing_is_done_yet() -> Iterator[None]:
    """What goes wrong in here goes wrong before anything was asked to be done."""
    try:
        yield
    except Crowded:
        raise
    except Unavailable as fault:
        raise Unavailable(fault.staff, retry_after=fault.retry_after, may_be_done=False) from fault
