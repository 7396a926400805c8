"""Opens an overview: figures over the viewer's rows, and facts of what there is one of."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from balie.access.visibility import may_see, may_see_field
from balie.backstage.found import Found
from balie.backstage.opening import Opened, Opening
from balie.backstage.page import Bar, Block, FigureBlock, Trust
from balie.backstage.plans import is_single, references
from balie.blueprint.model import Figure
from balie.mapping.formats import month, read_aloud
from balie.mapping.kinds import Kind
from balie.mapping.thing import MappedThing, Record

MOST_BARS = 12


class OverviewStep:
    """Pages about how everything stands."""

    async def open(self, opening: Opening) -> Opened | None:
        """The overview. What the viewer may not see is absent, not empty."""
        figures = [figure for figure in opening.plan.screen.figures if _may_see(opening, figure)]
        counted, singles = await asyncio.gather(
            _read_counted(opening, figures), _read_singles(opening)
        )
        blocks: list[Block] = [
            _figure(opening, figure, opening.things[_thing(figure)], counted[_thing(figure)])
            for figure in figures
        ]
        blocks.extend(_facts(opening, singles))
        return Opened(headline=_headline(opening, singles), blocks=tuple(blocks))

    async def row(self, opening: Opening, thing: str, key: str) -> Found:  # noqa: ARG002
        """The only row of what a viewer has one of."""
        singles = await _read_singles(opening)
        return next((found for each, _, found in singles if each.id == thing), Found())


# ---- reading


def _thing(figure: Figure) -> str:
    return figure.of.partition(".")[0]


def _may_see(opening: Opening, figure: Figure) -> bool:
    thing_id, _, field_id = figure.of.partition(".")
    thing, viewer = opening.things[thing_id], opening.reading.viewer
    if not field_id:
        return may_see(thing.thing, viewer)
    return may_see_field(thing.thing, thing.fields[field_id].field, viewer)


async def _read_counted(opening: Opening, figures: Sequence[Figure]) -> dict[str, Found]:
    """Every thing that figures are about, read once with the fields that any of them needs."""
    needed: dict[str, set[str]] = defaultdict(set)
    for figure in figures:
        needed[_thing(figure)] |= _needs(figure)
    things = [opening.things[thing_id] for thing_id in needed]
    found = await asyncio.gather(
        *(opening.reading.all(thing, tuple(sorted(needed[thing.id]))) for thing in things)
    )
    return {thing.id: each for thing, each in zip(things, found, strict=True)}


def _needs(figure: Figure) -> set[str]:
    names = [str(figure.of)] if "." in figure.of else []
    names += [str(name) for name in figure.if_.names] if figure.if_ is not None else []
    fields = {name.partition(".")[2] for name in names}
    return fields | ({_per(figure)} if figure.per is not None else set())


def _per(figure: Figure) -> str:
    """The date field of "month of date"."""
    return (figure.per or "").rpartition(" ")[2]


async def _read_singles(opening: Opening) -> list[tuple[MappedThing, tuple[str, ...], Found]]:
    plan, presenting = opening.plan, opening.presenting
    parts: dict[str, list[str]] = {part.thing: list(part.fields) for part in plan.others}
    for thing_id, field_id in references(plan.screen.headline or ""):
        parts.setdefault(thing_id, []).append(field_id)
    singles = [opening.things[t] for t in parts if is_single(opening.things[t].thing)]
    wanted = [(thing, presenting.shown(thing, tuple(parts[thing.id]))) for thing in singles]
    seen = [(thing, tuple(dict.fromkeys(fields))) for thing, fields in wanted if fields]
    found = await asyncio.gather(
        *(opening.reading.single(t, presenting.plain(t, fields)) for t, fields in seen)
    )
    return [(thing, fields, each) for (thing, fields), each in zip(seen, found, strict=True)]


# ---- showing


def _headline(
    opening: Opening, singles: Iterable[tuple[MappedThing, tuple[str, ...], Found]]
) -> str | None:
    template = opening.plan.screen.headline
    records = {thing.id: found.records[0] for thing, _, found in singles if found.records}
    return None if template is None else opening.presenting.sentence(template, records)


def _facts(
    opening: Opening, singles: Iterable[tuple[MappedThing, tuple[str, ...], Found]]
) -> Iterable[Block]:
    """Facts, but for what the headline already says."""
    said = set(references(opening.plan.screen.headline or ""))
    for thing, fields, found in singles:
        rest = tuple(field for field in fields if (thing.id, field) not in said)
        if rest:
            yield opening.presenting.facts(thing, found, rest, opening.plan.step)


def _figure(opening: Opening, figure: Figure, thing: MappedThing, found: Found) -> FigureBlock:
    """A figure, when all that it is about could be read: of a part it would not be true."""
    records = [record for record in found.records if _counts(opening, figure, thing, record)]
    currencies = _currencies(figure, records) or {thing.currency}
    if found.broken or found.more or len(currencies) > 1:
        found, records = Found(trust=Trust.AWAY), []
    kind, currency = _kind(figure, thing), min(currencies)
    value = _total(figure, records) if found.is_shown else None
    bars = _bars(opening, figure, kind, currency, records) if found.is_shown and figure.per else ()
    return FigureBlock(
        id=f"{thing.id}-{opening.plan.screen.figures.index(figure)}",
        name=opening.presenting.say(figure.name),
        kind=kind,
        text=_text(opening, value, kind, currency),
        value=value,
        bars=bars,
        freshness=opening.presenting.freshness(found, opening.plan.step),
        link=_list_of(opening, thing),
    )


def _kind(figure: Figure, thing: MappedThing) -> Kind:
    if figure.as_ == "count":
        return Kind.NUMBER
    return thing.fields[figure.of.partition(".")[2]].kind


def _counts(opening: Opening, figure: Figure, thing: MappedThing, record: Record) -> bool:
    if figure.if_ is None:
        return True
    answer = figure.if_.holds(
        lambda name: record.look(name.removeprefix(f"{thing.id}.")), opening.reading.today
    )
    return answer is True


def _total(figure: Figure, records: Sequence[Record]) -> Decimal:
    if figure.as_ == "count":
        return Decimal(len(records))
    return sum((_amount(figure, record) for record in records), Decimal(0))


def _currencies(figure: Figure, records: Sequence[Record]) -> set[str]:
    """The currencies of what is added; amounts of several cannot be."""
    values = (record.value(figure.of.partition(".")[2]) for record in records)
    return {value.currency for value in values if value.currency is not None}


def _amount(figure: Figure, record: Record) -> Decimal:
    value = record.value(figure.of.partition(".")[2]).value
    return Decimal(value) if isinstance(value, Decimal | int) else Decimal(0)


def _bars(
    opening: Opening, figure: Figure, kind: Kind, currency: str, records: Sequence[Record]
) -> tuple[Bar, ...]:
    """One bar per month, without gaps, up to this month; at most the last twelve."""
    months: dict[date, list[Record]] = defaultdict(list)
    for record in records:
        day = record.value(_per(figure)).value
        if isinstance(day, date):
            months[_first_day(day)].append(record)
    return tuple(
        Bar(
            label=month(first, opening.presenting.language),
            text=_text(opening, total, kind, currency),
            value=total,
        )
        for first in _months(months, opening.reading.today)
        for total in (_total(figure, months.get(first, [])),)
    )


def _first_day(day: date) -> date:
    return date(day.year, day.month, 1)


def _months(present: Iterable[date], today: date) -> list[date]:
    this = today.replace(day=1)
    first = min(present, default=this)
    months = [this]
    while len(months) < MOST_BARS and months[-1] > first:
        last = months[-1]
        year, number = (last.year, last.month - 1) if last.month > 1 else (last.year - 1, 12)
        months.append(date(year, number, 1))
    return months[::-1]


def _text(opening: Opening, value: Decimal | None, kind: Kind, currency: str) -> str:
    language, zone = opening.presenting.language, opening.blueprint.zone
    return read_aloud(value, kind, language, zone, currency)


def _list_of(opening: Opening, thing: MappedThing) -> str | None:
    plan = opening.presenting.reach.list_of(thing.id)
    return None if plan is None else plan.address
