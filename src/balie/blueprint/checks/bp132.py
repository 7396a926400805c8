"""A code that a system never says."""

from collections.abc import Iterator

from balie.blueprint.checks.bp130 import raw_fields
from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.conditions import Condition
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.lineage import Described, describe, happening_codes, happening_refs
from balie.blueprint.model import FieldRef, Step, Thing
from balie.blueprint.relations import Literal
from balie.blueprint.source import Text
from balie.blueprint.spelling import did_you_mean
from balie.systems.contract import Field

ABOUT = About(
    code="BP132",
    severity=Severity.WARNING,
    title="A code is named that is never said",
    why="These words would never be read, or this rule would never hold: a code is misspelt, or "
    "the system stopped using it.",
    example=Change("story.yaml", "wish.status becomes granted", "wish.status becomes grantd"),
    near_miss=Change("story.yaml", "wish.status becomes granted", "wish.status becomes refused"),
)


def check(subject: Subject) -> Iterator[Finding]:
    for thing in subject.blueprint.things.values():
        yield from _in_words(subject, thing)
        yield from _in_rules(subject, thing)
    for _, field in subject.fields:
        for name, code in field.asked_if.compared if field.asked_if else ():
            yield from _stage(subject, FieldRef.of(name), code)
    for step in subject.blueprint.steps:
        yield from _in_story(subject, step)


def _in_words(subject: Subject, thing: Thing) -> Iterator[Finding]:
    for field in thing.fields.values():
        said = list(raw_fields(subject, Described(thing, field)))
        codes = {code for raw, _ in said for code in raw.codes}
        if codes and all(raw.codes for raw, _ in said):
            written = [stage.code for stage in field.words if stage.code and stage.if_ is None]
            for code in (*written, *field.leave_out_codes):
                if code not in codes:
                    yield _never_said(code, subject.system_name(said[0][1].table.system), codes)


def _in_rules(subject: Subject, thing: Thing) -> Iterator[Finding]:
    for source in thing.from_:
        for equality in thing.where:
            raw = subject.raw_field(source, equality.field)
            if raw is not None and isinstance(equality.value, Literal):
                text = _literal(equality.text, equality.value.text)
                yield from _compared(subject, raw, source.table.system, text)
        for condition in _conditions(thing):
            for name, code in condition.compared:
                path = _raw_path(source.name, name)
                raw = subject.raw_field(source, path) if path else None
                if raw is not None:
                    yield from _compared(subject, raw, source.table.system, code)


def _conditions(thing: Thing) -> Iterator[Condition]:
    yield from thing.leave_out
    for field in thing.fields.values():
        yield from (stage.if_ for stage in field.words if stage.if_ is not None)


def _raw_path(source: str, name: str) -> str | None:
    if not source:
        return name
    first, _, rest = name.partition(".")
    return rest if first == source else None


def _literal(text: Text, value: str) -> Text:
    start = text.rfind(value)
    return text.part(start, start + len(value))


def _compared(subject: Subject, raw: Field, system: str, code: Text) -> Iterator[Finding]:
    if raw.codes and code not in raw.codes:
        yield _never_said(code, subject.system_name(system), set(raw.codes))


def _in_story(subject: Subject, step: Step) -> Iterator[Finding]:
    screen = step.screen
    conditions = [work.if_ for work in step.backstage]
    conditions += [line.if_ for line in step.approve]
    if screen is not None:
        conditions += [figure.if_ for figure in screen.figures]
        conditions += [rule.if_ for rule in screen.only_while]
    for condition in conditions:
        for name, code in condition.compared if condition else ():
            yield from _stage(subject, FieldRef.of(name), code)
    happenings = [tells.when for tells in step.tells] + ([step.waits.when] if step.waits else [])
    for when in happenings:
        for ref in happening_refs(when):
            for code in happening_codes(when):
                yield from _stage(subject, ref, code)


def _stage(subject: Subject, ref: FieldRef, code: Text) -> Iterator[Finding]:
    """The story speaks of a field's own codes: those of its words."""
    for described in describe(subject.blueprint, ref):
        codes = {str(stage.code) for stage in described.field.words if stage.code}
        codes |= {out for raw, _ in raw_fields(subject, described) for out in raw.codes}
        if described.field.words and code not in codes:
            yield _never_said(code, f'"{ref.text}"', codes)


def _never_said(code: Text, who: str, known: set[str]) -> Finding:
    return ABOUT.finding(
        f'{who} never says "{code}"',
        place(code, "this never happens"),
        help_=did_you_mean(code, sorted(known)),
    )
