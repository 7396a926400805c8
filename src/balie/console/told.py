"""What does not go on, told so that somebody at the service desk can act on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from balie.backstage.actions import ActionState, ErrandState
from balie.backstage.process.instance import Button, Kind, WorkItem
from balie.backstage.service_desk.stuck import (
    FOR_PEOPLE,
    POSSIBLE,
    Dossier,
    HeldUp,
    Load,
    Part,
    Verdict,
    is_for,
)
from balie.backstage.service_desk.work import is_overdue
from balie.blueprint.model import EVERYBODY, Blueprint

_ORDER = (
    Verdict.CORRECTED,
    Verdict.AGAIN,
    Verdict.DONE,
    Verdict.HANDED_OVER,
    Verdict.DROPPED,
)

_SEES: Mapping[ErrandState, str] = {
    ErrandState.REFUSED: "refused",
    ErrandState.CONFLICT: "conflict",
    ErrandState.UNCERTAIN: "attention",
    ErrandState.ASKS: "attention",
    ErrandState.STUCK: "attention",
    ErrandState.WAITING: "received",
}


DEEDS = (
    *("looked", "looked along", "found", "explained", "acted as", "stopped acting as"),
    *("looked at links", "unlinked", "signed out by staff"),
    *("represented", "represents", "began to represent", "ended representing"),
    *("accepted", "answered", "erased"),
    *(verdict.value for verdict in Verdict),
)
"""What the audit says that colleagues do; of other words no sentence is made."""


def deed_key(what: str) -> str:
    """The key of our words for a word of the audit; "" when it has none."""
    return f"deed.{what.replace(' ', '_')}" if what in DEEDS else ""


@dataclass(frozen=True, slots=True)
class Told:
    """A blueprint in the language of whoever reads."""

    blueprint: Blueprint
    language: str

    def step(self, id_: str) -> str:
        """The title of a step; its id when this version has no such step."""
        titles = (step.title for step in self.blueprint.steps if str(step.id) == id_)
        return self._say(next(titles, None), id_)

    def is_for_everybody(self, id_: str) -> bool:
        """Whether a step is done without signing in: its receipt only tells that it came."""
        return any(step.is_for_everybody for step in self.blueprint.steps if step.id == id_)

    def system(self, id_: str) -> str:
        """What a system is called."""
        system = self.blueprint.systems.get(id_)
        return self._say(system.name if system else None, id_)

    def team(self, id_: str) -> str:
        """What a team is called; "" for work that is everybody's."""
        team = self.blueprint.people.staff.get(id_)
        return self._say(team.name if team else None, id_)

    def kind(self, id_: str) -> str:
        """What a kind of customer is called."""
        kind = self.blueprint.people.customers.get(id_)
        return self._say(kind.name if kind else None, id_)

    def text(self, text: str) -> str:
        """A text of the blueprint."""
        return self.blueprint.say(text, self.language)

    def field(self, named: str) -> str:
        """What customers call `thing.field`."""
        thing, _, id_ = named.partition(".")
        found = self.blueprint.things.get(thing)
        ours = found.fields.get(id_) if found else None
        return self._say(ours.name if ours else None, named)

    @property
    def teams(self) -> tuple[tuple[str, str], ...]:
        """Every team: id, name."""
        return tuple((id_, self.team(id_)) for id_ in self.blueprint.people.staff)

    def _say(self, text: str | None, otherwise: str) -> str:
        return otherwise if text is None else self.blueprint.say(text, self.language)


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckLine:
    """An errand in a list. says: key of what is wrong. sees: key of what the customer reads."""

    held: HeldUp
    step: str
    system: str
    team: str
    says: str
    sees: str


def stuck_lines(
    held: Sequence[HeldUp], told: Told, teams: frozenset[str] | None = None
) -> list[StuckLine]:
    """What is stuck, for these teams or for everybody."""
    known = frozenset(told.blueprint.people.staff)
    return [
        StuckLine(
            held=one,
            step=told.step(one.step),
            system=told.system(one.system),
            team=told.team(one.team),
            says=f"stuck.{one.state.name.lower()}",
            sees=f"sees.{_seen_of(one, told)}",
        )
        for one in held
        if teams is None or is_for(one.team, teams, known)
    ]


def _seen_of(held: HeldUp, told: Told) -> str:
    if told.is_for_everybody(held.step):
        return "received"
    return _SEES.get(held.state, "received") if held.is_master else "attention"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadLine:
    """What of one system does not go on."""

    load: Load
    system: str


def load_lines(loads: Sequence[Load], told: Told) -> list[LoadLine]:
    """What waits, by system."""
    return [LoadLine(load=load, system=told.system(load.system)) for load in loads]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartLine:
    """An errand on the page of its action. ways: what can be decided, by this colleague."""

    part: Part
    system: str
    team: str
    says: str
    ways: tuple[Verdict, ...]

    @property
    def is_stuck(self) -> bool:
        """Whether it waits for people."""
        return self.part.progress.state in FOR_PEOPLE


def part_lines(dossier: Dossier, told: Told, teams: frozenset[str]) -> list[PartLine]:
    """The errands of an action, with what somebody of these teams can do about each."""
    known = frozenset(told.blueprint.people.staff)
    return [
        PartLine(
            part=part,
            system=told.system(part.errand.system),
            team=told.team(part.team),
            says=f"stuck.{part.progress.state.name.lower()}",
            ways=_ways(part, dossier) if is_for(part.team, teams, known) else (),
        )
        for part in dossier.parts
    ]


def _ways(part: Part, dossier: Dossier) -> tuple[Verdict, ...]:
    possible = POSSIBLE.get(part.progress.state, frozenset())
    if dossier.erased or not part.errand.fields:
        possible -= {Verdict.CORRECTED}
    if part.progress.state is ErrandState.HELD and not part.errand.is_master:
        possible = frozenset()  # all of it waits for the same approval
    return tuple(way for way in _ORDER if way in possible)


def sees(state: ActionState, person: str = "") -> str:
    """Key of what the customer reads of an action. person: whose it is; one of everybody's tells
    that it was received, whatever became of it.
    """
    told = ActionState.RECEIVED if person == EVERYBODY else state
    return f"sees.{told.name.lower()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLine:
    """A work item in a list or on its page."""

    item: WorkItem
    title: str
    step: str
    teams: str
    overdue: bool
    says: str  # key of what is asked

    @property
    def instance(self) -> str:
        """The action by which the story began."""
        return self.item.id.partition(":")[0]


def work_lines(items: Sequence[WorkItem], told: Told, now: datetime) -> list[WorkLine]:
    """Work items, in the language of whoever reads."""
    return [work_line(item, told, now) for item in items]


def work_line(item: WorkItem, told: Told, now: datetime) -> WorkLine:
    """One work item."""
    return WorkLine(
        item=item,
        title=told.text(item.title),
        step=told.step(item.step),
        teams=", ".join(told.team(team) for team in item.teams),
        overdue=is_overdue(item, now),
        says=f"work.{Kind(item.kind).name.lower()}",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonLine:
    """A button of a work item. key: of our own words; "" when the blueprint has a label.

    asks: (name in the form, field, label).
    """

    answer: str
    label: str
    key: str
    asks: tuple[tuple[str, str, str], ...]


def button_lines(item: WorkItem, told: Told) -> list[ButtonLine]:
    """The answers to a work item, and what each asks."""
    return [_button(place, button, told) for place, button in enumerate(item.buttons)]


def _button(place: int, button: Button, told: Told) -> ButtonLine:
    return ButtonLine(
        answer=button.answer,
        label=told.text(button.label) if button.label else "",
        key="" if button.label else f"answer.{button.answer.replace(' ', '_')}",
        asks=tuple(
            (f"f{place}-{number}", named, told.field(named))
            for number, named in enumerate(button.asks)
        ),
    )
