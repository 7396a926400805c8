"""What was noted, put so that somebody at the service desk can act on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from balie.backstage.ports import Health, IncidentKind, Noted
from balie.blueprint.model import Blueprint


class Weight(StrEnum):
    """How soon somebody should look."""

    BAD = "bad"
    WARN = "warn"


_WEIGHT: Mapping[IncidentKind, Weight] = {
    IncidentKind.DROPPED: Weight.BAD,
    IncidentKind.MISCONFIGURED: Weight.BAD,
    IncidentKind.BROKEN: Weight.WARN,
    IncidentKind.UNKNOWN_CODE: Weight.WARN,
    IncidentKind.AMBIGUOUS: Weight.WARN,
}
"""What is a finding. Down and up are not: they are the state of a system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the list. says: key of the sentence in our words, with system and table in it."""

    says: str
    weight: Weight
    system: str
    table: str
    about: str
    step: str
    count: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemState:
    """A system of the blueprint and how it is."""

    name: str
    title: str
    health: Health


def findings(noted: Iterable[Noted], blueprint: Blueprint) -> tuple[Finding, ...]:
    """What staff should look at: the gravest first, then the latest."""
    lines = [_finding(one, blueprint) for one in noted if one.about.kind in _WEIGHT]
    return tuple(sorted(lines, key=lambda line: (line.weight, -line.last.timestamp())))


def system_states(blueprint: Blueprint, health: Mapping[str, Health]) -> tuple[SystemState, ...]:
    """Every system, those that are down first."""
    states = [
        SystemState(name=name, title=str(system.name), health=health[name])
        for name, system in blueprint.systems.items()
    ]
    return tuple(sorted(states, key=lambda state: state.health.up))


def _finding(noted: Noted, blueprint: Blueprint) -> Finding:
    about = noted.about
    system = blueprint.systems.get(about.system)
    titles = {str(step.id): str(step.title) for step in blueprint.steps}
    return Finding(
        says=f"finding.{about.kind.name.lower()}",
        weight=_WEIGHT[about.kind],
        system=str(system.name) if system else about.system,
        table=about.table,
        about=about.about,
        step=titles.get(about.step, about.step),
        count=noted.count,
        first=noted.first,
        last=noted.last,
    )
