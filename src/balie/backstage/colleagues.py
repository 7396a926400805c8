"""Who of an organisation the systems know, also who never signed in: so that they can be told.

It goes the way by which somebody is recognised backwards: from the key of the organisation to the
rows with that key, their mail addresses and roles. Where `me` goes another way, nobody is known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from balie.access.scope import Scope, desk_scope
from balie.backstage.recognition import NOBODY, ROLES
from balie.blueprint.model import Blueprint, MeLine
from balie.blueprint.relations import Login, Other
from balie.systems.connector import Connector
from balie.systems.contract import Contract
from balie.systems.rows import Row, text_of, value_at

_MOST = 200  # people of one organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Somebody whom a system knows. kinds: of customer. Personal."""

    mail: str = field(repr=False)
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How people of an organisation are found: rows of a table by the field with its key."""

    system: str
    table: str
    tied: str
    mail: str
    role: str
    words: Mapping[str, str]


def ways(blueprint: Blueprint, contracts: Mapping[str, Contract]) -> Mapping[str, Way]:
    """The name of `me` that tells an organisation -> how its people are found."""
    found = {}
    for name in {str(one.belongs_to) for one in blueprint.people.customers.values()}:
        for line in blueprint.me.names.get(name, ()):
            way = _way(blueprint, line)
            if way is not None and _can_be_asked(way, contracts):
                found[name] = way
    return found


async def known_to(way: Way, organisation: str, connector: Connector) -> Sequence[Known]:
    """The people of an organisation by its key. Raises SystemFault."""
    scope = desk_scope(way.system, way.table, way.tied, organisation)
    if not isinstance(scope, Scope):
        return ()
    paths = tuple(dict.fromkeys((way.tied, way.mail, way.role)))
    answer = await connector.read(scope.query(paths, limit=_MOST))
    told = (_known(way, row) for row in answer.rows if scope.covers(row))
    return tuple(one for one in told if one is not None)


def _known(way: Way, row: Row) -> Known | None:
    mail, role = text_of(value_at(row, way.mail)), text_of(value_at(row, way.role))
    kind = way.words.get(role or "", role or "")
    is_somebody = bool(mail and kind and kind != NOBODY)
    return Known(mail=mail or "", kinds=frozenset({kind})) if is_somebody else None


def _way(blueprint: Blueprint, line: MeLine) -> Way | None:
    """Of `crm.accounts.id where id = contact.accountId`: contacts by their accountId."""
    equality = line.where[0] if len(line.where) == 1 else None
    if equality is None or not isinstance(equality.value, Other) or equality.field != line.field:
        return None
    person, tied = equality.value.of, equality.value.field
    for one in blueprint.me.names.get(person, ()):
        mail = next((e.field for e in one.where if isinstance(e.value, Login)), None)
        role = _role(blueprint, person, one)
        if mail is not None and role is not None and tied:
            words = {code: str(kind) for code, kind in role.words.items()}
            return Way(
                system=one.system,
                table=one.table,
                tied=tied,
                mail=mail,
                role=role.field,
                words=words,
            )
    return None


def _role(blueprint: Blueprint, person: str, line: MeLine) -> MeLine | None:
    """What says the roles, when it is the row of the person itself."""
    of_person = Other(person, "")
    for one in blueprint.me.names.get(ROLES, ()):
        same = (one.system, one.table) == (line.system, line.table)
        if same and [equality.value for equality in one.where] == [of_person]:
            return one
    return None


def _can_be_asked(way: Way, contracts: Mapping[str, Contract]) -> bool:
    contract = contracts.get(way.system)
    table = None if contract is None else contract.tables.get(way.table)
    return table is not None and way.tied in table.equals
