"""Every link between a field of a system and the blueprint's own words, each with its role.

Beside the values that customers see this has what is only looked at: whose row it is, which words
a code gets, whether a row is left out, who signs in. So nobody can say of a raw field that it is
not used while a rule looks at it.
"""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from balie.blueprint.conditions import Condition
from balie.blueprint.lineage import (
    NO_CONTRACTS,
    Contracts,
    Described,
    field_writes,
    sources_for,
    value_refs,
)
from balie.blueprint.model import (
    Blueprint,
    FieldRef,
    Me,
    MeLine,
    Sends,
    Source,
    Step,
    TableRef,
    Thing,
)
from balie.blueprint.modelling import table_ref
from balie.blueprint.relations import Literal, Other
from balie.blueprint.relations import Me as OfMe
from balie.blueprint.source import NOWHERE, Span, Text


class Role(StrEnum):
    """What a raw field is to the blueprint's word."""

    VALUE = "its value"
    WORDS = "decides its words"
    CURRENCY = "its currency"
    KEY = "tells its rows apart"
    OWNER = "decides whose it is"
    WHERE = "decides which rows are meant"
    LINKED = "ties it to what it belongs to"
    LEFT_OUT = "decides whether it is left out"
    SORTED = "puts its rows in order"
    RECOGNISED = "says who somebody is"
    ACTED_FOR = "names an organisation"
    MASTER = "goes here"
    FOLLOWS = "goes here too"
    FOUND = "finds the row that follows"
    STAMPED = "filled in by Balie"
    SENT = "sent by Balie"

    @property
    def is_written(self) -> bool:
        """Whether something goes to the system, instead of coming from it."""
        return self in (Role.MASTER, Role.FOLLOWS, Role.STAMPED, Role.SENT)


ME = "me"
"""What stands for a thing in links about who signs in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One raw field and one word of the blueprint.

    thing is ME for who signs in, and "" for a text that is sent. field is "" when the whole thing
    is meant. of: the source of a life order, "" without one. how: the blueprint's own line, when
    the names do not say all. step: the only one in which it happens, "" for all with this word.
    """

    system: str
    table: str
    path: str
    role: Role
    thing: str
    field: str = ""
    of: str = ""
    how: str = ""
    step: str = ""
    at: Span = dataclasses.field(default=NOWHERE, compare=False)

    @property
    def address(self) -> str:
        """`erp.salesOrders.number`."""
        return f"{self.system}.{self.table}.{self.path}"


def links(blueprint: Blueprint, contracts: Contracts = NO_CONTRACTS) -> tuple[Link, ...]:
    """Every link of a blueprint, in the order of its files, each once."""
    return tuple(dict.fromkeys(_links(blueprint, contracts)))


def _links(blueprint: Blueprint, contracts: Contracts) -> Iterator[Link]:
    created = {str(step.screen.creates) for step in blueprint.steps if step.screen}
    for thing in blueprint.things.values():
        yield from _of_thing(thing)
        yield from _tied_to(blueprint, thing)
        if thing.id in created:
            yield from _stamped(thing)
        for one in thing.fields.values():
            yield from _read(blueprint, Described(thing, one), contracts)
            yield from _of_words(Described(thing, one))
            yield from _currency(blueprint, Described(thing, one), contracts)
            yield from _written(Described(thing, one))
    for name, lines in blueprint.me.names.items():
        for line in lines:
            yield from _of_me(blueprint.me, name, line)
    for step in blueprint.steps:
        yield from _sent(step)


def _link(table: TableRef, path: str, role: Role, thing: Thing, at: Span, how: str = "") -> Link:
    return Link(
        system=table.system,
        table=table.table,
        path=table.within(path),
        role=role,
        thing=str(thing.id),
        how=how,
        at=at,
    )


# ---- a thing: its key, and the rules about its rows


def _of_thing(thing: Thing) -> Iterator[Link]:
    for source in thing.from_:
        yield from _key(thing, source)
        relations = {Role.OWNER: thing.owner, Role.WHERE: thing.where, Role.LINKED: thing.linked_by}
        for role, equalities in relations.items():
            for one in equalities:
                link = _link(source.table, one.field, role, thing, one.text.at, str(one.text))
                yield replace(link, of=source.name)
    for condition in thing.leave_out:
        how = f"leave out rows: {condition.text}"
        yield from _looked_at(thing, condition, Role.LEFT_OUT, how)
    for follower in thing.followers:
        for one in follower.linked_by:
            yield _link(follower.table, one.field, Role.FOUND, thing, one.text.at, str(one.text))


def _tied_to(blueprint: Blueprint, thing: Thing) -> Iterator[Link]:
    """The raw field of another thing's source, in `documentId = order.shipped.id`."""
    for one in thing.linked_by:
        if isinstance(one.value, Other) and one.value.source:
            other = blueprint.things.get(one.value.of)
            for source in () if other is None else other.from_:
                if source.name == one.value.source:
                    how = str(one.text)
                    at = one.text.at
                    yield _link(source.table, one.value.field, Role.LINKED, thing, at, how)


def _key(thing: Thing, source: Source) -> Iterator[Link]:
    """The raw field of the key, unless the key is a field of the thing, which has its own link."""
    if thing.key is not None and thing.key not in thing.fields:
        yield replace(_link(source.table, thing.key, Role.KEY, thing, thing.key.at), of=source.name)


def _looked_at(thing: Thing, condition: Condition, role: Role, how: str) -> Iterator[Link]:
    """The raw fields that a condition over rows looks at."""
    for name in condition.names:
        first, _, rest = name.partition(".")
        for source in thing.from_:
            path = rest if source.name == first else "" if source.name else str(name)
            if path:
                yield replace(_link(source.table, path, role, thing, name.at, how), of=source.name)


def _stamped(thing: Thing) -> Iterator[Link]:
    """What a new row gets from us: whose it is, and of what kind."""
    for source in thing.from_[:1]:
        for one in (*thing.owner, *thing.where):
            if isinstance(one.value, Literal | OfMe):
                yield _link(
                    source.table, one.field, Role.STAMPED, thing, one.text.at, str(one.text)
                )


# ---- a field: what it is read from, and where it goes


def _read(blueprint: Blueprint, described: Described, contracts: Contracts) -> Iterator[Link]:
    thing, one = described.thing, described.field
    for line in one.from_:
        for source in sources_for(blueprint, thing, line, contracts):
            value = _link(source.table, line.path, Role.VALUE, thing, line.path.at)
            yield replace(value, field=str(one.id), of=source.name)
            if one.leave_out_codes:
                how = f"leave out rows: {', '.join(one.leave_out_codes)}"
                yield replace(value, role=Role.LEFT_OUT, field=str(one.id), how=how)


def _of_words(described: Described) -> Iterator[Link]:
    thing, one = described.thing, described.field
    for stage in one.words:
        if stage.if_ is not None:
            for link in _looked_at(thing, stage.if_, Role.WORDS, ""):
                yield replace(link, field=str(one.id))


def _currency(blueprint: Blueprint, described: Described, contracts: Contracts) -> Iterator[Link]:
    thing, one = described.thing, described.field
    for line in one.from_:
        for source in sources_for(blueprint, thing, line, contracts):
            path = _currency_path(blueprint, source, line.path, contracts)
            if path is not None:
                link = _link(source.table, "", Role.CURRENCY, thing, line.path.at)
                yield replace(link, path=path, field=str(one.id), of=source.name)


def _currency_path(
    blueprint: Blueprint, source: Source, path: str, contracts: Contracts
) -> str | None:
    """The field with the currency of an amount: of its own row, else of the row around it."""
    system, contract = (
        blueprint.systems.get(source.table.system),
        contracts.get(source.table.system),
    )
    if system is None or contract is None:
        return None
    profile = system.what_it_does_not_say
    table = contract.tables.get(str(system.tables.get(source.table.table, source.table.table)))
    last = path.rpartition(".")[2]
    if table is None or last not in profile.amounts or not profile.currency_from:
        return None
    own = source.table.within(profile.currency_from)
    return next((each for each in (own, profile.currency_from) if table.field(each)), None)


def _written(described: Described) -> Iterator[Link]:
    thing, one = described.thing, described.field
    ref = FieldRef(one.id, str(thing.id), str(one.id))
    roles = {Role.MASTER: replace(one, also_to=()), Role.FOLLOWS: replace(one, to=())}
    for role, only in roles.items():
        for write in field_writes(ref, Described(thing, only)):
            yield Link(
                system=write.system,
                table=write.table,
                path=write.field,
                role=role,
                thing=str(thing.id),
                field=str(one.id),
                how=_for_whom(thing, write.system, write.table) if role is Role.FOLLOWS else "",
                at=one.id.at,
            )


def _for_whom(thing: Thing, system: str, table: str) -> str:
    """Which row of a follower, and of which kinds of customer."""
    for follower in thing.followers:
        if (follower.table.system, follower.table.table) == (system, table):
            row = " and ".join(str(one.text) for one in follower.linked_by)
            kinds = f", for {', '.join(follower.for_)}" if follower.for_ else ""
            return f"the row with {row}{kinds}"
    return ""


# ---- who signs in


def _of_me(me: Me, name: str, line: MeLine) -> Iterator[Link]:
    kinds = f" (for {', '.join(line.for_)})" if line.for_ else ""
    relation = f"{' and '.join(str(one.text) for one in line.where)}{kinds}"
    if line.field:
        yield _recognised(line, line.field, name, f"where {relation}", line.from_.at)
    if line.by_letter is not None:
        letter = line.by_letter
        for text in (letter.number, letter.postcode, *letter.prints):
            yield _recognised(line, str(text), name, "on a letter with a code", text.at)
    for one in line.where:
        yield _recognised(line, one.field, name, relation, one.text.at)
        if isinstance(one.value, Other) and one.value.field:
            for earlier in me.names.get(one.value.of, ()):
                yield _recognised(earlier, one.value.field, name, relation, one.text.at)


def _recognised(line: MeLine, path: str, name: str, how: str, at: Span) -> Link:
    return Link(
        system=line.system,
        table=line.table,
        path=path,
        role=Role.RECOGNISED,
        thing=ME,
        field=name,
        how=how,
        at=at,
    )


# ---- what a step sends by itself


def _sent(step: Step) -> Iterator[Link]:
    for work in step.backstage:
        table = work.makes or work.updates
        if table is not None:
            for line in work.sends:
                yield from _value(step, table_ref(table), line)


def _value(step: Step, table: TableRef, line: Sends) -> Iterator[Link]:
    refs = value_refs(line.value) or (FieldRef(Text(""), "", ""),)
    for ref in refs:
        yield Link(
            system=table.system,
            table=table.table,
            path=str(line.target),
            role=Role.SENT,
            thing=ref.thing,
            field=ref.field,
            how=f"{line.target}: {line.value}",
            step=str(step.id),
            at=line.target.at,
        )
