"""Explains one page for one person: what was asked, what came raw, and why something is hidden.

For the developer and the service desk. It shows raw rows, so it is for a terminal or for staff,
and never for a customer's page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from balie.access.viewer import Knowledge, Viewer, Visitor
from balie.access.visibility import is_for, may_open, may_see
from balie.backstage.page import Page
from balie.backstage.plans import Plan
from balie.backstage.service import Service
from balie.backstage.sources import Outcome, Question
from balie.mapping.clear import Unreadable
from balie.mapping.kinds import Kind
from balie.mapping.thing import MappedThing
from balie.systems.rows import Row


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to a system, and the rows that came and were in scope."""

    system: str
    table: str
    because: str  # the relation of the blueprint
    relations: tuple[str, ...]  # as they were asked, with their values
    fields: tuple[str, ...]
    trust: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """A page with its reasons. page is None when the customer reads "not found"."""

    viewer: Viewer
    page: Page | None
    asked: tuple[Asked, ...]
    hidden: tuple[str, ...]


async def explain(service: Service, path: str, visitor: Visitor, language: str) -> Explained:
    """The page at a path for whoever signed in, and why it is as it is."""
    asked: list[Asked] = []

    def trace(question: Question, outcome: Outcome) -> None:
        asked.append(_asked(question, outcome))

    viewer = await service.recognised(visitor)
    page = await service.open(path, viewer, language, trace=trace)
    hidden = tuple(dict.fromkeys(_hidden(service, path, viewer, page, asked)))
    return Explained(viewer, page, tuple(asked), hidden)


def _asked(question: Question, outcome: Outcome) -> Asked:
    scope = question.scope
    return Asked(
        system=scope.system,
        table=scope.table,
        because=scope.reason,
        relations=tuple(f"{r.field} = {' or '.join(r.values)}" for r in scope.relations),
        fields=question.fields,
        trust=outcome.trust.value,
        rows=() if outcome.answer is None else outcome.answer.rows,
    )


def _hidden(
    service: Service, path: str, viewer: Viewer, page: Page | None, asked: list[Asked]
) -> Iterator[str]:
    match = service.match(path)
    if match is None:
        yield "no page of the story has this address"
        return
    yield from _unknown_names(viewer)
    if not viewer.kinds_known:
        yield "the source of roles is away, so nothing is shown and nothing is asked"
        return
    yield from _not_for(match.plan, service, viewer)
    yield from _fields(match.plan, service, viewer)
    yield from _left_out(match.plan, service, asked)
    if page is None and match.value and asked and not any(each.rows for each in asked):
        yield f'no row in the scope has "{match.value}": it is not there, or somebody else\'s'


def _unknown_names(viewer: Viewer) -> Iterator[str]:
    for name, mine in viewer.me.items():
        if mine.knowledge is Knowledge.UNKNOWN:
            yield f"me.{name} is unknown now: its source is away"
        elif mine.knowledge is Knowledge.NONE:
            yield f"me.{name} is none: nothing that belongs to it is asked"


def _not_for(plan: Plan, service: Service, viewer: Viewer) -> Iterator[str]:
    acts_as = ", ".join(sorted(viewer.kinds)) or "no kind of customer"
    if not may_open(plan.step, viewer):
        kinds = ", ".join(plan.step.for_)
        yield f'the step "{plan.step.id}" is for {kinds}; this person is {acts_as}'
    for thing in _things(plan, service):
        if not may_see(thing.thing, viewer):
            kinds = ", ".join(thing.thing.seen_by)
            yield f'"{thing.id}" is seen by {kinds}; this person is {acts_as}'


def _fields(plan: Plan, service: Service, viewer: Viewer) -> Iterator[str]:
    for part in (plan.subject, *plan.nested, *plan.others):
        if part is None:
            continue
        thing = service.things[part.thing]
        for id_ in part.fields:
            field = thing.fields.get(id_)
            if field is None:
                continue
            if not is_for(field.field.seen_by, viewer):
                kinds = ", ".join(field.field.seen_by)
                yield f'"{thing.id}.{id_}" is seen by {kinds}'
            elif field.kind is Kind.DOCUMENT:
                yield f'"{thing.id}.{id_}" is a document, asked when it is wanted'


def _left_out(plan: Plan, service: Service, asked: list[Asked]) -> Iterator[str]:
    for thing in _things(plan, service):
        for source in thing.sources:
            for each in asked:
                if (each.system, each.table) == (source.at.system, source.at.table):
                    count = sum(
                        _is_left_out(thing, source.name, row, service.today) for row in each.rows
                    )
                    if count and not thing.thing_has_life_order:
                        yield f'{count} of "{each.table}": left out by "leave out rows:"'


def _is_left_out(thing: MappedThing, source: str, row: Row, today: date) -> bool:
    try:
        return thing.left_out({source: [row]}, today)
    except Unreadable:
        return False


def _things(plan: Plan, service: Service) -> list[MappedThing]:
    parts = (plan.subject, *plan.nested, *plan.others)
    return [service.things[part.thing] for part in parts if part is not None]
