"""A field that looks personal in a thing that is not."""

import re
from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place, plain_name
from balie.blueprint.checks.privacy import is_personal
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.model import Thing, ThingField
from balie.blueprint.source import Text

ABOUT = About(
    code="BP305",
    severity=Severity.WARNING,
    title="A field looks personal, and its thing is not",
    why="By its name this is about a person. Then it belongs in the register, with a purpose.",
    example=Change(
        "things.yaml",
        "purposes:\n",
        "  branch:\n    name: branch\n    from: crm.people\n    key: id\n"
        "    owner: memberNumber = me.member\n"
        "    personal: no, because it is a building\n    list: [born]\n"
        "    fields:\n      born: {name: Since, from: birthDate, empty: Not known}\n\npurposes:\n",
    ),
    near_miss=Change(
        "things.yaml",
        "purposes:\n",
        "  branch:\n    name: branch\n    from: crm.people\n    key: id\n"
        "    owner: memberNumber = me.member\n"
        "    purpose: [lend]\n    list: [born]\n"
        "    fields:\n      born: {name: Since, from: birthDate, empty: Not known}\n\npurposes:\n",
    ),
)

LOOKS_PERSONAL = re.compile(
    r"birth|gender|passport|e.?mail|phone|mobile|iban|first.?name|last.?name|family.?name|"
    r"surname|social.?security|citizen|nationality|religion",
    re.IGNORECASE,
)


def check(subject: Subject) -> Iterator[Finding]:
    for thing, field in subject.fields:
        said = _looks_personal(field) if field.personal is None else None
        if said is not None and not is_personal(subject.blueprint, thing):
            yield _unmarked(thing, said)


def _looks_personal(field: ThingField) -> Text | None:
    raw = [line.path for line in field.from_]
    return next((text for text in (*raw, field.id) if LOOKS_PERSONAL.search(text)), None)


def _unmarked(thing: Thing, said: Text) -> Finding:
    return ABOUT.finding(
        f'"{said}" looks personal, but "{plain_name(thing)}" is not',
        place(said, "by its name"),
        place(thing.personal or thing.id, "its thing"),
        help_=("add  personal: contact  to the field, or accept this with a reason",),
    )
