"""What a page holds, before it is HTML or JSON: the same frozen data for both.

Texts of the blueprint are in the viewer's language already. Texts of Balie itself are not here:
a block carries a state, and the frontstage has the words for it.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from balie.mapping.kinds import Kind as Kind


class Tone(StrEnum):
    """The colour beside a status; its words always say it too."""

    PLAIN = "plain"
    GOOD = "good"
    BUSY = "busy"
    CAREFUL = "careful"


class Trust(StrEnum):
    """How far the data of a block can be trusted."""

    FRESH = "fresh"  # within the promise on age
    KNOWN = "known"  # last known: the source is away, or slower than the promise
    AWAY = "away"  # nothing to show: the source is away and was never seen
    WAITING = "waiting"  # nothing to show yet: the source is slower than the promise
    UNRECOGNISED = (
        "unrecognised"  # we cannot look now: who this is comes from a source that is away
    )
    HIDDEN = "hidden"  # left out, as the blueprint says, because its source is away


class Cell(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One value in clear: `text` is what is read; `value` is what a program reads (JSON).

    empty: there is no value; `text` then says so in the blueprint's words, or is "".
    sources: "system.table.field" for each place it comes from: what `balie try` shows raw.
    pending: the viewer entered it, and no system confirmed it yet. picture: `link` leads to one.
    """

    field: str
    label: str
    kind: Kind
    text: str
    value: str | Decimal | int | bool | date | datetime | None
    empty: bool = False
    tone: Tone = Tone.PLAIN
    link: str | None = None
    sources: tuple[str, ...] = ()
    pending: bool = False
    picture: bool = False


class Record(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One row in clear. `key` is unique in its table; `link` is its page's address.

    pending: the viewer sent it, and its system does not show it yet; then `key` is "" and `link`
    leads to the receipt.
    """

    key: str
    cells: tuple[Cell, ...]
    link: str | None = None
    pending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """Of when the data is. as_of: the oldest answer used. says: the blueprint's own words."""

    trust: Trust
    as_of: datetime | None = None
    says: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Labels with values: one record, laid out as a summary."""

    id: str
    title: str
    cells: tuple[Cell, ...]
    freshness: Freshness


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table. up, down: the addresses of the list in its order, either way."""

    field: str
    label: str
    kind: Kind
    up: str | None = None
    down: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arranged:
    """How a list stands that can stand otherwise, and the ways to change it.

    field: the column it is sorted by; "" newest first. query: what is looked for, as it was asked.
    found: how many records bear the words. looked_at: of how many, when there are more than that.
    newest: the address of the same, newest first. whole: of the same, without words.
    """

    address: str
    field: str = ""
    descending: bool = True
    query: str = ""
    found: int | None = None
    looked_at: int | None = None
    newest: str
    whole: str

    @property
    def is_plain(self) -> bool:
        """Whether it is the list as it stands by itself."""
        return not self.field and not self.query

    @property
    def sort(self) -> str:
        """The order as it stands in an address."""
        return f"-{self.field}" if self.field and self.descending else self.field


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Rows of one thing. broken: how many more there are that could not be read (T2)."""

    id: str
    title: str
    columns: tuple[Column, ...]
    records: tuple[Record, ...]
    freshness: Freshness
    broken: int = 0
    newer: str | None = None  # addresses of the neighbouring pages
    older: str | None = None
    arranged: Arranged | None = None  # None: it cannot stand otherwise


class Progress(StrEnum):
    """Where a stage of a timeline is."""

    DONE = "done"
    NOW = "now"
    TODO = "todo"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineStage:
    """One stage, in the customer's words."""

    code: str
    text: str
    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The stages of one field, in their order. Empty when the value is none of the stages."""

    id: str
    title: str
    stages: tuple[TimelineStage, ...]
    freshness: Freshness


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar of a figure."""

    label: str
    text: str
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureBlock:
    """A number of the dashboard, or bars. value is None when it cannot be known now."""

    id: str
    name: str
    kind: Kind
    text: str
    value: Decimal | None
    bars: tuple[Bar, ...]
    freshness: Freshness
    link: str | None = None  # the page that lists what was counted


Block = Facts | Listing | Timeline | FigureBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuItem:
    """One entry of the main menu, or one way on from a page.

    current: the page it leads to is open. follows: what is shown leads there, and to nothing else.
    """

    step: str
    label: str
    address: str
    current: bool = False
    follows: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """Who can be called."""

    name: str
    phone: str | None = None
    hours: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, weakref_slot=True)
class Page:
    """A whole page. headline: the answer, in a sentence; title: the step's own title."""

    step: str
    kind: str  # the step kind: overview, list, details
    title: str
    headline: str
    address: str
    blocks: tuple[Block, ...]
    menu: tuple[MenuItem, ...]
    acting_for: str | None = None
    help: Help | None = None
    up: MenuItem | None = None  # the list that this record is in
    ways: tuple[MenuItem, ...] = ()  # other pages about the same record
    notices: tuple[Freshness, ...] = ()  # said once, on top: what is away, in the blueprint's words
    as_of: datetime | None = field(default=None)
    arranged: str = ""  # the query of its address that says how its list is arranged

    @property
    def bytes(self) -> int:
        """What it takes in memory, about: a page is mostly its cells."""
        return _BYTES_OF_A_PAGE + _BYTES_OF_A_CELL * sum(_cells(block) for block in self.blocks)

    @property
    def again(self) -> str:
        """Where to ask for the newest."""
        return f"{self.address}?{self.arranged}{'&' if self.arranged else ''}newest=1"

    @property
    def trust(self) -> Trust:
        """The least trust of its blocks that are shown."""
        order = (Trust.UNRECOGNISED, Trust.AWAY, Trust.WAITING, Trust.KNOWN)
        shown = {block.freshness.trust for block in self.blocks}
        shown |= {notice.trust for notice in self.notices if notice.trust is Trust.UNRECOGNISED}
        return next((trust for trust in order if trust in shown), Trust.FRESH)


_BYTES_OF_A_PAGE = 10_000  # with the questions that it was made of
_BYTES_OF_A_CELL = 160  # measured on a page of 340 cells: 53 kB


def _cells(block: Block) -> int:
    match block:
        case Facts():
            return len(block.cells)
        case Listing():
            return len(block.columns) * (1 + len(block.records))
        case Timeline():
            return len(block.stages)
        case FigureBlock():
            return 1 + len(block.bars)
