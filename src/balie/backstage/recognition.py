"""Who a visitor is to the systems: every name of `me`, known, none or unknown.

A name is recognised once by verified mail, with exactly one row, and from then on by its stored
key. The rows of `me` are read like all others: within a scope, checked again, last known when
their system is away. Unknown is never told as none.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace

from balie.access.scope import NoScope, Scope, recognition_scope
from balie.access.viewer import Knowledge, Mine, Viewer, Visitor
from balie.backstage.bounded import Bounded
from balie.backstage.made import Made, Making
from balie.backstage.page import Trust
from balie.backstage.ports import Clock, Incident, IncidentKind, Incidents
from balie.backstage.sources import Patience, Question, Sources, Trace, no_trace
from balie.blueprint import relations
from balie.blueprint.model import Blueprint, MeLine
from balie.blueprint.relations import Equality
from balie.systems.rows import Row, text_of, value_at

ROLES = "roles"
"""The name of `me` that says which kinds of customer somebody is."""

NOBODY = "nobody"
"""The word for a role that makes somebody no customer."""


_BYTES_OF_A_VIEWER = 4_000  # with the questions that told; measured 1,700 with one name of `me`


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of one line of `me`, or None when they cannot be known now."""

    rows: tuple[Row, ...] | None
    mine: Mine


_UNKNOWN = _Rows(None, Mine(Knowledge.UNKNOWN))
_NONE = _Rows((), Mine(Knowledge.NONE))


class Recognition:
    """Recognises visitors of one blueprint."""

    def __init__(
        self,
        blueprint: Blueprint,
        sources: Sources,
        clock: Clock,
        incidents: Incidents,
        most_bytes: int,
    ) -> None:
        self._blueprint = blueprint
        self._sources = sources
        self._clock = clock
        self._incidents = incidents
        self._fields = _fields_by_table(blueprint)
        self._made: Bounded[Hashable, Made[Viewer]] = Bounded(most_bytes)

    async def viewer(
        self, visitor: Visitor, patience: Patience, began: float | None = None
    ) -> Viewer:
        """The visitor as the systems know them."""
        who, today = visitor.who, self._clock.today()
        made = self._made.get(who)
        if made is not None and made.holds(self._sources, patience, today):
            return made.value.at(began, visitor)
        making = Making(no_trace)
        viewer = await self._recognised(visitor, patience, making)
        if (made := making.made(viewer, today)) is not None:
            self._made.put(who, made, _BYTES_OF_A_VIEWER)
        return viewer.at(began, visitor)

    async def _recognised(self, visitor: Visitor, patience: Patience, trace: Trace) -> Viewer:
        visitor = await self._in_one_context(visitor, patience, trace)
        resolving = _Resolving(self, visitor, patience, trace)
        kinds = await resolving.kinds()
        me = {name: (await resolving.name(name)).mine for name in self._names}
        return Viewer(
            person=visitor.person,
            email=visitor.email,
            kinds=kinds or frozenset(),
            kinds_known=kinds is not None,
            me=me,
            acting_for=await resolving.organisation(),
            is_staff=visitor.is_staff,
        )

    async def _in_one_context(self, visitor: Visitor, patience: Patience, trace: Trace) -> Visitor:
        """Of several keys of one name, those that go together: never of two organisations, nor of
        one and of somebody in private. Where nobody acts for an organisation, all of them.
        """
        if not any(one.belongs_to for one in self._blueprint.people.customers.values()):
            return visitor
        for name, keys in visitor.links.items():
            if len(keys) > 1:
                apart = [_with_links(visitor, name, (key,)) for key in keys]
                looked = [_Resolving(self, one, patience, trace) for one in apart]
                somebody = [one for one in looked if await one.kinds() != frozenset()]
                contexts = {one.links[name][0]: await one.context() for one in somebody}
                chosen = _together(contexts, visitor.acting_for) if contexts else keys
                visitor = _with_links(visitor, name, chosen)
        return visitor

    async def links(self, visitor: Visitor, patience: Patience) -> Mapping[str, str]:
        """Names of `me` that can be stored now: recognised by mail, exactly one row."""
        resolving = _Resolving(self, visitor, patience, no_trace)
        found: dict[str, str] = {}
        for name in self._names:
            lines = self._blueprint.me.names[name]
            if name not in visitor.links and any(line.once for line in lines):
                mine = (await resolving.name(name)).mine
                if mine.knowledge is Knowledge.KNOWN and len(mine.values) == 1:
                    found[name] = mine.values[0]
        return found

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple(name for name in self._blueprint.me.names if name != ROLES)

    def report(self, kind: IncidentKind, line: MeLine, about: str) -> None:
        """Tells staff that somebody could not be recognised, not who."""
        self._incidents.report(
            Incident(
                kind=kind,
                system=line.system,
                table=line.table,
                about=about,
                at=self._clock.now(),
                step="me",
            )
        )

    @property
    def blueprint(self) -> Blueprint:
        """The blueprint whose `me` this is."""
        return self._blueprint

    async def rows(
        self, line: MeLine, scope: Scope, patience: Patience, trace: Trace
    ) -> tuple[Row, ...] | None:
        """The rows of a table of `me` in this scope; None when they cannot be known now."""
        fields = self._fields[line.system, line.table]
        question = Question(scope=scope, fields=fields)
        outcome = await self._sources.ask(question, patience, trace)
        shown = outcome.answer is not None and outcome.trust in (Trust.FRESH, Trust.KNOWN)
        return outcome.answer.rows if shown and outcome.answer is not None else None


class _Resolving:
    """One visitor's names, each worked out once. Names may refer to each other in any order."""

    def __init__(
        self, recognition: Recognition, visitor: Visitor, patience: Patience, trace: Trace
    ) -> None:
        self._recognition = recognition
        self._blueprint = recognition.blueprint
        self._visitor = visitor
        self._patience = patience
        self._trace = trace
        self._known: dict[str, _Rows] = {}
        self._kinds: frozenset[str] | bool | None = False  # False: not worked out yet

    @property
    def links(self) -> Mapping[str, tuple[str, ...]]:
        """The links that this visitor is resolved with."""
        return self._visitor.links

    async def kinds(self) -> frozenset[str] | None:
        """The kinds of customer that this visitor acts as, or None when that is unknown."""
        if isinstance(self._kinds, bool):
            self._kinds = None  # a role cannot depend on a role
            self._kinds = await self._work_out_kinds()
        return self._kinds

    async def name(self, name: str) -> _Rows:
        """What is known of a name of `me`."""
        if name not in self._known:
            self._known[name] = _UNKNOWN  # a name that refers to itself is never known
            self._known[name] = await self._work_out(name)
        return self._known[name]

    async def context(self) -> frozenset[str] | None:
        """The keys of the organisations that are acted for; empty in private and for nobody, None
        when it is not known now.
        """
        kinds = await self.kinds()
        if kinds is None:
            return None
        names = sorted(self._organisation_names(kinds))
        known = [(await self.name(name)).mine for name in names]
        if any(mine.knowledge is Knowledge.UNKNOWN for mine in known):
            return None
        return frozenset(value for mine in known for value in mine.values)

    async def organisation(self) -> str | None:
        """The name of the organisation that is acted for, if it has one."""
        wanted = self._organisation_names(await self.kinds() or frozenset())
        for name in sorted(wanted):
            known = await self.name(name)
            if known.mine.values:
                path = _name_path(self._blueprint, name)
                rows = known.rows or ()
                titles = (text_of(value_at(row, path)) for row in rows if path)
                return next((title for title in titles if title), None)
        return None

    def _organisation_names(self, kinds: Iterable[str]) -> set[str]:
        customers = self._blueprint.people.customers
        return {str(customers[k].belongs_to) for k in kinds if customers[k].belongs_to}

    async def _work_out_kinds(self) -> frozenset[str] | None:
        lines = self._blueprint.me.names.get(ROLES, ())
        if not lines:
            return await self._only_kind()
        kinds: set[str] = set()
        for line in lines:
            known = await self._line(ROLES, line)
            if known.mine.knowledge is Knowledge.UNKNOWN:
                return None
            kinds.update(self._kinds_of(line, known.mine.values))
        return self._of_one_context(kinds)

    def _of_one_context(self, kinds: set[str]) -> frozenset[str]:
        """Who is a customer in private and for an organisation too acts as one of the two.

        In private, unless an organisation was chosen. There is never a union of both.
        """
        customers = self._blueprint.people.customers
        private = frozenset(kind for kind in kinds if customers[kind].belongs_to is None)
        chosen = self._visitor.acting_for is not None
        return private if private and not chosen else frozenset(kinds) - private or private

    def _kinds_of(self, line: MeLine, codes: Iterable[str]) -> set[str]:
        kinds = set()
        for code in codes:
            kind = str(line.words.get(code, code))
            if kind in self._blueprint.people.customers:
                kinds.add(kind)
            elif kind != NOBODY:
                self._recognition.report(IncidentKind.UNKNOWN_CODE, line, line.field)
        return kinds

    async def _only_kind(self) -> frozenset[str] | None:
        """Without `roles`, whoever is recognised is of the only kind of customer there is."""
        customers = tuple(self._blueprint.people.customers)
        first = next((name for name in self._blueprint.me.names if name != ROLES), None)
        if len(customers) != 1 or first is None:
            return frozenset()
        known = await self.name(first)
        if known.mine.knowledge is Knowledge.UNKNOWN:
            return None
        return frozenset(customers) if known.mine.values else frozenset()

    async def _work_out(self, name: str) -> _Rows:
        lines = self._blueprint.me.names.get(name, ())
        if name in self._visitor.links:
            return await self._linked(name, lines)
        found: list[_Rows] = []
        for line in lines:
            if line.for_:
                kinds = await self.kinds()
                if kinds is None:
                    return _UNKNOWN
                if kinds.isdisjoint(line.for_):
                    continue
            found.append(await self._line(name, line))
        return self._one_organisation(name, _union(found))

    async def _linked(self, name: str, lines: tuple[MeLine, ...]) -> _Rows:
        """A name that was recognised before: its key stands; its row is read by the key."""
        keys = self._visitor.links[name]
        line = next((line for line in lines if line.once), lines[0])
        scope = recognition_scope(line.system, line.table, ((line.field, keys, False),))
        if isinstance(scope, NoScope):
            return _NONE
        rows = await self._rows(line, scope)
        return self._one_organisation(name, _Rows(rows, Mine(Knowledge.KNOWN, keys)))

    async def _line(self, name: str, line: MeLine) -> _Rows:
        scope = await self._scope(line)
        if not isinstance(scope, Scope):
            return _UNKNOWN if scope is NoScope.UNKNOWN else _NONE
        rows = await self._rows(line, scope)
        if rows is None:
            return _UNKNOWN
        if line.once and len(rows) > 1:
            self._recognition.report(IncidentKind.AMBIGUOUS, line, f"several rows for {name}")
            return _NONE
        values = tuple(dict.fromkeys(_texts(rows, line.field)))
        knowledge = Knowledge.KNOWN if values else Knowledge.NONE
        return _Rows(rows, Mine(knowledge, values))

    async def _rows(self, line: MeLine, scope: Scope) -> tuple[Row, ...] | None:
        return await self._recognition.rows(line, scope, self._patience, self._trace)

    async def _scope(self, line: MeLine) -> Scope | NoScope:
        """The scope of a line: all of its equalities together."""
        ties: list[tuple[str, tuple[str, ...], bool]] = []
        for equality in line.where:
            values = await self._values(equality)
            if values is None:
                return NoScope.UNKNOWN
            ties.append((equality.field, values, isinstance(equality.value, relations.Login)))
        return recognition_scope(line.system, line.table, ties)

    async def _values(self, equality: Equality) -> tuple[str, ...] | None:
        match equality.value:
            case relations.Login("email"):
                return (self._visitor.email,)
            case relations.Literal(text):
                return (text,)
            case relations.Me(name):
                known = await self.name(name)
                return None if known.mine.knowledge is Knowledge.UNKNOWN else known.mine.values
            case relations.Other(of, field):
                return await self._values_of(of, field)
        return ()

    async def _values_of(self, of: str, field: str) -> tuple[str, ...] | None:
        known = await self.name(of)
        if known.mine.knowledge is Knowledge.UNKNOWN:
            return None
        if not field:
            return known.mine.values
        return None if known.rows is None else tuple(_texts(known.rows, field))

    def _one_organisation(self, name: str, known: _Rows) -> _Rows:
        """Of several organisations, the chosen one or else the first: never all at once."""
        belongs = {str(c.belongs_to) for c in self._blueprint.people.customers.values()}
        values = known.mine.values
        if name not in belongs or len(values) <= 1:
            return known
        chosen = self._visitor.acting_for
        one = chosen if chosen in values else min(values)
        field = self._blueprint.me.names[name][0].field
        if known.rows is None:
            return _Rows(None, Mine(known.mine.knowledge, (one,)))
        rows = tuple(row for row in known.rows if text_of(value_at(row, field)) == one)
        return _Rows(rows, Mine(known.mine.knowledge, (one,)))


def _with_links(visitor: Visitor, name: str, keys: tuple[str, ...]) -> Visitor:
    return replace(visitor, links={**visitor.links, name: keys})


def _together(
    contexts: Mapping[str, frozenset[str] | None], acting_for: str | None
) -> tuple[str, ...]:
    """The keys of one context: in private, unless an organisation was chosen; else the chosen
    organisation or the first. What cannot be known now is not added to what can.
    """
    unknown = [key for key, context in contexts.items() if context is None]
    if unknown:
        return (unknown[0],)
    organisations = sorted({value for context in contexts.values() for value in context or ()})
    private = tuple(key for key, context in contexts.items() if not context)
    if not organisations or (private and acting_for not in organisations):
        return private
    one = acting_for if acting_for in organisations else organisations[0]
    return tuple(key for key, context in contexts.items() if one in (context or ()))


def _texts(rows: Iterable[Row], path: str) -> Iterable[str]:
    texts = (text_of(value_at(row, path)) for row in rows)
    return (text for text in texts if text is not None)


def _union(found: list[_Rows]) -> _Rows:
    """Several sources of one name together. One that is unknown makes the whole unknown."""
    if any(each.rows is None or each.mine.knowledge is Knowledge.UNKNOWN for each in found):
        return _UNKNOWN
    values = tuple(dict.fromkeys(value for each in found for value in each.mine.values))
    if not values:
        return _NONE
    rows = tuple(row for each in found for row in each.rows or ())
    return _Rows(rows, Mine(Knowledge.KNOWN, values))


def _fields_by_table(blueprint: Blueprint) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Every raw field of a table that any line of `me` needs: so one read serves them all."""
    fields: dict[tuple[str, str], set[str]] = {}
    for name, lines in blueprint.me.names.items():
        for line in lines:
            here = fields.setdefault((line.system, line.table), set())
            here.add(line.field)
            here.update(equality.field for equality in line.where)
            here.update(_referred_to(blueprint, name))
            here.update(names_to_show(blueprint, name))
    return {table: tuple(sorted(names)) for table, names in fields.items()}


def _referred_to(blueprint: Blueprint, name: str) -> set[str]:
    equalities = (e for lines in blueprint.me.names.values() for line in lines for e in line.where)
    return {
        e.value.field
        for e in equalities
        if isinstance(e.value, relations.Other) and e.value.of == name and e.value.field
    }


def names_to_show(blueprint: Blueprint, name: str) -> set[str]:
    """The field that names an organisation somebody acts for: it stands on every page."""
    acted_for = {str(c.belongs_to) for c in blueprint.people.customers.values() if c.belongs_to}
    path = _name_path(blueprint, name) if name in acted_for else None
    return {path} if path else set()


def _name_path(blueprint: Blueprint, name: str) -> str | None:
    """The raw field with the name of what `me.<name>` is the key of, in the same table."""
    tables = {(line.system, line.table) for line in blueprint.me.names.get(name, ())}
    for thing in blueprint.things.values():
        owned = any(e.value == relations.Me(name) and e.field == thing.key for e in thing.owner)
        here = any((s.table.system, s.table.table) in tables for s in thing.from_)
        if owned and here:
            paths = (f.from_[0].path for f in thing.fields.values() if f.name and f.from_)
            return next((str(path) for path in paths), None)
    return None
