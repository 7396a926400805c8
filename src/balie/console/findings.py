"""What was noted, put so that somebody at the service desk can act on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
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
    IncidentKind.REFUSED: Weight.BAD,
    IncidentKind.FAILED: Weight.BAD,
    IncidentKind.OWN_PAGE: Weight.WARN,
    IncidentKind.DOWN: Weight.WARN,
    IncidentKind.CUT: Weight.WARN,
    IncidentKind.BROKEN: Weight.WARN,
    IncidentKind.UNKNOWN_CODE: Weight.WARN,
    IncidentKind.AMBIGUOUS: Weight.WARN,
}
"""What is a finding, and how soon it asks for somebody. That a system is up again is none."""


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


def findings(noted: Iterable[Noted], blueprint: Blueprint, language: str) -> tuple[Finding, ...]:
    """What staff should look at, in their language: the gravest first, then the latest."""
    lines = [_finding(one, blueprint, language) for one in noted if one.about.kind in _WEIGHT]
    return tuple(sorted(lines, key=lambda line: (line.weight, -line.last.timestamp())))


def together(noted: Iterable[Noted], blueprint: Blueprint, language: str) -> tuple[Finding, ...]:
    """The same for the service desk: what is one trouble is told once, however many tables or
    pages it was met in.
    """
    found: dict[tuple[str, str, str], Finding] = {}
    for line in findings(noted, blueprint, language):
        is_outage = line.says == f"finding.{IncidentKind.DOWN.name.lower()}"
        says = f"{line.says}_all" if is_outage else line.says
        key = (says, line.system, "" if is_outage else line.table)
        found[key] = _more(found.get(key), replace(line, says=says))
    return tuple(found.values())


def _more(before: Finding | None, line: Finding) -> Finding:
    if before is None:
        return line
    step = before.step if before.step == line.step else ""
    return replace(
        before,
        step=step,
        count=before.count + line.count,
        first=min(before.first, line.first),
        last=max(before.last, line.last),
    )


def system_states(
    blueprint: Blueprint, health: Mapping[str, Health], language: str
) -> tuple[SystemState, ...]:
    """Every system by its name in a language, those that are down first."""
    states = [
        SystemState(name=name, title=blueprint.say(system.name, language), health=health[name])
        for name, system in blueprint.systems.items()
    ]
    return tuple(sorted(states, key=lambda state: state.health.up))


def _finding(noted: Noted, blueprint: Blueprint, language: str) -> Finding:
    about = noted.about
    system = blueprint.systems.get(about.system)
    titles = {str(step.id): blueprint.say(step.title, language) for step in blueprint.steps}
    return Finding(
        says=f"finding.{about.kind.name.lower()}",
        weight=_WEIGHT[about.kind],
        system=blueprint.say(system.name, language) if system else about.system,
        table=about.table,
        about=about.about,
        step=titles.get(about.step, about.step),
        count=noted.count,
        first=noted.first,
        last=noted.last,
    )
