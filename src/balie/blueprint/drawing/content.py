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
    lit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What Balie shows. stages: how many the timeline has, 0 without one.

    headline_lit, stages_lit: whether the field in the light is in it.
    """

    address: str
    headline: str
    stages: int
    rows: tuple[Row, ...]
    questions: tuple[Row, ...]
    conditions: tuple[str, ...]
    button: str
    age: str
    headline_lit: bool = False
    stages_lit: bool = False

    @property
    def lit(self) -> bool:
        """Whether the field in the light is anywhere on it."""
        asked = any(row.lit for row in (*self.rows, *self.questions))
        return asked or self.headline_lit or self.stages_lit


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
    lit: bool = False


@dataclass(frozen=True, slots=True)
class Slip:
    """What a customer holds afterwards; a mail is one too."""

    text: str
    is_mail: bool = False
    lit: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """A fail point. says: the very sentence that customers read, or ""."""

    system: str | None
    title: str
    says: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Use:
    """What a step reads from a system and writes to it: names, and how many fields they are.

    lit: the system's own fields behind the field in the light: "orders.status".
    """

    system: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    fields_read: int
    fields_written: int
    lit: tuple[str, ...] = ()


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

    @property
    def systems(self) -> frozenset[str]:
        """Every system whose mark is anywhere in this column."""
        rows = () if self.screen is None else (*self.screen.rows, *self.screen.questions)
        work = (*self.people, *self.backstage)
        return frozenset(
            (
                *(use.system for use in self.uses),
                *(fail.system for fail in self.failures if fail.system is not None),
                *(system for row in rows for system in row.systems),
                *(system for task in work for system in task.systems),
            )
        )

    @property
    def lit(self) -> bool:
        """Whether customers see the field in the light here."""
        return self.screen is not None and self.screen.lit


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
    light: str = ""  # the name of the field in the light
