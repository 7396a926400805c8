"""How one field is told on a page: what is the same for every row is worked out before the rows.

A page of lists has hundreds of cells of some twenty fields, and every page of a service tells the
same fields: so what is worked out stays.
"""

from collections.abc import Callable
from datetime import date
from functools import lru_cache

from balie.backstage.page import Cell, Column, Tone
from balie.blueprint.model import Blueprint
from balie.mapping.formats import day, read_aloud
from balie.mapping.kinds import Kind
from balie.mapping.thing import NO_VALUE, MappedField, MappedThing, Record, Value

Tell = Callable[[Record], Cell]
"""The cell of one field of a record."""

Read = Callable[[Value], str]
"""What people read of a value; "" when there is none, or nothing that may be shown."""

_DAYS = 1000  # of one field, in one language


class Tellers:
    """How every field of a service is told in one language. Nothing of it is anybody's own."""

    def __init__(self, blueprint: Blueprint, language: str) -> None:
        self._blueprint = blueprint
        self._language = language
        self._known: dict[tuple[str, str], Tell] = {}
        self._columns: dict[tuple[str, tuple[str, ...]], tuple[Column, ...]] = {}

    def of(self, thing: MappedThing, field: MappedField) -> Tell:
        """How this field is told, whatever the row. A document is not: it has an address."""
        found = self._known.get((thing.id, field.id))
        if found is None:
            found = self._known[thing.id, field.id] = self._made(thing, field)
        return found

    def columns(self, thing: MappedThing, fields: tuple[str, ...]) -> tuple[Column, ...]:
        """What stands above these fields of several records."""
        found = self._columns.get((thing.id, fields))
        if found is None:
            found = tuple(self._column(thing.fields[id_]) for id_ in fields)
            self._columns[thing.id, fields] = found
        return found

    def _column(self, field: MappedField) -> Column:
        return Column(field=field.id, label=self.say(field.field.name or field.id), kind=field.kind)

    def say(self, text: str) -> str:
        """A text of the blueprint in this language."""
        return self._blueprint.say(text, self._language)

    def _made(self, thing: MappedThing, field: MappedField) -> Tell:
        label, instead = self.say(field.field.name or field.id), self.say(field.field.empty or "")
        tell = tell_status if field.kind is Kind.STATUS else tell_value
        return tell(field, label, instead, thing.origins[field.id], self._reader(thing, field))

    def _reader(self, thing: MappedThing, field: MappedField) -> Read:
        if field.kind is Kind.STATUS:
            return self._words
        kind, language, zone = field.kind, self._language, str(self._blueprint.zone)

        def read(value: Value) -> str:
            clear = value.value
            if type(clear) is date:
                return day(clear, language)
            return read_aloud(clear, kind, language, zone, value.currency or thing.currency)

        return read

    def _words(self, value: Value) -> str:
        """Words of a code. One without words is never shown; staff get a finding."""
        if value.stage is not None:
            return self.say(value.stage.says)
        if value.labels:
            ours = value.labels.get(str(self._blueprint.language))
            return value.labels.get(self._language) or ours or next(iter(value.labels.values()))
        return ""


def tell_value(
    field: MappedField, label: str, instead: str, sources: tuple[str, ...], read: Read
) -> Tell:
    """Tells a value of its own in each row, and rows of the same day share one cell.

    instead: what is read where there is no value.
    """
    id_, kind = field.id, field.kind
    nothing = Cell(
        field=id_, label=label, kind=kind, text=instead, value=None, empty=True, sources=sources
    )

    def tell(record: Record) -> Cell:
        value = record.values.get(id_, NO_VALUE)
        clear = value.value
        if clear is None:
            return nothing
        return on(clear) if type(clear) is date else cell(value)

    def cell(value: Value) -> Cell:
        clear = value.value
        text = clear if type(clear) is str else read(value)
        return Cell(
            field=id_,
            label=label,
            kind=kind,
            text=text or instead,
            value=clear,
            empty=not text,
            sources=sources,
        )

    on = lru_cache(maxsize=_DAYS)(lambda day: cell(Value(day)))
    return tell


def tell_status(
    field: MappedField, label: str, instead: str, sources: tuple[str, ...], read: Read
) -> Tell:
    """Tells words of a code. Rows with the same words of the blueprint share one cell."""
    id_ = field.id
    told: dict[int, Cell] = {}  # by stage: of the blueprint, which stays

    def tell(record: Record) -> Cell:
        value = record.value(id_)
        stage = value.stage
        if stage is None or stage.code is None:
            return cell(value)
        found = told.get(id(stage))
        if found is None:
            found = told[id(stage)] = cell(value)
        return found

    def cell(value: Value) -> Cell:
        text = read(value)
        return Cell(
            field=id_,
            label=label,
            kind=Kind.STATUS,
            text=text or instead,
            value=value.code,
            empty=not text,
            tone=_tone(field, value) if text else Tone.PLAIN,
            sources=sources,
        )

    return tell


def _tone(field: MappedField, value: Value) -> Tone:
    """The colour beside the words: as the blueprint says, else by where the code is on its way."""
    if value.code in field.field.good_news:
        return Tone.GOOD
    if value.code in field.field.asks_attention:
        return Tone.CAREFUL
    if value.stage is None:
        return Tone.PLAIN
    if value.stage.code is None:
        return Tone.CAREFUL
    is_on_its_way = any(stage.if_ is not None for stage in field.field.words)
    return Tone.BUSY if is_on_its_way else Tone.PLAIN
