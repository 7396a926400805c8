"""A code that a system can say, and that has no words."""

from collections.abc import Iterator
from datetime import date

from balie.blueprint.checks.bp130 import raw_fields
from balie.blueprint.checks.check import About, Change, Subject, counted, field_name, quoted
from balie.blueprint.conditions import Condition, Lookup, Outcome
from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.lineage import Described
from balie.blueprint.model import Source, Thing, ThingField
from balie.systems.contract import Field

ABOUT = About(
    code="BP131",
    severity=Severity.ERROR,
    title="A code has no words",
    why="On the day that the system says it, customers would read a code, or nothing.",
    example=Change("things.yaml", "          late: too late\n", ""),
    near_miss=Change("things.yaml", "          late: too late\n", "          late: with you\n"),
    missing_at=0,
)

ANY_DAY = date(2000, 1, 1)


def check(subject: Subject) -> Iterator[Finding]:
    for thing, field in subject.fields:
        if any(stage.if_ is not None for stage in field.words):
            yield from _without_a_last_word(field)
        elif field.words and all(stage.code is not None for stage in field.words):
            yield from _without_words(subject, thing, field)


def _without_a_last_word(field: ThingField) -> Iterator[Finding]:
    has_last = any(stage.if_ is None for stage in field.words)
    if not has_last and field.empty is None and field.words_at is not None:
        yield ABOUT.finding(
            f'"{field_name(field)}" may have no words',
            Place(field.words_at, 'each of these has an "if:", and none may hold'),
            why="customers would read nothing",
            help_=("add as the last one  - says: <what the customer should read>",),
        )


def _without_words(subject: Subject, thing: Thing, field: ThingField) -> Iterator[Finding]:
    named = {str(stage.code) for stage in field.words}
    for raw, source in raw_fields(subject, Described(thing, field)):
        system = source.table.system
        left_out = {code for code in raw.codes if is_left_out(field, thing, source, code)} - named
        labelled = {code for labels in raw.labels.values() for code in labels}
        known = named | left_out | labelled | subject.profile(system).no_value
        neither = [code for code in raw.codes if code not in known]
        if neither and field.words_at is not None:
            says = _says(raw, named, left_out, len(neither))
            yield _unnamed(subject, system, neither, Place(field.words_at, says))
            return


def _unnamed(subject: Subject, system: str, neither: list[str], at: Place) -> Finding:
    is_one = len(neither) == 1
    can_say = f"{subject.system_name(system)} can say {'it' if is_one else 'them'}"
    return ABOUT.finding(
        f"{quoted(neither)} {'has' if is_one else 'have'} no plain words",
        at,
        *subject.contract_place(system, can_say),
        why="customers would read a code",
        help_=(
            *(f"add  {code}: <what the customer should read>" for code in neither),
            "or leave such rows out",
        ),
    )


def _says(raw: Field, named: set[str], left_out: set[str], missing: int) -> str:
    known = counted(len(named & set(raw.codes)))
    out = f", {counted(len(left_out))} left out" if left_out else ""
    rest = "this one is" if missing == 1 else f"these {counted(missing)} are"
    neither = "neither" if left_out else "not"
    return f"{known} of {counted(len(raw.codes))} are named{out}; {rest} {neither}"


def is_left_out(field: ThingField, thing: Thing, source: Source, code: str) -> bool:
    """Whether rows with this code are surely left out, whatever else the row holds."""
    if code in field.leave_out_codes:
        return True
    prefix = f"{source.name}." if source.name else ""
    names = {prefix + line.path for line in field.from_ if line.source in ("", source.name)}
    return any(_surely(condition, names, code) for condition in thing.leave_out)


def _surely(condition: Condition, names: set[str], code: str) -> bool:
    def lookup(name: str) -> Outcome:
        return code if name in names else None

    known: Lookup = lookup
    return condition.holds(known, ANY_DAY) is True
