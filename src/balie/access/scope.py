"""A scope: which rows of a table are this viewer's, and why.

It is asked of the system (`Scope.query`) and held against every row that comes back
(`Scope.covers`). There is no way to make one by hand: only the functions of this module do.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from hashlib import blake2b

from balie.access.viewer import Knowledge, Viewer
from balie.blueprint import relations
from balie.blueprint.relations import Equality
from balie.systems.documents import DocumentQuery
from balie.systems.query import Order, Query, Relation
from balie.systems.rows import Row, text_of, value_at


class NoScope(Enum):
    """Why there is nothing to ask."""

    NOTHING = "nothing"  # the viewer has none of this: an empty set makes no call
    UNKNOWN = "unknown"  # who the viewer is to this system cannot be known now


_DOOR = object()


@dataclass(frozen=True, slots=True, init=False)
class Scope:
    """The rows of `system.table` for which all `relations` hold. `reason` says it in words."""

    system: str
    table: str
    relations: tuple[Relation, ...]
    reason: str

    def __init__(
        self, door: object, system: str, table: str, relations: tuple[Relation, ...], reason: str
    ) -> None:
        if door is not _DOOR:
            raise TypeError("A Scope is made by balie.access.scope, for a viewer, and nowhere else")
        object.__setattr__(self, "system", system)
        object.__setattr__(self, "table", table)
        object.__setattr__(self, "relations", relations)
        object.__setattr__(self, "reason", reason)

    def query(
        self,
        fields: tuple[str, ...],
        *,
        order: Order | None = None,
        at_most: tuple[str, str] | None = None,
        limit: int = 200,
        cursor: str | None = None,
    ) -> Query:
        """The question to the system for these fields of the rows in this scope."""
        return Query(
            table=self.table,
            relations=self.relations,
            fields=fields,
            order=order,
            at_most=at_most,
            limit=limit,
            cursor=cursor,
        )

    def covers(self, row: Row) -> bool:
        """Whether this row is in scope. A relation whose field is absent does not hold."""
        for relation in self.relations:  # noqa: SIM110 - every row comes by; a generator costs more
            if not _holds(relation, row):
                return False
        return True

    def document(
        self, row: Row, key: Sequence[str], field: str, language: str
    ) -> DocumentQuery | None:
        """The question for a document of this row; None when the row is not in this scope.

        key: the names of the table's key. None too when the row does not have it.
        """
        values = {name: text_of(value_at(row, name)) for name in key}
        if not values or not self.covers(row):
            return None
        known = {name: value for name, value in values.items() if value is not None}
        if len(known) < len(values):
            return None
        return DocumentQuery(table=self.table, key=known, field=field, language=language)

    def digest(self, secret: bytes, *more: object) -> str:
        """The key under which an answer to this scope is kept. Nothing can be read back from it."""
        plan = repr((self.system, self.table, self.relations, more)).encode()
        return blake2b(plan, key=secret[:64], digest_size=24).hexdigest()


def _holds(relation: Relation, row: Row) -> bool:
    raw = row.get(relation.field)
    text = raw if type(raw) is str and raw else text_of(value_at(row, relation.field))
    if text is None:
        return False
    if relation.fold_case:
        return text.casefold() in relation.values
    return text in relation.values


Bind = Callable[[relations.Other], tuple[str, ...]]
"""The values of a field of a row that passed its own scope: how nested things are tied."""


def nothing_bound(_other: relations.Other) -> tuple[str, ...]:
    """Nothing is tied to anything."""
    return ()


def scope_for(
    viewer: Viewer,
    system: str,
    table: str,
    equalities: Iterable[Equality],
    *,
    bind: Bind = nothing_bound,
    narrowed: tuple[Relation, ...] = (),
) -> Scope | NoScope:
    """The scope of a viewer on a table, from `owner`, `where` and `linked by`.

    narrowed: further relations, such as "this order number". Without any equality there is no
    scope: what belongs to nobody in particular is shown to nobody.
    """
    asked = tuple(equalities)
    if not asked:
        return NoScope.NOTHING
    related: list[Relation] = []
    for equality in asked:
        values = _values(equality, viewer, bind)
        if isinstance(values, NoScope):
            return values
        related.append(Relation(equality.field, values))
    if any(not relation.values for relation in narrowed):
        return NoScope.NOTHING
    reason = " and ".join(str(equality.text) for equality in asked)
    return Scope(_DOOR, system, table, (*related, *narrowed), reason)


def _values(equality: Equality, viewer: Viewer, bind: Bind) -> tuple[str, ...] | NoScope:
    match equality.value:
        case relations.Me(name):
            mine = viewer.me.get(name)
            if mine is None or mine.knowledge is Knowledge.NONE:
                return NoScope.NOTHING
            if mine.knowledge is Knowledge.UNKNOWN:
                return NoScope.UNKNOWN
            return mine.values or NoScope.NOTHING
        case relations.Literal(text):
            return (text,)
        case relations.Other() as other:
            return bind(other) or NoScope.NOTHING
        case relations.Login():
            return NoScope.NOTHING  # only `me` may look at the sign-in itself


def recognition_scope(
    system: str, table: str, ties: Iterable[tuple[str, tuple[str, ...], bool]]
) -> Scope | NoScope:
    """The scope of a line of `me`: rows found by a verified mail address, a link or a key.

    ties: (field, its values, whether it is a mail address); all must hold. It is the one
    question that is asked before we know who the viewer is to the systems.
    """
    related = tuple(
        Relation(field, tuple(v.casefold() if mail else v for v in values if v), mail)
        for field, values, mail in ties
    )
    if not related or any(not relation.values for relation in related):
        return NoScope.NOTHING
    reason = " and ".join(f"{relation.field} of who signed in" for relation in related)
    return Scope(_DOOR, system, table, related, reason)


def desk_scope(
    system: str, table: str, field: str, value: str, *, fold_case: bool = False
) -> Scope | NoScope:
    """The scope of somebody of staff who looks for a customer, by exactly one value of one field.

    It is for finding out who somebody is, and for no page; each search stands in the audit.
    """
    wanted = value.casefold() if fold_case else value
    if not wanted:
        return NoScope.NOTHING
    relation = Relation(field, (wanted,), fold_case)
    return Scope(_DOOR, system, table, (relation,), f"staff look for a {field}")
