"""What the drawing and the table say of a blueprint, in one language, before any place is known."""

from dataclasses import dataclass
from enum import StrEnum


class Doer(StrEnum):
    """Who or what a task is for."""

    PERSON = "person"
    ITSELF = "itself"
    WAIT = "wait"
    DECISION = "decision"


class RowKind(StrEnum):
    """What a row on a screen is."""

    FIELD = "field"
    LIST = "list"
    FIGURE = "figure"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that a screen shows or asks, and the systems that it comes from or goes to."""

    text: str
    systems: tuple[str, ...]
    kind: RowKind = RowKind.FIELD


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What Balie shows. stages: how many the timeline has, 0 without one."""

    address: str
    headline: str
    stages: int
    rows: tuple[Row, ...]
    questions: tuple[Row, ...]
    only_while: tuple[str, ...]
    button: str
    age: str


@dataclass(frozen=True, slots=True)
class Note:
    """A line under a task; a limit is what must not be overrun."""

    text: str
    is_limit: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """Something that a person does, that happens by itself, that is waited for or decided."""

    doer: Doer
    text: str
    notes: tuple[Note, ...] = ()
    systems: tuple[str, ...] = ()  # that it writes to


@dataclass(frozen=True, slots=True)
class Slip:
    """What a customer holds afterwards; a mail is one too."""

    text: str
    is_mail: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """A fail point. says: the very sentence that customers read, or ""."""

    system: str | None
    title: str
    says: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Use:
    """What a step reads from a system and writes to it: names, and how many fields they are."""

    system: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    fields_read: int
    fields_written: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One column, in words."""

    id: str
    number: int
    phase: str
    title: str
    whom: tuple[str, ...]
    promises: tuple[str, ...]
    feeling: int | None
    holds: tuple[Slip, ...]
    does: str
    people: tuple[Task, ...]
    screen: Screen | None
    backstage: tuple[Task, ...]
    uses: tuple[Use, ...]
    failures: tuple[Failure, ...]
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """The way from one step to another, by their numbers in `Content.steps`, from 0."""

    start: int
    end: int
    answer: str = ""


@dataclass(frozen=True, slots=True)
class System:
    """A system and its name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the story and how many steps it has."""

    name: str
    steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The whole blueprint, in words."""

    service: str
    about: str
    version: str
    language: str
    systems: tuple[System, ...]
    phases: tuple[Phase, ...]
    steps: tuple[Step, ...]
    ways: tuple[Way, ...]
