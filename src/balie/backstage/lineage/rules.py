"""Whose a field is, and why it may be known."""

from collections.abc import Iterator, Sequence

from balie.blueprint.checks.privacy import is_personal, upwards
from balie.blueprint.model import Blueprint, MeLine, Purpose, Thing, ThingField
from balie.blueprint.relations import Equality, Me, Other


def whose(blueprint: Blueprint, thing: Thing) -> Iterator[str]:
    """The rules that its row meets, from the thing up to whoever signs in."""
    for one in upwards(blueprint, thing):
        relation = (*one.owner, *one.linked_by, *one.where)
        if relation:
            yield f"{one.id} with {' and '.join(str(each.text) for each in relation)}"
        elif one.parent is not None:
            yield f"{one.id} in a {one.parent}"


def recognised(blueprint: Blueprint, relations: Sequence[Equality]) -> dict[str, str]:
    """The names of `me` that relations lean on, each with how it is known, deepest last."""
    told: dict[str, str] = {}
    waiting = [one.value.name for one in relations if isinstance(one.value, Me)]
    while waiting:
        name = waiting.pop(0)
        lines = blueprint.me.names.get(name, ())
        if name not in told and lines:
            told[name] = "; or ".join(_known_by(line) for line in lines)
            values = [one.value for line in lines for one in line.where]
            waiting += [value.of for value in values if isinstance(value, Other)]
    return told


def _known_by(line: MeLine) -> str:
    where = " and ".join(str(one.text) for one in line.where)
    kinds = f" ({', '.join(line.for_)})" if line.for_ else ""
    return f"{line.from_} where {where}{kinds}"


def personal(blueprint: Blueprint, thing: Thing, field: ThingField) -> str:
    """What kind of personal data it is, "yes" when nobody said, "" when it is not personal."""
    if not is_personal(blueprint, thing):
        return ""
    said = [field.personal, *(one.personal for one in upwards(blueprint, thing))]
    return next((str(one) for one in said if one and one.partition(",")[0] != "no"), "yes")


def purposes(blueprint: Blueprint, thing: Thing) -> Iterator[Purpose]:
    """Why it may be known: of the thing, else of what it is in."""
    named = next((one.purpose for one in upwards(blueprint, thing) if one.purpose), ())
    for name in named:
        if name in blueprint.purposes:
            yield blueprint.purposes[name]
