"""Who a visitor is to the systems: every name of `me`, known, none or unknown.

A name is recognised once by verified mail, with exactly one row, and from then on by its stored
key. The rows of `me` are read like all others: within a scope, checked again, last known when
their system is away. Unknown is never told as none.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from balie.access.scope import NoScope, Scope, recognition_scope
from balie.access.viewer import PRIVATE, SOMEBODY, Knowledge, Mine, Viewer, Visitor
from balie.backstage.acting import Context, Contexts, OwnMemberships
from balie.backstage.bounded import Bounded
from balie.backstage.made import Made, Making
from balie.backstage.page import Trust
from balie.backstage.ports import Clock, Incident, IncidentKind, Incidents
from balie.backstage.sources import Patience, Question, Sources, Trace, no_trace
from balie.blueprint import relations
from balie.blueprint.model import Blueprint, MeLine, Says
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
        everywhere = _Resolving(self, visitor, patience, trace)
        contexts = await everywhere.contexts()
        context = contexts.chosen(visitor.acting_for)
        chooses = bool(contexts.found) or _acts_for_others(visitor)
        if context is None and (chooses or not contexts.are_all):
            me = {name: (await everywhere.name(name)).mine for name in self._names}
            return self._nobody_yet(visitor, contexts, me)
        context = context or Context(PRIVATE, frozenset())
        here = await everywhere.at(context.organisation)
        me = {name: (await here.name(name)).mine for name in self._names}
        return Viewer(
            person=visitor.person,
            email=visitor.email,
            kinds=self._kinds(visitor, context),
            kinds_known=True,
            me=me,
            acting_for=visitor.name or visitor.email if visitor.represents else context.name,
            organisation=context.organisation,
            may_choose=len(contexts.found) > 1 or visitor.may_represent,
            administers=context.is_administrator,
            is_staff=visitor.is_staff,
        )

    def _kinds(self, visitor: Visitor, context: Context) -> frozenset[str]:
        """What they are here; of whoever is represented, only what they may be represented in."""
        if not visitor.represents:
            return context.kinds
        said = self._blueprint.representatives
        return frozenset() if said is None else context.kinds & frozenset(map(str, said.for_))

    def _nobody_yet(
        self, visitor: Visitor, contexts: Contexts, everywhere: Mapping[str, Mine]
    ) -> Viewer:
        """Somebody who has to choose first, or who cannot be known now.

        Of whoever cannot be known, what is certain stays: one value that is known is theirs.
        """
        nothing = Mine(Knowledge.NONE)
        certain = {
            name: mine if len(mine.values) == 1 else Mine(Knowledge.UNKNOWN)
            for name, mine in everywhere.items()
        }
        return Viewer(
            person=visitor.person,
            email=visitor.email,
            kinds=frozenset(),
            kinds_known=contexts.are_all,
            me=dict.fromkeys(self._names, nothing) if contexts.are_all else certain,
            organisation=PRIVATE if contexts.are_all else self._chosen_before(visitor),
            may_choose=bool(contexts.found) or _acts_for_others(visitor),
            must_choose=contexts.are_all and (bool(contexts.found) or _acts_for_others(visitor)),
            is_staff=visitor.is_staff,
        )

    def _chosen_before(self, visitor: Visitor) -> str | None:
        """For whom somebody said that they act, unless Balie knows that they do not any more."""
        own, chosen = OwnMemberships(self._blueprint, visitor.memberships), visitor.acting_for
        if chosen is None:
            return PRIVATE if visitor.memberships else None
        return PRIVATE if own.decides(chosen) else chosen

    async def contexts(self, visitor: Visitor, patience: Patience) -> Contexts:
        """For whom a visitor can act."""
        return await _Resolving(self, visitor, patience, no_trace).contexts()

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


_Links = Mapping[str, tuple[str, ...] | None]
"""Name of `me` -> the keys that were recognised before; None: which of them cannot be known now."""

_Read = dict[Scope, tuple[Row, ...] | None]
"""What was read for one visitor, whomever they act for: each scope is asked once."""


class _Resolving:
    """One visitor's names, each worked out once. Names may refer to each other in any order.

    here: for whom they act, the key of an organisation or PRIVATE; None: everywhere at once, only
    to see where that can be. everywhere: the same without a place. links: other than all of the
    visitor's.
    """

    def __init__(
        self,
        recognition: Recognition,
        visitor: Visitor,
        patience: Patience,
        trace: Trace,
        here: str | None = None,
        everywhere: "_Resolving | None" = None,
        links: "_Links | None" = None,
    ) -> None:
        self._recognition = recognition
        self._blueprint = recognition.blueprint
        self._visitor = visitor
        self._patience = patience
        self._trace = trace
        self._here = here
        self._everywhere = everywhere
        self._links: _Links = visitor.links if links is None else links
        self._resolved: dict[str, _Resolving] = {}
        self._tied: frozenset[str] | bool | None = False  # False: not worked out yet
        self._own = OwnMemberships(recognition.blueprint, visitor.memberships)
        self._read: _Read = {} if everywhere is None else everywhere._read
        self._known: dict[str, _Rows] = {}
        self._kinds: frozenset[str] | bool | None = False  # False: not worked out yet

    async def at(self, organisation: str) -> "_Resolving":
        """The same visitor when they act for this organisation, or in private: only with what they
        are there, not with what they are elsewhere.
        """
        if organisation not in self._resolved:
            links = self._links
            if self._belongs:
                links = {name: await self._going_with(organisation, name) for name in links}
            self._resolved[organisation] = self._another(organisation, links)
        return self._resolved[organisation]

    def _another(self, here: str | None, links: _Links) -> "_Resolving":
        return _Resolving(
            self._recognition, self._visitor, self._patience, self._trace, here, self, links
        )

    async def _going_with(self, organisation: str, name: str) -> tuple[str, ...] | None:
        """The keys of this name that are of this organisation, or of somebody in private."""
        keys, going, is_known = self._links[name] or (), [], True
        for key in keys:
            alone = self if len(keys) == 1 else self._another(None, {**self._links, name: (key,)})
            tied = await alone.tied()
            is_known = is_known and tied is not None
            if tied is not None and organisation in tied:
                going.append(key)
        return tuple(going) if going or is_known else None

    async def contexts(self) -> Contexts:
        """For whom this visitor can act."""
        tied = await self.tied() if self._belongs else frozenset()
        found, are_all = [], tied is not None
        for place in sorted({PRIVATE, *(tied or ()), *self._own.organisations}):
            here = await self.at(place)
            kinds, is_administrator = await here.kinds(), self._own.is_administrator(place)
            are_all = are_all and kinds is not None
            if kinds or is_administrator:
                name = await here.organisation()
                found.append(Context(place, kinds or frozenset(), is_administrator, name))
        return Contexts(tuple(found), are_all)

    async def tied(self) -> frozenset[str] | None:
        """Where systems tie this visitor to: organisations, or PRIVATE; None when unknown now."""
        if isinstance(self._tied, bool):
            self._tied = await self._work_out_ties()
        return self._tied

    async def _work_out_ties(self) -> frozenset[str] | None:
        kinds = await self._work_out_kinds()
        known = [(await self.name(name)).mine for name in sorted(self._belongs)]
        if kinds is None or any(mine.knowledge is Knowledge.UNKNOWN for mine in known):
            return None
        keys = frozenset(key for mine in known for key in mine.values)
        return keys | {PRIVATE} if self._private(kinds) or not keys else keys

    @property
    def _belongs(self) -> set[str]:
        """The names of `me` that somebody acts for one of."""
        return self._organisation_names(self._blueprint.people.customers)

    async def kinds(self) -> frozenset[str] | None:
        """The kinds of customer that this visitor acts as, or None when that is unknown."""
        if isinstance(self._kinds, bool):
            self._kinds = None  # a role cannot depend on a role
            self._kinds = await self._kinds_here()
        return self._kinds

    async def _kinds_here(self) -> frozenset[str] | None:
        if self._here is not None and self._own.decides(self._here):
            return self._own.kinds(self._here)
        said = await self._work_out_kinds()
        if said is None or self._here is None:
            return said
        if self._here == PRIVATE:
            return self._private(said) | self._own.kinds(PRIVATE)
        return await self._of_this_organisation(said) | self._own.kinds(self._here)

    async def _of_this_organisation(self, said: frozenset[str]) -> frozenset[str]:
        """Of the kinds that systems say, those of an organisation that they tie this person to."""
        tied: set[str] = set()
        for name in self._organisation_names(said):
            if self._here in (await self._said_everywhere(name)).mine.values:
                tied.add(name)
        customers = self._blueprint.people.customers
        return frozenset(kind for kind in said if str(customers[kind].belongs_to) in tied)

    async def _said_everywhere(self, name: str) -> _Rows:
        return await (self._everywhere or self).name(name)

    def _private(self, kinds: frozenset[str]) -> frozenset[str]:
        customers = self._blueprint.people.customers
        return frozenset(kind for kind in kinds if customers[kind].belongs_to is None)

    async def name(self, name: str) -> _Rows:
        """What is known of a name of `me`."""
        if name not in self._known:
            self._known[name] = _UNKNOWN  # a name that refers to itself is never known
            self._known[name] = await self._work_out(name)
        return self._known[name]

    async def organisation(self) -> str | None:
        """The name of the organisation that is acted for, if it has one."""
        if not self._here:
            return None
        if self._blueprint.memberships.organisations is Says.LOCAL:
            return self._own.name(self._here)
        for name in sorted(self._belongs):
            path = _name_path(self._blueprint, name)
            rows = (await self.name(name)).rows or ()
            titles = (text_of(value_at(row, path)) for row in rows if path)
            title = next((title for title in titles if title), None)
            if title is not None:
                return title
        return self._own.name(self._here)

    def _organisation_names(self, kinds: Iterable[str]) -> set[str]:
        customers = self._blueprint.people.customers
        return {str(customers[k].belongs_to) for k in kinds if customers[k].belongs_to}

    async def _work_out_kinds(self) -> frozenset[str] | None:
        if Says.API not in self._blueprint.memberships.roles:
            return frozenset()
        lines = self._blueprint.me.names.get(ROLES, ())
        if not lines:
            return await self._only_kind()
        kinds: set[str] = set()
        for line in lines:
            known = await self._line(ROLES, line)
            if known.mine.knowledge is Knowledge.UNKNOWN:
                return None
            kinds.update(self._kinds_of(line, known.mine.values))
        return frozenset(kinds)

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
        if self._here is None or name not in self._belongs:
            return await self._as_said(name)
        if self._here == PRIVATE:
            return _NONE
        return await self._this_organisation(name, self._here)

    async def _as_said(self, name: str) -> _Rows:
        lines = self._blueprint.me.names.get(name, ())
        if name in self._links:
            return await self._by_keys(self._links[name], lines)
        if self._is_by_sign_in(lines) and not await self._is_tied_here():
            return _NONE
        found: list[_Rows] = []
        for line in lines:
            if line.for_:
                kinds = await self.kinds()
                if kinds is None:
                    return _UNKNOWN
                if kinds.isdisjoint(line.for_):
                    continue
            found.append(await self._line(name, line))
        return _union(found)

    def _is_by_sign_in(self, lines: tuple[MeLine, ...]) -> bool:
        return any(isinstance(tie.value, relations.Login) for line in lines for tie in line.where)

    async def _is_tied_here(self) -> bool:
        """Whether systems tie whoever signs in with this address to the place that is acted for."""
        if self._here is None or not self._belongs:
            return True
        return self._here in (await (self._everywhere or self).tied() or ())

    async def _by_keys(self, keys: tuple[str, ...] | None, lines: tuple[MeLine, ...]) -> _Rows:
        """Rows of which the keys stand, also while their system is away."""
        if not keys:
            return _UNKNOWN if keys is None else _NONE
        mine = Mine(Knowledge.KNOWN, keys)
        if not lines:
            return _Rows((), mine)
        line = next((line for line in lines if line.once), lines[0])
        scope = recognition_scope(line.system, line.table, ((line.field, keys, False),))
        if isinstance(scope, NoScope):
            return _NONE
        return _Rows(await self._rows(line, scope), mine)

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
        if scope not in self._read:
            self._read[scope] = await self._recognition.rows(
                line, scope, self._patience, self._trace
            )
        return self._read[scope]

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

    async def _this_organisation(self, name: str, key: str) -> _Rows:
        """The one organisation that is acted for, and never another beside it."""
        lines = self._blueprint.me.names.get(name, ())
        known = await self._said_everywhere(name)
        if key not in known.mine.values or known.rows is None:
            return await self._by_keys((key,), lines)
        rows = tuple(row for row in known.rows if text_of(value_at(row, lines[0].field)) == key)
        return _Rows(rows, Mine(Knowledge.KNOWN, (key,)))


def _acts_for_others(visitor: Visitor) -> bool:
    """Whether they may act for another person, or did until it was ended."""
    return not visitor.represents and (visitor.may_represent or visitor.acting_for == SOMEBODY)


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
