"""What a page is about: its subject, and which other things may stand beside it."""

import re

from balie.blueprint.checks.privacy import upwards
from balie.blueprint.model import Blueprint, Screen, Thing
from balie.blueprint.relations import Me

IN_ADDRESS = re.compile(r"\{(\w+)\.(\w+)\}")


def in_address(screen: Screen) -> str | None:
    """The thing that an address names: "order" of `/orders/{order.number}`."""
    match = IN_ADDRESS.search(screen.address or "")
    return match[1] if match else None


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
