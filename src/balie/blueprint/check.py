"""Checks a blueprint: everything that is wrong with it, in the order of its text."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice

from balie.blueprint.checks.check import Subject
from balie.blueprint.checks.found import about, meaning_checks
from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.model import Accepts, Blueprint
from balie.blueprint.source import Span, Text
from balie.systems.contract import Contract

Part = tuple[int, tuple[Accepts, ...]]
"""The line on which a step, a thing or a system begins, and what it accepts."""

Parts = dict[str, list[Part]]
"""By file, the parts in it from top to bottom."""

MOST = 60
"""Findings of one check: who gets more of them has another problem first."""

READING_ORDER = ("story.yaml", "things.yaml", "systems.yaml")
"""The order in which people read a blueprint; other files follow by name."""


def check(
    blueprint: Blueprint,
    contracts: Mapping[str, Contract],
    read: tuple[Finding, ...] = (),
    *,
    languages: frozenset[str] | None = None,
) -> tuple[Finding, ...]:
    """Everything that is wrong with a blueprint, each thing once, in the order of the text.

    contracts: what each system says of itself, by its id; a system without one is not compared.
    read: what reading found (`Reading.findings`).
    languages: in which Balie has words of its own; without them languages are not compared.
    """
    subject = Subject(blueprint=blueprint, contracts=contracts, languages=languages)
    found = [finding for one in meaning_checks() for finding in islice(one.check(subject), MOST)]
    parts = _parts(blueprint)
    kept = _without_cascades([*read, *found], parts)
    return in_order(_grouped(_without_accepted(kept, parts)))


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in the order of the text."""
    return tuple(sorted(findings, key=lambda finding: _position(finding.where[0].at)))


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether a blueprint with these findings may not start."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def _position(at: Span) -> tuple[int, str, int, int]:
    known = at.file in READING_ORDER
    rank = READING_ORDER.index(at.file) if known else len(READING_ORDER)
    return rank, at.file, at.line, at.column


# ---- said once


def _without_cascades(findings: list[Finding], parts: Parts) -> list[Finding]:
    places: dict[str, set[Span]] = {}
    for finding in findings:
        places.setdefault(finding.code, set()).update(place.at for place in finding.where)
    unread = {
        _part_of(finding.where[0].at, parts) for finding in findings if _leaves_unread(finding)
    }
    return [
        finding
        for finding in findings
        if not (_has_cause(finding, places) or _was_not_read(finding, unread, parts))
    ]


def _has_cause(finding: Finding, places: Mapping[str, set[Span]]) -> bool:
    here = {place.at for place in finding.where}
    known = about().get(finding.code)
    causes = () if known is None else known.follows_from
    return any(here & places.get(cause, set()) for cause in causes)


def _leaves_unread(finding: Finding) -> bool:
    known = about().get(finding.code)
    return known is not None and known.leaves_unread


def _was_not_read(finding: Finding, unread: set[tuple[str, int]], parts: Parts) -> bool:
    known = about().get(finding.code)
    number = None if known is None else known.missing_at
    if number is None or number >= len(finding.where):
        return False
    return _part_of(finding.where[number].at, parts) in unread


def _grouped(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The same message twice is said once, with the number of other places."""
    first: dict[tuple[str, str], Finding] = {}
    others: dict[tuple[str, str], set[Span]] = {}
    for finding in in_order(findings):
        key = (finding.code, finding.message)
        first.setdefault(key, finding)
        others.setdefault(key, set()).add(finding.where[0].at)
    for key, finding in first.items():
        yield _with_more(finding, len(others[key]) - 1)


def _with_more(finding: Finding, more: int) -> Finding:
    if not more:
        return finding
    place, *rest = finding.where
    label = f"{place.label}, and in {more} more place{'s' if more > 1 else ''}"
    return replace(finding, where=(Place(place.at, label), *rest))


# ---- accepted


def _without_accepted(findings: Iterable[Finding], parts: Parts) -> Iterator[Finding]:
    for finding in findings:
        if not (_can_be_accepted(finding) and _is_accepted(finding, parts)):
            yield finding


def _can_be_accepted(finding: Finding) -> bool:
    known = about().get(finding.code)
    return finding.severity is not Severity.ERROR or (known is not None and known.can_be_accepted)


def _parts(blueprint: Blueprint) -> Parts:
    parts: Parts = {}

    def begins(at: Span, accepts: tuple[Accepts, ...] = ()) -> None:
        parts.setdefault(at.file, []).append((at.line, accepts))

    for step in blueprint.steps:
        begins(step.id.at, step.accepts)
    for system in blueprint.systems.values():
        begins(system.id.at, system.accepts)
    for thing in blueprint.things.values():
        begins(thing.id.at, thing.accepts)
    for other in _other_starts(blueprint):
        begins(other)
    return {file: sorted(found, key=lambda part: part[0]) for file, found in parts.items()}


def _other_starts(blueprint: Blueprint) -> Iterator[Span]:
    names: list[Text] = [purpose.id for purpose in blueprint.purposes.values()]
    names += [cookie.id for cookie in blueprint.cookies.values()]
    names += [phase.name for phase in blueprint.story]
    yield from (name.at for name in names)
    yield from (blueprint.me.at, blueprint.people.at)
    yield from (value.at for value in blueprint.logins.values())


def _is_accepted(finding: Finding, parts: Parts) -> bool:
    return any(
        accepted.code == finding.code
        for place in finding.where
        for accepted in _accepted_at(place.at, parts)
    )


def _accepted_at(at: Span, parts: Parts) -> tuple[Accepts, ...]:
    index = _index(at, parts)
    return parts[at.file][index][1] if index >= 0 else ()


def _part_of(at: Span, parts: Parts) -> tuple[str, int]:
    """The part that a place is in: its file, and its number from the top."""
    return at.file, _index(at, parts)


def _index(at: Span, parts: Parts) -> int:
    return bisect_right(parts.get(at.file, []), at.line, key=lambda part: part[0]) - 1
