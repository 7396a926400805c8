"""A thing of the blueprint, compiled: which raw fields to ask for, and how rows become a record.

Compiled once per blueprint version. A thing with a life order has several sources; a record is
then made of the rows of all of them that bear the same key.
"""

import inspect
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from balie.blueprint.conditions import Known, Lookup
from balie.blueprint.model import Blueprint, Stage, TableRef, Thing, ThingField
from balie.mapping.calculations import Calculation, calculation
from balie.mapping.clear import AS_IT_IS, Clear, Reader, Unreadable, reader
from balie.mapping.kinds import Kind
from balie.systems.contract import Contract, Field, Table, Type, field_at, field_or_text
from balie.systems.profile import Profile
from balie.systems.rows import Raw, Row, text_of, value_at

NO_LABELS: Mapping[str, str] = MappingProxyType({})

_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)

RowsBySource = Mapping[str, Sequence[Row]]
"""The rows of one record: a source's name -> its rows, newest first."""


@dataclass(frozen=True, slots=True)
class MappedSource:
    """One source of a thing: where its rows are, and how they can be asked for.

    moment: the raw date by which rows of this source are newer or older, if there is one.
    zone: the blueprint's; clear moments are told in it.
    """

    name: str
    at: TableRef
    table: Table
    fields: Mapping[str, Field]
    profile: Profile
    moment: str | None
    no_value: frozenset[str]
    zone: ZoneInfo
    _fields: dict[str, Field] = field(default_factory=dict, compare=False, repr=False)
    _readers: dict[str, Reader] = field(default_factory=dict, compare=False, repr=False)
    _code_readers: dict[str, Reader] = field(default_factory=dict, compare=False, repr=False)

    def field(self, path: str) -> Field:
        """What the contract says of a path; a field without a contract is text."""
        found = self._fields.get(path)
        if found is None:
            found = self._fields[path] = field_or_text(self.fields, path)
        return found

    def knows(self, path: str) -> bool:
        """Whether this source has such a field."""
        return not self.fields or field_at(self.fields, path) is not None

    def reader(self, path: str) -> Reader:
        """How a raw value of this field becomes a clear one."""
        read = self._readers.get(path)
        if read is None:
            read = self._readers[path] = reader(self.field(path), self.no_value, self.zone)
        return read

    def clear(self, row: Row, path: str) -> Clear:
        """A raw field of a row, in clear. Raises Unreadable."""
        return self.reader(path)(row[path] if path in row else value_at(row, path))

    def for_a_condition(self, row: Row, path: str) -> Clear:
        """The same, but a code is as the system writes it, also when it means "nothing"."""
        if not self.field(path).codes:
            return self.clear(row, path)
        read = self._code_readers.get(path)
        if read is None:
            read = self._code_readers[path] = reader(self.field(path), frozenset(), self.zone)
        return read(value_at(row, path))

    @property
    def currency_path(self) -> str | None:
        """The raw field that says the currency of a row's amounts, when rows have one."""
        path = self.profile.currency_from
        return path if path and self.fields and self.knows(path) else None

    @property
    def paths_around(self) -> tuple[str, ...]:
        """For rows inside a row: what must be asked of the row around them, for `rows_inside`."""
        path = self.profile.currency_from
        is_around = path and self.at.inside is not None and self.currency_path is None
        return (path,) if is_around and field_at(self.table.fields, path) is not None else ()

    def rows_inside(self, around: Row) -> tuple[Row, ...]:
        """The rows inside a row, each with what the row around them says of all of them."""
        held = value_at(around, self.at.inside or "")
        items = held if isinstance(held, list) else [held]
        told = {path: value_at(around, path) for path in self.paths_around}
        return tuple({**told, **item} for item in items if isinstance(item, dict))

    def currency(self, row: Row) -> str:
        """The currency of a row's amounts: its own, or else the system's. Raises Unreadable."""
        path = self.profile.currency_from
        written = text_of(value_at(row, path)) if path else None
        code = (written or "").strip().upper()
        if not code or code in self.no_value:
            return self.profile.currency
        if not _CURRENCY.fullmatch(code):
            raise Unreadable(f'"{path}" is not a currency')
        return code


class Value(msgspec.Struct, frozen=True, gc=False):
    """A clear value; `code` when the field has words, `stage` the words that were chosen.

    labels: what the system itself calls the code, by language, where the blueprint has no words.
    currency: of an amount, ISO 4217; amounts of different currencies cannot be added.
    """

    value: Clear
    code: str | None = None
    stage: Stage | None = None
    labels: Mapping[str, str] = NO_LABELS
    currency: str | None = None


NO_VALUE = Value(None)

Make = Callable[[RowsBySource, Lookup, date], Value]
"""Makes one field's value of a record's rows. Raises Unreadable."""


@dataclass(frozen=True, slots=True)
class MappedField:
    """One field, compiled. paths: (source's name, raw path) in the order of the life order.

    id: its name in the blueprint. is_amount: its values are money.
    """

    field: ThingField
    kind: Kind
    paths: tuple[tuple[str, str], ...]
    calculate: Calculation | None
    names_in_conditions: frozenset[str]
    id: str
    is_amount: bool
    has_conditions: bool


class Record(msgspec.Struct, frozen=True):
    """One row in clear: its key and the values of the fields that were asked for.

    unknown_codes: fields whose code has no words of its own.
    """

    key: str
    values: Mapping[str, Value]
    rows: RowsBySource
    unknown_codes: tuple[str, ...] = ()

    def value(self, field: str) -> Value:
        """A field's value; no value when it was not asked for."""
        return self.values.get(field, NO_VALUE)

    def look(self, name: str) -> Known | list[Lookup] | None:
        """A field's code, or its value, for a condition of the story."""
        value = self.value(name)
        return value.code if value.code is not None else value.value


@dataclass(frozen=True, slots=True)
class MappedThing:
    """A thing, compiled. origins: of each field "system.table.field" for where it comes from."""

    thing: Thing
    sources: tuple[MappedSource, ...]
    by_name: Mapping[str, MappedSource]
    fields: Mapping[str, MappedField]
    currency: str
    origins: Mapping[str, tuple[str, ...]] = field(init=False, compare=False, repr=False)
    _leave_out: tuple[str, ...] = field(init=False, compare=False, repr=False)
    _keys: Mapping[str, str] = field(init=False, compare=False, repr=False)
    _makers: Mapping[str, "Make | _Quick"] = field(init=False, compare=False, repr=False)
    _recipes: dict[tuple[str, ...], "_Recipe"] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    _asked: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def __post_init__(self) -> None:
        leave_out = (id_ for id_, ours in self.fields.items() if ours.field.leave_out_codes)
        origins = {id_: tuple(self._origins(ours)) for id_, ours in self.fields.items()}
        object.__setattr__(self, "origins", origins)
        object.__setattr__(self, "_leave_out", tuple(leave_out))
        object.__setattr__(self, "_keys", {s.name: self._key_path(s.name) for s in self.sources})
        makers = {id_: self._maker(ours) for id_, ours in self.fields.items()}
        object.__setattr__(self, "_makers", makers)

    @property
    def id(self) -> str:
        """The thing's name in the blueprint."""
        return str(self.thing.id)

    @property
    def key(self) -> str:
        """The name of the field, or of the raw field, that is the key."""
        return str(self.thing.key or "")

    def source(self, name: str) -> MappedSource:
        """A source by its name in the life order ("" for the only one)."""
        return self.by_name[name]

    def key_path(self, source: MappedSource) -> str:
        """The raw path of the key in one source."""
        return self._keys[source.name]

    def _origins(self, ours: MappedField) -> Iterator[str]:
        return (f"{self.by_name[name].at.text}.{path}" for name, path in ours.paths)

    def _key_path(self, source: str) -> str:
        ours = self.fields.get(self.key) if _calls_its_key_a_field(self.thing) else None
        paths = ours.paths if ours is not None else ()
        return next((path for name, path in paths if name == source), self.key)

    def is_key(self, name: str) -> bool:
        """Whether `order.<name>` says the key: as the field that shows it, or as its raw field.

        A field may bear the name of the raw key and hold something else; then it is not the key.
        """
        field = self.fields.get(name)
        if field is None or (name == self.key and _calls_its_key_a_field(self.thing)):
            return name == self.key
        if field.calculate is not None or not field.paths:
            return False
        return all(path == self.key_path(self.source(source)) for source, path in field.paths)

    def raw_paths(self, source: MappedSource, fields: Collection[str]) -> tuple[str, ...]:
        """The raw fields to ask this source for, to make these fields: sorted, each once."""
        asked = (source.name, tuple(fields))
        paths = self._asked.get(asked)
        if paths is None:
            paths = self._asked[asked] = self._raw_paths(source, fields)
        return paths

    def _raw_paths(self, source: MappedSource, fields: Collection[str]) -> tuple[str, ...]:
        wanted = {self.key_path(source), *self._paths_of(source, fields)}
        wanted.update(equality.field for equality in (*self.thing.owner, *self.thing.where))
        wanted.update(equality.field for equality in self.thing.linked_by)
        if source.moment is not None:
            wanted.add(source.moment)
        if source.currency_path is not None and self._holds_an_amount(source, fields):
            wanted.add(source.currency_path)
        return tuple(sorted(path for path in wanted if source.knows(path)))

    def _paths_of(self, source: MappedSource, fields: Collection[str]) -> Iterator[str]:
        for id_ in (*fields, *self._leave_out):
            field = self.fields[id_]
            yield from (path for name, path in field.paths if name == source.name)
            yield from self._condition_paths(source, field.names_in_conditions)
        for condition in self.thing.leave_out:
            yield from self._condition_paths(source, frozenset(condition.names))

    def _holds_an_amount(self, source: MappedSource, fields: Collection[str]) -> bool:
        amounts = (field for field in map(self.fields.__getitem__, fields) if field.is_amount)
        return any(name == source.name for field in amounts for name, _ in field.paths)

    def _condition_paths(self, source: MappedSource, names: frozenset[str]) -> Iterator[str]:
        for name in names:
            if not source.name:
                yield name
            elif name.startswith(source.name + "."):
                yield name.removeprefix(source.name + ".")

    # ---- rows -> record

    def record(self, rows: RowsBySource, fields: Collection[str], today: date) -> Record | None:
        """The clear record of these rows, or None when the blueprint leaves it out.

        Raises Unreadable when a field that is asked for cannot be read, or the key is missing.
        """
        recipe = self._recipe(tuple(fields))
        look = self._raw_lookup(rows) if recipe.others or self.thing.leave_out else _sees_nothing
        if self.thing.leave_out and self._condition_leaves_out(look, today):
            return None
        values = recipe.values(rows, look, today)
        if self._leave_out and self._code_leaves_out(values):
            return None
        return Record(self._key(rows), values, rows, recipe.unknown(values))

    def _recipe(self, fields: tuple[str, ...]) -> "_Recipe":
        """How these fields are made, and those that say whether it is left out: found once."""
        recipe = self._recipes.get(fields)
        if recipe is None:
            needed = dict.fromkeys((*fields, *self._leave_out))
            codes = tuple(id_ for id_ in needed if self.fields[id_].kind is Kind.STATUS)
            makers = {id_: self._makers[id_] for id_ in needed}
            recipe = self._recipes[fields] = _recipe_of(makers, codes)
        return recipe

    def left_out(self, rows: RowsBySource, today: date) -> bool:
        """Whether the blueprint leaves these rows out. Raises Unreadable like `record`."""
        return self.record(rows, (), today) is None

    def _condition_leaves_out(self, look: Lookup, today: date) -> bool:
        return any(condition.holds(look, today) for condition in self.thing.leave_out)

    def _key(self, rows: RowsBySource) -> str:
        for source, path in self._keys.items():
            for row in rows.get(source, ()):
                raw = row[path] if path in row else value_at(row, path)
                key = raw if type(raw) is str and raw else text_of(raw)
                if key is not None:
                    return key
        raise Unreadable(f'"{self.key}" is missing, and it is the key')

    def _code_leaves_out(self, values: Mapping[str, Value]) -> bool:
        return any(
            values[id_].code in self.fields[id_].field.leave_out_codes for id_ in self._leave_out
        )

    def _maker(self, field: MappedField) -> "Make | _Quick":
        """How a field is made. Most are one raw field of one source: those take the short way."""
        if len(field.paths) != 1 or field.calculate is not None or field.has_conditions:
            return partial(self._value, field)
        name, path = field.paths[0]
        source = self.by_name[name]
        if field.is_amount and source.profile.currency_from:
            return partial(self._value, field)
        known = self._known_codes(field, source, path) if field.kind is Kind.STATUS else {}
        make = _maker_of(source.reader(path), self._finisher(field, source))
        if source.field(path).type is Type.DATE and field.kind is not Kind.STATUS:
            make = _remembered(known, make)
        return _Quick(name, field.id, path, known, make)

    def _known_codes(
        self, field: MappedField, source: MappedSource, path: str
    ) -> dict[str, "Value"]:
        """The codes that a system sends just as they stand in the blueprint, with their words."""
        if source.field(path).type not in AS_IT_IS:
            return {}
        return {
            code: Value(code, code, stage)
            for code, stage in _stages_by_code(field.field.words).items()
            if source.reader(path)(code) == code
        }

    def _finisher(self, field: MappedField, source: MappedSource) -> "_Finish":
        """What is still to be done with a clear value."""
        if field.is_amount:
            currency = source.profile.currency
            return lambda value: Value(value, None, None, NO_LABELS, currency)
        if field.kind is not Kind.STATUS:
            return Value
        path = field.paths[0][1]
        return lambda value: self._said(field, value, source, path)

    def _value(self, field: MappedField, rows: RowsBySource, look: Lookup, today: date) -> Value:
        if field.kind is Kind.STATUS:
            return self._words(field, rows, look, today)
        value, source, _ = self._first(field, rows)
        if source is None:
            return NO_VALUE
        if field.calculate is not None:
            value = field.calculate(value, today)
        if field.is_amount:
            return Value(value, currency=source.currency(rows[source.name][0]))
        return Value(value)

    def _first(
        self, field: MappedField, rows: RowsBySource
    ) -> tuple[Clear, MappedSource | None, str]:
        """The value of the first source, in life order, whose newest row knows it."""
        for name, path in field.paths:
            of_source = rows.get(name)
            if of_source:
                source = self.by_name[name]
                value = source.clear(of_source[0], path)
                if value is not None:
                    return value, source, path
        return None, None, ""

    def _words(self, field: MappedField, rows: RowsBySource, look: Lookup, today: date) -> Value:
        value, source, path = self._first(field, rows)
        if field.has_conditions:
            return _first_that_holds(field.field.words, look, today)
        return self._said(field, value, source, path)

    def _said(
        self, field: MappedField, value: Clear, source: MappedSource | None, path: str
    ) -> Value:
        """A code with its words: the blueprint's, else the system's own, else those for others."""
        stages = field.field.words
        described = None if source is None else source.field(path)
        code = None if value is None else str(value)
        said = None if code is None else _stages_by_code(stages).get(code)
        if said is not None or code is None:
            return Value(value, code, said)
        if described is not None and described.labels:
            labels = {
                lang: names[code] for lang, names in described.labels.items() if code in names
            }
            if labels:
                return Value(value, code, labels=labels)
        fallback = next((stage for stage in stages if stage.code is None), None)
        return Value(value, code, fallback)

    def _raw_lookup(self, rows: RowsBySource) -> Lookup:
        """Looks a raw field up by `source.field`, or by `field` when there is one source."""

        seen: dict[str, Known | list[Lookup] | None] = {}

        def look(name: str) -> Known | list[Lookup] | None:
            if name not in seen:
                seen[name] = self._raw(rows, name)
            return seen[name]

        return look

    def _raw(self, rows: RowsBySource, name: str) -> Known | list[Lookup] | None:
        first, _, rest = name.partition(".") if self.thing_has_life_order else ("", "", name)
        newest = next(iter(rows.get(first, ())), None)
        return None if newest is None else self.source(first).for_a_condition(newest, rest)

    @property
    def thing_has_life_order(self) -> bool:
        """Whether the thing has several named sources."""
        return any(source.name for source in self.sources)


_Finish = Callable[[Clear], Value]


class _Quick(NamedTuple):
    """Makes a value of one raw field of the newest row of one source: the short way.

    known: what some raw texts make, codes and days; of any other raw value `make` makes it.
    """

    source: str
    field: str
    path: str
    known: Mapping[str, Value]
    make: Callable[[Raw], Value]


def _maker_of(read: Reader, finish: _Finish) -> Callable[[Raw], Value]:
    def make(raw: Raw) -> Value:
        clear = read(raw)
        return NO_VALUE if clear is None else finish(clear)

    return make


def _remembered(known: dict[str, Value], make: Callable[[Raw], Value]) -> Callable[[Raw], Value]:
    """The same, for what is there a few times and then often: each day is read once."""

    def made(raw: Raw) -> Value:
        value = make(raw)
        if type(raw) is str:
            if len(known) >= _MOST_KNOWN:
                known.clear()
            known[raw] = value
        return value

    return made


_MOST_KNOWN = 1000

_NO_ROW: Row = MappingProxyType({})


def _sees_nothing(_name: str) -> None:
    """Of a record none of whose fields looks at another."""


@dataclass(frozen=True, slots=True)
class _Recipe:
    """How some fields of a thing are made: worked out once, done for every row of every page.

    quick: those that take the short way, by source. codes: the fields that say a code.
    """

    quick: tuple[tuple[str, tuple[_Quick, ...]], ...]
    others: tuple[tuple[str, Make], ...]
    codes: tuple[str, ...]

    def values(self, rows: RowsBySource, look: Lookup, today: date) -> dict[str, Value]:
        """The values of these fields. Raises Unreadable."""
        made: dict[str, Value] = {}
        for source, steps in self.quick:
            newest = rows.get(source)
            row = newest[0] if newest else _NO_ROW
            for _, id_, path, known, make in steps:
                raw = row[path] if path in row else value_at(row, path)
                value = known.get(raw) if type(raw) is str else None
                made[id_] = make(raw) if value is None else value
        for id_, make_of in self.others:
            made[id_] = make_of(rows, look, today)
        return made

    def unknown(self, values: Mapping[str, Value]) -> tuple[str, ...]:
        """The fields whose code has no words of its own."""
        return tuple([id_ for id_ in self.codes if _has_no_words(values[id_])])


def _recipe_of(makers: Mapping[str, "Make | _Quick"], codes: tuple[str, ...]) -> _Recipe:
    quick: dict[str, list[_Quick]] = {}
    others: list[tuple[str, Make]] = []
    for id_, maker in makers.items():
        if isinstance(maker, _Quick):
            quick.setdefault(maker.source, []).append(maker)
        else:
            others.append((id_, maker))
    return _Recipe(tuple((s, tuple(steps)) for s, steps in quick.items()), tuple(others), codes)


def _stages_by_code(stages: Sequence[Stage]) -> dict[str, Stage]:
    """The words of each code; of a code that stands there twice, the first."""
    return {str(stage.code): stage for stage in reversed(stages) if stage.code is not None}


def _first_that_holds(stages: Sequence[Stage], look: Lookup, today: date) -> Value:
    for stage in stages:
        if stage.if_ is None or stage.if_.holds(look, today):
            code = None if stage.code is None else str(stage.code)
            return Value(code, code, stage)
    return NO_VALUE


def _has_no_words(value: Value) -> bool:
    """A code that the system says and nobody wrote words for."""
    stage = value.stage
    if stage is not None:
        return stage.code is None and stage.if_ is None and not value.labels
    return value.code is not None and not value.labels


# ---- compiling


def map_things(
    blueprint: Blueprint, contracts: Mapping[str, Contract]
) -> Mapping[str, MappedThing]:
    """Every thing of a blueprint, compiled against the systems' contracts."""
    return {id_: map_thing(thing, blueprint, contracts) for id_, thing in blueprint.things.items()}


def map_thing(thing: Thing, blueprint: Blueprint, contracts: Mapping[str, Contract]) -> MappedThing:
    """One thing, compiled."""
    sources = tuple(_source(thing, s.name, s.table, blueprint, contracts) for s in thing.from_)
    fields = {id_: _field(thing, field, sources, blueprint) for id_, field in thing.fields.items()}
    currency = next((source.profile.currency for source in sources), "EUR")
    return MappedThing(thing, sources, {s.name: s for s in sources}, fields, currency)


def _source(
    thing: Thing,
    name: str,
    at: TableRef,
    blueprint: Blueprint,
    contracts: Mapping[str, Contract],
) -> MappedSource:
    system = blueprint.systems[at.system]
    table = described_table(at, blueprint, contracts)
    fields = table.fields
    if at.inside is not None:
        inside = table.field(at.inside)
        fields = inside.fields if inside is not None else {}
    moment = None if at.inside is not None else _moment(thing, name, fields)
    profile = system.what_it_does_not_say
    zone = ZoneInfo(blueprint.zone)
    return MappedSource(name, at, table, fields, profile, moment, profile.no_value, zone)


def _calls_its_key_a_field(thing: Thing) -> bool:
    """With several sources the key may be a field: each of them calls it something else."""
    return len(thing.from_) > 1 and str(thing.key) in thing.fields


def described_table(at: TableRef, blueprint: Blueprint, contracts: Mapping[str, Contract]) -> Table:
    """The contract's table of a reference; one without fields when there is no contract."""
    contract = contracts.get(at.system)
    theirs = str(blueprint.systems[at.system].tables.get(at.table, at.table))
    found = contract.tables.get(theirs) if contract is not None else None
    return found or Table(name=theirs, fields={}, key=())


def described_field(
    at: TableRef, path: str, blueprint: Blueprint, contracts: Mapping[str, Contract]
) -> Field:
    """What the contract says of a path in a table; text when it does not say."""
    return field_or_text(described_table(at, blueprint, contracts).fields, path)


def _moment(thing: Thing, source: str, fields: Mapping[str, Field]) -> str | None:
    """The raw date that says how new a row is: of the first date field, else the first date."""
    for ours in thing.fields.values():
        if ours.calculated_by is not None:
            continue
        for name, path in ((f.source, f.path) for f in ours.from_):
            described = field_at(fields, path)
            if name in ("", source) and described is not None and _is_date(described):
                return str(path)
    return next((field.name for field in fields.values() if _is_date(field)), None)


def _is_date(field: Field) -> bool:
    return field.type in (Type.DATE, Type.DATETIME)


def _field(
    thing: Thing, field: ThingField, sources: tuple[MappedSource, ...], blueprint: Blueprint
) -> MappedField:
    paths = tuple(_paths(field, sources))
    kind = _kind(field, paths, sources, blueprint)
    if kind is Kind.NUMBER and _is_a_name(thing, field, paths, blueprint):
        kind = Kind.TEXT
    calculate = None
    if field.calculated_by is not None:
        calculate = calculation(field.calculated_by, blueprint.files)
    names = frozenset(str(n) for stage in field.words if stage.if_ for n in stage.if_.names)
    return MappedField(
        field=field,
        kind=kind,
        paths=paths,
        calculate=calculate,
        names_in_conditions=names,
        id=str(field.id),
        is_amount=kind is Kind.MONEY,
        has_conditions=any(stage.if_ is not None for stage in field.words),
    )


def _is_a_name(
    thing: Thing, field: ThingField, paths: tuple[tuple[str, str], ...], blueprint: Blueprint
) -> bool:
    """Whether a number says which one and not how many: 10085 is a customer, and no 10,085."""
    related = (*thing.owner, *thing.where, *thing.linked_by)
    names = {str(thing.key), *(str(equality.field) for equality in related)}
    if any(path in names for _, path in paths):
        return True
    if field.id == thing.key and _calls_its_key_a_field(thing):
        return True
    mentioned = f"{{{thing.id}.{field.id}}}"
    addresses = (step.screen.address for step in blueprint.steps if step.screen is not None)
    return any(mentioned in address for address in addresses if address is not None)


def _paths(field: ThingField, sources: tuple[MappedSource, ...]) -> Iterator[tuple[str, str]]:
    for source in sources:
        for origin in field.from_:
            bare = origin.source == "" and source.knows(origin.path)
            if origin.source == source.name or bare:
                yield source.name, str(origin.path)
                break


_KIND_OF_TYPE = {
    Type.DATE: Kind.DATE,
    Type.DATETIME: Kind.DATETIME,
    Type.INTEGER: Kind.NUMBER,
    Type.NUMBER: Kind.NUMBER,
    Type.BOOLEAN: Kind.BOOLEAN,
    Type.DOCUMENT: Kind.DOCUMENT,
}
_KIND_OF_ANSWER: Mapping[object, Kind] = {
    date: Kind.DATE,
    datetime: Kind.DATETIME,
    int: Kind.NUMBER,
    Decimal: Kind.NUMBER,
    bool: Kind.BOOLEAN,
}


def _kind(
    field: ThingField,
    paths: tuple[tuple[str, str], ...],
    sources: tuple[MappedSource, ...],
    blueprint: Blueprint,
) -> Kind:
    if field.words:
        return Kind.STATUS
    if not paths:
        return Kind.TEXT
    name, path = paths[0]
    source = next(source for source in sources if source.name == name)
    described = source.field(path)
    if field.calculated_by is not None:
        return _kind_of_calculation(field.calculated_by, blueprint)
    if described.codes:
        return Kind.STATUS
    if path.rpartition(".")[2] in source.profile.amounts:
        return Kind.MONEY
    return _KIND_OF_TYPE.get(described.type, Kind.TEXT)


def _kind_of_calculation(name: str, blueprint: Blueprint) -> Kind:
    answer = inspect.signature(calculation(name, blueprint.files)).return_annotation
    return _KIND_OF_ANSWER.get(answer, Kind.TEXT)
