"""Which things are about people."""

from collections.abc import Iterator

from balie.blueprint.model import Blueprint, Thing
from balie.blueprint.relations import Equality, Me
from balie.blueprint.source import Text


def ties_to_me(thing: Thing) -> Equality | None:
    """The part of `owner:` that says that a row is of whoever signs in."""
    return next((one for one in thing.owner if isinstance(one.value, Me)), None)


def says_personal(thing: Thing) -> Text | None:
    """What stands at `personal:`, unless that is no."""
    return thing.personal if thing.personal and not _says_no(thing) else None


def _says_no(thing: Thing) -> bool:
    return thing.personal is not None and thing.personal.partition(",")[0] == "no"


def is_personal(blueprint: Blueprint, thing: Thing) -> bool:
    """Whether a thing is about a person: it says so, is of whoever signs in, or is in such one."""
    return any(is_personal_itself(one) for one in upwards(blueprint, thing)) and not _says_no(thing)


def is_personal_itself(thing: Thing) -> bool:
    """The same, without looking at what the thing is in."""
    return not _says_no(thing) and (
        says_personal(thing) is not None or ties_to_me(thing) is not None
    )


def upwards(blueprint: Blueprint, thing: Thing) -> Iterator[Thing]:
    """The thing, the one it is in, and so on. Stops when it goes round."""
    seen: set[str] = set()
    here: Thing | None = thing
    while here is not None and here.id not in seen:
        seen.add(here.id)
        yield here
        here = blueprint.things.get(here.parent or "")
