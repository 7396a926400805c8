"""A question that depends on an answer that says nothing by itself."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.checks.questions import Conditional, conditional
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.lineage import nested_list
from balie.blueprint.model import FieldRef, ThingField
from balie.blueprint.source import Text
from balie.systems.contract import Type

_REASON = "must be: at most 200 characters}\n      note: {name: Anything else?, to: note"

ABOUT = About(
    code="BP431",
    severity=Severity.ERROR,
    title="A question depends on an answer that cannot be compared",
    why="A file says nothing that a condition understands, nor do rows that are ticked; and what "
    "is confirmed by a code is not certain until that came. Such a question would be asked "
    "of nobody, or of the wrong ones.",
    example=Change(
        "things.yaml",
        _REASON,
        _REASON.replace("at most 200 characters", "image under 8 MB")
        + ", asked if: has(wish.reason)",
    ),
    near_miss=Change("things.yaml", _REASON, f"{_REASON}, asked if: has(wish.reason)"),
)


def check(subject: Subject) -> Iterator[Finding]:
    for asked in conditional(subject):
        given = {str(ref.text): ref for ref in asked.before}
        for name in dict.fromkeys(asked.condition.names):
            what = _nothing_to_compare(subject, given[name]) if name in given else ""
            if what:
                yield _cannot_be_compared(asked, name, given[name], what)


def _nothing_to_compare(subject: Subject, ref: FieldRef) -> str:
    """What the answer is, when a condition can do nothing with it."""
    if nested_list(subject.blueprint, ref.thing, ref.field) is not None:
        return "rows that are ticked"
    thing = subject.blueprint.things.get(ref.thing)
    field = None if thing is None else thing.fields.get(ref.field)
    if field is None:
        return ""
    if field.guard is not None:
        return "confirmed by a code later"
    return "a file" if _is_file(subject, ref, field) else ""


def _is_file(subject: Subject, ref: FieldRef, field: ThingField) -> bool:
    thing = subject.blueprint.things[ref.thing]
    raw = subject.raw_field(thing.from_[0], str(field.to[0])) if thing.from_ and field.to else None
    is_document = raw is not None and raw.type is Type.DOCUMENT
    return is_document or (field.must_be or "").startswith("image ")


def _cannot_be_compared(asked: Conditional, name: Text, given: FieldRef, what: str) -> Finding:
    return ABOUT.finding(
        f'"{asked.ref.text}" depends on "{name}", which is {what}',
        place(name, "this cannot be compared"),
        place(given.text, "asked here"),
        help_=(
            "ask something that is answered with a word, a number or a day, and depend on that",
        ),
    )
