"""Marks: texts that stand in one row of one system only, so that it is seen where they come out.

Some are planted in texts that nothing else looks at; others, such as numbers of orders, are there.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from balie.blueprint.model import Blueprint, Thing, ThingField
from balie.proving.oracle import Cell
from balie.systems.contract import Field, Table, Type
from balie.systems.profile import Plain
from balie.systems.rows import Raw, Row

_PLANTED = re.compile(r"mk[0-9a-f]{6}q")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{4,}")
_NAME = re.compile(r"[A-Za-z_]\w*")
_LENGTH = 9  # characters of a planted mark
_OF_MACHINES = re.compile("guid|uuid|mail|uri|url|date|time|binary|byte", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Planted:
    """A row with marks in it. table: "system.table". fields: those that change."""

    table: str
    key: str
    fields: dict[str, Raw]


class Planting:
    """Plants marks in rows. seed: other marks for another seed."""

    def __init__(self, blueprint: Blueprint, seed: int) -> None:
        self._blueprint = blueprint
        self._taken = _names_that_matter(blueprint)
        self._tables = {
            f"{source.table.system}.{source.table.table}"
            for thing in blueprint.things.values()
            for source in thing.from_
        }
        self._next = Random(seed).randrange(16**5)  # noqa: S311 - to be told apart, not hidden
        self._kept = _raw_paths_that_matter(blueprint, self._taken)

    def plant(self, name: str, table: Table, rows: Sequence[Row]) -> Iterator[Planted]:
        """What changes in the rows of a table, by the blueprint's name of it."""
        if name not in self._tables or len(table.key) != 1:
            return
        for row in rows:
            fields = self._fields(name, "", table.fields, row, table.key)
            key = row.get(table.key[0])
            if fields and key is not None:
                yield Planted(name, str(key), fields)

    def _fields(
        self,
        table: str,
        before: str,
        described: Mapping[str, Field],
        row: Row,
        never: Collection[str],
    ) -> dict[str, Raw]:
        changed: dict[str, Raw] = {}
        for name, field in described.items():
            value = row.get(name)
            if field.type is Type.LIST and isinstance(value, list):
                inside = [
                    {**one, **self._fields(table, f"{before}{name}.", field.fields, one, ())}
                    for one in value
                    if isinstance(one, dict)
                ]
                if inside and inside != value:
                    changed[name] = list(inside)
            elif name not in never and self._is_free(table, before + name, field, value):
                changed[name] = self._mark()
        return changed

    def _is_free(self, table: str, path: str, field: Field, value: Raw) -> bool:
        """Whether nothing but a page looks at this text."""
        return (
            field.type is Type.TEXT
            and isinstance(value, str)
            and bool(value.strip())
            and not field.codes
            and not _OF_MACHINES.search(field.form)
            and (field.max_length is None or field.max_length >= _LENGTH)
            and (table, path) not in self._kept
            and path.rpartition(".")[2] not in self._taken
        )

    def _mark(self) -> str:
        self._next += 1
        return f"mk{self._next % 16**6:06x}q"


def _raw_paths_that_matter(
    blueprint: Blueprint, names: Collection[str]
) -> frozenset[tuple[str, str]]:
    """(table, path) of fields with a meaning: rules, words, choices, parts of an address."""
    kept: set[tuple[str, str]] = set()
    for thing in blueprint.things.values():
        for name, field in thing.fields.items():
            if name in names or _means_something(field):
                kept.update(_places(thing, field))
    return frozenset(kept)


def _means_something(field: ThingField) -> bool:
    return bool(
        field.words
        or field.leave_out_codes
        or field.must_be
        or field.calculated_by
        or field.choose_from
        or field.guard
    )


def _places(thing: Thing, field: ThingField) -> Iterator[tuple[str, str]]:
    for source in thing.from_:
        for one in field.from_:
            if one.source in ("", source.name):
                table = f"{source.table.system}.{source.table.table}"
                yield table, source.table.within(str(one.path))


def _names_that_matter(blueprint: Blueprint) -> frozenset[str]:
    """Every bare name in a relation, a condition, an address or a profile."""
    texts: list[str] = []
    for thing in blueprint.things.values():
        equalities = [*thing.owner, *thing.linked_by, *thing.where]
        equalities += [e for follower in thing.followers for e in follower.linked_by]
        texts += [f"{e.field} {e.text}" for e in equalities]
        texts += [str(rule.text) for rule in thing.leave_out]
        texts += [str(s.if_.text) for f in thing.fields.values() for s in f.words if s.if_]
        texts += [str(thing.key or "")]
    for lines in blueprint.me.names.values():
        for line in lines:
            texts += [line.field, *(f"{e.field} {e.text}" for e in line.where)]
    for step in blueprint.steps:
        screen = step.screen
        if screen is not None:
            texts += [
                str(screen.address or ""),
                *(str(f.if_.text) for f in screen.figures if f.if_),
            ]
            texts += [str(f.per) for f in screen.figures if f.per]
            texts += [str(rule.if_.text) for rule in screen.only_while]
    for system in blueprint.systems.values():
        texts += _plain_texts(dict(system.what_it_does_not_say.words))
    return frozenset(name for text in texts for name in _NAME.findall(text))


def _plain_texts(plain: Plain) -> Iterator[str]:
    if isinstance(plain, str):
        yield plain
    else:
        for inner in plain if isinstance(plain, list) else plain.values():
            yield from _plain_texts(inner)


@dataclass(frozen=True, slots=True)
class Marks:
    """Where each mark stands: mark -> the cells that have it."""

    places: Mapping[str, frozenset[Cell]]

    def found(self, text: str) -> frozenset[str]:
        """The marks that are in a text."""
        said = {*_PLANTED.findall(text), *_WORD.findall(text)}
        return frozenset(word for word in said if word in self.places)

    def foreign(self, text: str, allowed: frozenset[Cell], said: str = "") -> frozenset[str]:
        """The marks in a text of which no place may be shown. said: what was asked with, that
        may come back.
        """
        return frozenset(
            mark
            for mark in self.found(text)
            if allowed.isdisjoint(self.places[mark]) and mark not in said
        )

    @property
    def planted(self) -> int:
        """How many were planted."""
        return sum(_PLANTED.fullmatch(mark) is not None for mark in self.places)


def marks_of(
    rows: Mapping[str, Sequence[Row]],
    tables: Mapping[str, Table],
    blueprint: Blueprint,
    common: Iterable[str] = (),
) -> Marks:
    """All marks in these rows, by "system.table". common: words that are no mark: anybody's."""
    places: dict[str, set[Cell]] = {}
    texts = " ".join((*blueprint.texts.values(), *common))
    anybodys = set(_WORD.findall(texts))
    for name, held in rows.items():
        table = tables[name]
        for row in held:
            id_ = "|".join(str(row.get(part)) for part in table.key)
            for path, text in _texts(row, table.fields, ""):
                place, _, inner = path.rpartition("#")
                cell = Cell(name, f"{id_}/{place}" if place else id_, inner)
                for word in _words(text):
                    if word not in anybodys:
                        places.setdefault(word, set()).add(cell)
    return Marks({mark: frozenset(cells) for mark, cells in places.items()})


def _texts(row: Row, described: Mapping[str, Field], before: str) -> Iterator[tuple[str, str]]:
    """Path -> text; of rows inside the row "lines/0#description"."""
    for name, value in row.items():
        field = described.get(name)
        if isinstance(value, list):
            for place, one in enumerate(value):
                if isinstance(one, dict):
                    inside = field.fields if field is not None else {}
                    for path, text in _texts(one, inside, ""):
                        yield f"{name}/{place}#{path}", text
        elif isinstance(value, dict):
            for path, text in _texts(value, field.fields if field is not None else {}, ""):
                yield f"{before}{name}.{path}", text
        elif isinstance(value, str) and (field is None or field.type in (Type.TEXT, Type.UNKNOWN)):
            yield before + name, value


def _words(text: str) -> Iterator[str]:
    """What can be told from anything else on a page: planted marks, and numbers of things."""
    planted = _PLANTED.findall(text)
    if planted:
        yield from planted
    elif _WORD.fullmatch(text) and any(c.isdigit() for c in text) and not _is_a_number(text):
        yield text


def _is_a_number(text: str) -> bool:
    """Whether it could be any number: an amount, a year."""
    return text.isdigit() and len(text) < 7
