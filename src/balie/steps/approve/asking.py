"""Whether a colleague must approve what was sent, and what exactly they are asked to approve."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from balie.access.viewer import Knowledge, Viewer
from balie.backstage.approval import Asked, Fact, Line, Organisation, Turn
from balie.backstage.errands import said_in
from balie.backstage.forms.applying import as_compared
from balie.backstage.forms.approving import Sent
from balie.backstage.ports import Clock
from balie.backstage.process.calendar import calendar
from balie.backstage.row_to_write import CannotBeSent
from balie.blueprint.conditions import Lookup, Outcome
from balie.blueprint.formulas import formula
from balie.blueprint.model import Approve, Blueprint, Duration
from balie.mapping.formats import read_aloud
from balie.mapping.kinds import Kind
from balie.mapping.thing import MappedField, MappedThing

_LONGEST = 400  # characters of a value in a sentence


@dataclass(frozen=True, slots=True)
class Asking:
    """Fulfils `AsksColleagues`."""

    clock: Clock

    def __call__(self, sent: Sent) -> Asked | None:
        """What colleagues are asked; None for nothing. Raises CannotBeSent."""
        viewer, blueprint = sent.opening.presenting.viewer, sent.opening.blueprint
        asked = tuple(self._asked(sent))
        if not asked or sent.opening.mark:
            return None
        by = {common_organisation(blueprint, viewer.kinds, one.by) or "" for one in asked}
        organisation = organisation_of(viewer, min(by)) if len(by) == 1 else None
        if organisation is None:
            of = " and ".join(f'"me.{name}"' for name in sorted(by))
            raise CannotBeSent(f"nobody knows one {of} whose colleagues could approve it")
        lines = tuple(map(_line, asked))
        looked_at = [str(name) for one in asked if one.if_ is not None for name in one.if_.names]
        return Asked(
            lines=lines,
            first=turn(blueprint, lines, 0, self.clock.now()),
            organisation=organisation,
            about=sent.about,
            posted={name: tuple(values) for name, values in sent.posted.items()},
            facts=facts(sent, self.clock.today(), looked_at),
        )

    def _asked(self, sent: Sent) -> Iterator[Approve]:
        """The lines that hold, but those of whom nobody is a colleague of who sent it."""
        viewer, blueprint = sent.opening.presenting.viewer, sent.opening.blueprint
        for approve in sent.opening.plan.step.approve:
            of = common_organisation(blueprint, viewer.kinds, approve.by)
            if of is not None and _holds(approve, sent, self.clock.today()):
                yield approve


def turn(blueprint: Blueprint, lines: Sequence[Line], number: int, now: datetime) -> Turn:
    """The turn of the line with this number, that begins now."""
    line = lines[number]
    remind_at = _after(blueprint, now, line.within)
    until = _after(blueprint, remind_at, line.within)
    return Turn(number=number, by=line.by, remind_at=remind_at, until=until, team=line.team)


def common_organisation(
    blueprint: Blueprint, kinds: Iterable[str], others: Iterable[str]
) -> str | None:
    """The name of `me` by which both belong to an organisation; None when they do not."""
    mine, theirs = _belongs(blueprint, kinds), _belongs(blueprint, others)
    return min(mine & theirs, default=None)


def organisation_of(viewer: Viewer, of: str) -> Organisation | None:
    """The one organisation that a viewer acts for; None for none, or when it is not known."""
    mine = viewer.me.get(of)
    known = mine is not None and mine.knowledge is Knowledge.KNOWN
    if mine is None or not known or len(mine.values) != 1:
        return None
    return Organisation(of, mine.values[0])


def facts(sent: Sent, today: date, names: Iterable[str]) -> tuple[Fact, ...]:
    """What these names are and, of a form that changes something, what stands there now."""
    return tuple(_facts(sent, today, names))


def _belongs(blueprint: Blueprint, kinds: Iterable[str]) -> set[str]:
    customers = blueprint.people.customers
    named = (customers[kind].belongs_to for kind in kinds if kind in customers)
    return {str(name) for name in named if name is not None}


def _holds(approve: Approve, sent: Sent, today: date) -> bool:
    """Whether it must be approved: also when that is not known."""
    return approve.if_ is None or approve.if_.holds(_lookup(sent, today), today) is not False


def _line(approve: Approve) -> Line:
    by, team = tuple(map(str, approve.by)), str(approve.then_goes_to or "")
    return Line(by=by, within=approve.within, team=team)


def _after(blueprint: Blueprint, moment: datetime, within: Duration | None) -> datetime:
    return moment if within is None else calendar(blueprint).after(moment, within)


def _facts(sent: Sent, today: date, looked_at: Iterable[str]) -> Iterator[Fact]:
    plan, names = sent.opening.plan, list(looked_at)
    if plan.is_change:
        names += [f"{plan.thing.id}.{question.id}" for question in plan.questions]
        looks = _now(sent)
    else:
        looks = _lookup(sent, today)
    for name in dict.fromkeys(names):
        first, _, rest = name.partition(".")
        thing = sent.opening.things.get(first)
        field = None if thing is None else thing.fields.get(rest)
        was_filled_in = rest in sent.filled.answers and not plan.is_change
        if thing is not None and field is not None and not was_filled_in:
            yield _fact(sent, name, thing, field, looks(name))


def _now(sent: Sent) -> Lookup:
    """What stands in the row that is changed, before it is."""

    def look(name: str) -> Outcome:
        record = sent.given.record
        return None if record is None else record.look(name.partition(".")[2])

    return look


def _fact(sent: Sent, name: str, thing: MappedThing, field: MappedField, value: Outcome) -> Fact:
    presenting = sent.opening.presenting
    label = presenting.say(field.field.name or field.id)
    return Fact(name, label, _text(sent, thing, field, value), _raw(value))


def _text(sent: Sent, thing: MappedThing, field: MappedField, value: Outcome) -> str:
    if value is None or isinstance(value, list):
        return ""
    for stage in field.field.words:
        if stage.code == value:
            return sent.opening.presenting.say(stage.says)
    zone, language = str(sent.opening.blueprint.zone), sent.opening.presenting.language
    kind = Kind.MONEY if field.is_amount else field.kind
    return read_aloud(value, kind, language, zone, thing.currency)[:_LONGEST]


def _raw(value: Outcome) -> str:
    """The same for the same value: 1250 and 1250.00 are one amount."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return "" if value is None or isinstance(value, list) else str(value)


def _lookup(sent: Sent, today: date) -> Lookup:
    """Names of the condition: what was filled in, what it was computed to, and what was picked."""
    thing, plan = sent.opening.plan.thing, sent.opening.plan
    said = said_in(sent.opening.presenting.viewer, thing, sent.filled)
    questions = {question.id: question for question in plan.questions}
    sets = {str(line.target): formula(line.value) for line in thing.thing.sets}

    def look(name: str) -> Outcome:
        first, _, rest = name.partition(".")
        if first != thing.id or rest in sent.filled.rows:
            return said(name)
        if rest in sent.filled.answers and rest in questions:
            return as_compared(questions[rest], sent.filled.answers[rest])
        if rest in sets and "." not in rest:
            return sets[rest].value(look, today)
        record = sent.given.record if plan.is_change else None
        return said(name) if record is None else record.look(rest)

    return look
