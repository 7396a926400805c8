"""Who may see which rows, worked out as simply as it can be said, apart from Balie."""

from collections.abc import Iterator
from dataclasses import dataclass

from balie.systems.rows import Raw
from tests.generated.shop import Page, Row, Shop, Thing

KIND = {"S": "solo", "B": "buyer", "P": "payer"}


@dataclass(frozen=True)
class Somebody:
    """Which kind of customer somebody is, and their values by name of me.

    must_choose: first, for which of several organisations they act.
    """

    kinds: frozenset[str]
    me: dict[str, set[str]]
    must_choose: bool = False


def somebody(shop: Shop, mail: str) -> Somebody:
    """Who signs in with a mail address."""
    n, people = shop.names, shop.table("people").rows
    found = [row for row in people if _text(row[n["mail"]]).lower() == mail]
    if len(found) != 1:
        return Somebody(frozenset(), {})
    (person,) = found
    me = {"person": _set(person[n["pid"]])}
    if shop.way == "person":
        return Somebody(frozenset({"solo"}), me)
    if shop.way == "number":
        return Somebody(frozenset({"solo"}), me | {"customer": _set(person[n["pnr"]])})
    kind = KIND.get(str(person[n["role"]]), "")
    all_orgs = _organisations(shop, person)
    must_choose = kind not in ("", "solo") and len(all_orgs) > 1
    orgs = all_orgs if len(all_orgs) == 1 else set()
    if kind != "solo" and not orgs:
        kind = ""  # whoever is something for an organisation is nothing without one
    numbers = [row[n["onr"]] for row in shop.table("orgs").rows if row[n["oid"]] in orgs]
    customer = _set(person[n["pnr"]]) if kind == "solo" else _set(*numbers)
    kinds = frozenset({kind} if kind else ())
    return Somebody(kinds, me | {"org": orgs, "customer": customer if kind else set()}, must_choose)


def _organisations(shop: Shop, person: Row) -> set[str]:
    """Those that somebody can act for: of several none, until they chose."""
    n = shop.names
    if shop.way == "roles":
        wanted = [person[n["porg"]]]
    else:
        rows = shop.table("memberships").rows
        wanted = [row[n["porg"]] for row in rows if row[n["pid"]] == person[n["pid"]]]
    return _set(*wanted)


def _text(value: Raw) -> str:
    return value if isinstance(value, str) else ""


def _set(*values: Raw) -> set[str]:
    return {value for value in values if isinstance(value, str) and value}


def is_for(kinds: tuple[str, ...], who: Somebody) -> bool:
    return bool(who.kinds) and (not kinds or bool(who.kinds & set(kinds)))


def may_open(page: Page, who: Somebody) -> bool:
    return bool(who.kinds & set(page.for_)) and (page.thing is None or sees(page.thing, who))


def sees(thing: Thing, who: Somebody) -> bool:
    return is_for(thing.seen_by, who)


def owned(thing: Thing, who: Somebody) -> list[Row]:
    """The rows of a thing that are somebody's."""
    assert thing.owner is not None
    column, name = thing.owner
    mine = who.me.get(name, set())
    return [row for row in thing.table.rows if row[column] in mine and _counts(thing, row)]


def within(shop: Shop, thing: Thing, parent: Thing, row: Row) -> list[Row]:
    """The rows of a nested thing that belong to a row."""
    assert thing.tie is not None
    if thing.inside:
        held = row[thing.inside]
        return list(held) if isinstance(held, list) else []  # type: ignore[arg-type]
    field = next(f for f in parent.fields if f.id == thing.tie.field)
    value = row[field.column.name]
    rows = thing.table.rows
    return [r for r in rows if value and r[thing.tie.column] == value and _counts(thing, r)]


def _counts(thing: Thing, row: Row) -> bool:
    if thing.where is not None and row[thing.where[0]] != thing.where[1]:
        return False
    return thing.leave_out is None or row[thing.leave_out[0]] not in thing.leave_out[1]


def marks(thing: Thing, row: Row, who: Somebody) -> Iterator[str]:
    """The marks of a row that somebody may read: of fields with a name, that are for them."""
    for field in thing.fields:
        if field.name is not None and is_for(field.seen_by, who):
            yield str(row[field.column.name])
