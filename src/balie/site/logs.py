"""What is logged when something fails: what and where, never what it was about.

Messages of exceptions can hold somebody's address, their order, a row of a database.
"""

import logging
from types import TracebackType

from balie.frontstage.views import where

_Failure = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class WithoutData(logging.Formatter):
    """Formats records; of an exception only its kind and its last places."""

    def formatException(self, ei: _Failure) -> str:  # noqa: N802 - the name is Python's
        """The kind of exception and where it was raised."""
        return where(ei[1]) if ei[1] is not None else ""


def begin() -> None:
    """Logs warnings and worse to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(WithoutData("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    # Its warnings name the address that was asked; that is for whoever asked it.
    logging.getLogger("django.request").setLevel(logging.ERROR)
