"""What a page is about: its subject, and which other things may stand beside it."""

import re
from dataclasses import dataclass

from balie.blueprint.checks.privacy import upwards
from balie.blueprint.model import Blueprint, Screen, Source, Thing
from balie.blueprint.relations import Me
from balie.blueprint.source import Text

BRACES = re.compile(r"\{([^{}]*)\}")
IN_ADDRESS = re.compile(r"\{(\w+)\.(\w+)\}")


def in_address(screen: Screen) -> str | None:
    """The thing that an address names: "order" of `/orders/{order.number}`."""
    match = IN_ADDRESS.search(screen.address or "")
    return match[1] if match else None


@dataclass(frozen=True, slots=True)
class Brace:
    """`{order.number}` in an address. text: without the braces, with its place."""

    text: Text
    thing: str
    field: str


def braces(address: Text) -> tuple[Brace, ...]:
    """Everything between braces in an address, in order."""
    found = (address.part(*match.span(1)) for match in BRACES.finditer(address))
    parts = ((text, text.partition(".")) for text in found)
    return tuple(Brace(text, thing, field) for text, (thing, _, field) in parts)


def key_path(thing: Thing, source: Source) -> str | None:
    """The raw field of a source that the thing's key is in; None when it is not there.

    Only with several sources it may be a field: each of them calls it something else.
    """
    field = thing.fields.get(str(thing.key)) if len(thing.from_) > 1 else None
    if field is None:
        return None if thing.key is None else source.table.within(thing.key)
    paths = (line.path for line in field.from_ if line.source in ("", source.name))
    return next((source.table.within(path) for path in paths), None)


def is_single(thing: Thing) -> bool:
    """Whether a customer has exactly one: its owner says its key."""
    return any(
        equality.field == thing.key and isinstance(equality.value, Me) for equality in thing.owner
    )


def belongs_with(blueprint: Blueprint, thing: Thing, subject: str) -> bool:
    """Whether a page about `subject` can show this thing: then one row of it is meant."""
    about = blueprint.things.get(subject)
    ids = {one.id for one in upwards(blueprint, thing)}
    above = {one.id for one in upwards(blueprint, about)} if about else set()
    return is_single(thing) or subject in ids or thing.id in above
