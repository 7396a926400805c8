"""What a check has to say: what you'd notice, where (two places joined), why, how to mend."""

from dataclasses import dataclass
from enum import StrEnum

from balie.blueprint.source import Span


class Severity(StrEnum):
    """An error keeps a blueprint from starting; a warning and an info do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the text and what is to be seen there, e.g. "shown here"."""

    at: Span
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One message. `where` begins with the place to mend; others explain it."""

    code: str  # "BP101"
    severity: Severity
    message: str
    where: tuple[Place, ...]
    why: str = ""
    help: tuple[str, ...] = ()  # lines
