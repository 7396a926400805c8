"""What is laid out on the sheet: frozen boxes, texts and lines, each at its place.

Everything is in pixels; x goes right, y goes down. Painting turns a `Sheet` into SVG without
deciding anything, so whatever must hold for a drawing (no text over another, no riser through a
card) can be checked here.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from balie.blueprint.drawing.measure import Style, width

Point = tuple[float, float]
Segment = tuple[Point, Point]


class Ink(StrEnum):
    """What a text or a line is for; `paint` knows the colours."""

    PLAIN = "plain"
    MUTED = "muted"
    ALARM = "alarm"
    ON_DARK = "on dark"
    ADDRESS = "address"
    SYSTEM = "system"  # the colour of the card's system


class Anchor(StrEnum):
    """Where in the text its x is."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


class Look(StrEnum):
    """How a card is painted."""

    BARE = "bare"  # nothing but its texts
    PHASE = "phase"
    SLIP = "slip"
    CUSTOMER = "customer"
    SCREEN = "screen"
    QUESTION = "question"
    BUTTON = "button"
    PERSON = "person"
    ITSELF = "itself"
    WAIT = "wait"
    DECISION = "decision"
    PILL = "pill"  # a system in a column
    TAG = "tag"  # an answer on an arrow, or a name on a line
    MARKER = "marker"  # a stroke of the marker under what is lit
    HERE = "here"  # a step on this sheet, in the small map of the story
    ELSEWHERE = "elsewhere"  # a step on another sheet


class Glyph(StrEnum):
    """A small picture with a meaning; the legend explains each."""

    MARK = "mark"  # of a system
    NO_MARK = "no mark"  # something goes wrong without a system
    PERSON = "person"
    BIG_PERSON = "big person"
    GEAR = "gear"
    HOURGLASS = "hourglass"
    DIAMOND = "diamond"
    LETTER = "letter"
    LIST = "list"
    BARS = "bars"
    STAGE = "stage"
    SLIP = "slip"
    FACE = "face"  # `number` is the feeling
    RULE = "rule"  # a hairline; `number` is its length


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower side."""
        return self.y + self.height

    @property
    def middle(self) -> float:
        """The height of its middle."""
        return self.y + self.height / 2

    def moved(self, dx: float, dy: float) -> "Box":
        """The same box elsewhere."""
        return replace(self, x=self.x + dx, y=self.y + dy)

    def overlaps(self, other: "Box") -> bool:
        """Whether two boxes share more than a side."""
        return (
            self.x < other.right
            and other.x < self.right
            and self.y < other.bottom
            and other.y < self.bottom
        )

    def holds(self, other: "Box") -> bool:
        """Whether the other lies wholly within this one."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.right <= self.right
            and other.bottom <= self.bottom
        )


@dataclass(frozen=True, slots=True)
class Written:
    """One line of text; `y` is its baseline."""

    text: str
    x: float
    y: float
    style: Style
    ink: Ink = Ink.PLAIN
    anchor: Anchor = Anchor.START
    lit: bool = False

    @property
    def box(self) -> Box:
        """The room it takes, from the top of its capitals to under its tails."""
        long = width(self.text, self.style)
        before = {Anchor.START: 0.0, Anchor.MIDDLE: long / 2, Anchor.END: long}[self.anchor]
        size = self.style.size
        return Box(self.x - before, self.y - 0.74 * size, long, 0.95 * size)

    def moved(self, dx: float, dy: float) -> "Written":
        """The same text elsewhere."""
        return replace(self, x=self.x + dx, y=self.y + dy)


@dataclass(frozen=True, slots=True)
class Sign:
    """A glyph with its middle at x, y. number: which system's mark, or how it feels."""

    glyph: Glyph
    x: float
    y: float
    number: int = 0
    ink: Ink = Ink.MUTED
    lit: bool = False

    def moved(self, dx: float, dy: float) -> "Sign":
        """The same glyph elsewhere."""
        return replace(self, x=self.x + dx, y=self.y + dy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A box with what is in it. system: the number of the system that gives it its colour."""

    look: Look
    box: Box
    written: tuple[Written, ...] = ()
    signs: tuple[Sign, ...] = ()
    inner: tuple["Card", ...] = ()
    system: int = 0
    systems: tuple[int, ...] = ()  # to which a riser leads from here
    lit: bool = False  # the field that the drawing is about is here

    def moved(self, dx: float, dy: float) -> "Card":
        """The same card elsewhere, with all that is in it."""
        return replace(
            self,
            box=self.box.moved(dx, dy),
            written=tuple(text.moved(dx, dy) for text in self.written),
            signs=tuple(sign.moved(dx, dy) for sign in self.signs),
            inner=tuple(card.moved(dx, dy) for card in self.inner),
        )

    def every_text(self) -> tuple[Written, ...]:
        """Its texts and those of the cards in it."""
        within = (text for card in self.inner for text in card.every_text())
        return (*self.written, *within)


@dataclass(frozen=True, slots=True, kw_only=True)
class Riser:
    """The connection of one system in one column: up from its pill, beside the cards.

    x: of the vertical line. top: where it begins (a screen's edge, or the highest card).
    stubs: the heights at which cards join it. edge: the side of the cards and of the pill.
    hook: when it ends at the side of a screen rather than under it, the x of that side.
    """

    system: int
    x: float
    edge: float
    top: float
    bottom: float
    stubs: tuple[float, ...] = ()
    from_screen: bool = False
    hook: float | None = None
    reads: bool = False
    writes: bool = False
    lit: bool = False

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Its straight pieces."""
        stubs = (((self.edge, y), (self.x, y)) for y in self.stubs)
        hook = (((self.hook, self.top), (self.x, self.top)),) if self.hook is not None else ()
        return (
            ((self.x, self.top), (self.x, self.bottom)),
            ((self.x, self.bottom), (self.edge, self.bottom)),
            *stubs,
            *hook,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """A line of straight pieces with round corners and a head at one end or at both."""

    points: tuple[Point, ...]
    ink: Ink = Ink.PLAIN
    both: bool = False
    tag: Card | None = None
    lit: bool = False

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Its straight pieces."""
        return tuple(pairwise(self.points))


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One step. label: what it is, in sentences; about: all the rest of it, for who listens on."""

    step: str
    label: str
    about: str
    cards: tuple[Card, ...]
    risers: tuple[Riser, ...] = ()
    arrows: tuple[Arrow, ...] = ()


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the sheet with a ground of its own. tone: 0 is light, higher is duskier."""

    top: float
    bottom: float
    tone: int


class Stroke(StrEnum):
    """How one of the three lines is drawn."""

    DASHED = "dashed"
    SOLID = "solid"
    DOTTED = "dotted"


@dataclass(frozen=True, slots=True)
class Border:
    """One of the three lines, with its name on it."""

    y: float
    stroke: Stroke
    tag: Card


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The whole drawing."""

    width: float
    height: float
    language: str
    title: str
    about: str
    bands: tuple[Band, ...]
    borders: tuple[Border, ...]
    cards: tuple[Card, ...]  # header, names of lanes, phases, legend
    curve: tuple[Point, ...]  # of the feeling
    columns: tuple[Column, ...]
    arrows: tuple[Arrow, ...]  # from step to step
    has_light: bool = False  # one field is lit, all else is quiet
    number: int = 1  # among the sheets of the story
