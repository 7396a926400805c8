"""The server side of a connector: how a rehearsed system answers in the vendor's dialect.

A kind of connector may have `rehearse.py` beside its client, with `rehearse: Rehearse`. It turns a
request of its protocol into questions to what the system holds, and rows into an answer. It knows
no HTTP server and no file: the rehearsal does the listening, the doors (who may ask) and the
mischief (down, slow, garbage, filters ignored).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from balie.systems.contract import Contract
from balie.systems.profile import Profile
from balie.systems.query import Order
from balie.systems.rows import Raw, Row

JSON = "application/json"


def _no_headers() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, as it came in.

    steps: the path between its slashes, decoded. query: decoded, in order.
    headers: names in lower case. root: the system's address, without a slash at the end.
    """

    method: str
    steps: tuple[str, ...]
    query: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=_no_headers)
    root: str = ""


class Deed(StrEnum):
    """What was done to a row."""

    MADE = "made"
    CHANGED = "changed"
    KEPT = "kept"  # a file


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a request changed. table: the system's own name. fields: their names, in order."""

    deed: Deed
    table: str
    key: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back. `did` says in a few plain words what was done, for the system's log.

    effects: the rehearsal fills them in, from what was changed through `Held`.
    """

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=_no_headers)
    did: str = ""
    effects: tuple[Effect, ...] = ()


class Compare(StrEnum):
    """How a field can be compared with a value."""

    EQUAL = "eq"
    UNEQUAL = "ne"
    ABOVE = "gt"
    AT_LEAST = "ge"
    BELOW = "lt"
    AT_MOST = "le"
    STARTS = "startswith"
    ENDS = "endswith"
    CONTAINS = "contains"


@dataclass(frozen=True, slots=True)
class Choice:
    """`field` compares like this with `value`, a raw value as text; None is "nothing"."""

    field: str
    compare: Compare
    value: str | None
    fold_case: bool = False


@dataclass(frozen=True, slots=True)
class Test:
    """At least one of the choices holds."""

    any_of: tuple[Choice, ...]

    __test__ = False  # not a test of pytest, whatever its name says


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Rows of a table, as a dialect asks for them. All tests must hold.

    table: the system's own name of it. after: `Found.next` of the answer before.
    """

    table: str
    tests: tuple[Test, ...] = ()
    orders: tuple[Order, ...] = ()
    after: str | None = None
    limit: int = 200


@dataclass(frozen=True, slots=True)
class Found:
    """Rows, how to go on (None after the last), and how many there are in all."""

    rows: tuple[Row, ...]
    next: str | None
    total: int


class BadPlace(ValueError):
    """`Question.after` is no place that was ever given out."""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer that was given to a key of the caller, and to which body."""

    body: bytes
    answer: Answer


class NotGiven(Exception):
    """The system itself puts something in a row, and nobody said what. Holds words."""


class Held(Protocol):
    """What a rehearsed system holds. `ignore_filters` and broken rows happen behind this port.

    What is changed through it is noted as an effect of the request.
    """

    def find(self, question: Question) -> Found:
        """The rows asked for. Raises BadPlace."""
        ...

    def one(self, table: str, key: Mapping[str, str]) -> Row | None:
        """The row with this key."""
        ...

    def document(self, table: str, row: Row, field: str) -> bytes:
        """The document (PDF) in this field of a row."""
        ...

    @property
    def notices_repeats(self) -> bool:
        """Whether the system notices that something was sent before."""
        ...

    def make(self, table: str, fields: Row) -> Row:
        """Makes a row: what was sent, and what the system itself gives it. Raises NotGiven."""
        ...

    def change(self, table: str, row: Row, fields: Mapping[str, Raw]) -> Row:
        """Changes a row; the same values again change nothing."""
        ...

    def keep(self, table: str, row: Row, field: str, kind: str, content: bytes) -> None:
        """Keeps a file of a row in place of the one before; the same again changes nothing."""
        ...

    def kept(self, table: str, row: Row, field: str) -> tuple[str, bytes] | None:
        """A file that was kept: its media type and its bytes."""
        ...

    def said(self, key: str) -> Said | None:
        """What was answered to a key of the caller."""
        ...

    def remember(self, key: str, said: Said) -> None:
        """Remembers what was answered to a key of the caller."""
        ...


class Rehearsed(Protocol):
    """One rehearsed system, in its dialect."""

    def blank(self, table: str) -> Row:
        """A row that says nothing, field by field, in the way of this system."""
        ...

    def answer(self, asked: Asked, held: Held) -> Answer:
        """The answer to a request that may come in. Never raises for what somebody asks."""
        ...

    def refuse(self, status: int, title: str, words: str) -> Answer:
        """A refusal in the dialect's own shape: 401, 404, 500, ..."""
        ...


class Rehearse(Protocol):
    """`rehearse` of a connector's folder.

    files: the bytes of the contract files. settings: values for `${NAME}` in the profile.
    """

    def __call__(
        self,
        *,
        contract: Contract,
        files: Sequence[bytes],
        profile: Profile,
        settings: Mapping[str, str],
    ) -> Rehearsed: ...
