"""How one field is told on a page: what is the same for every row is worked out before the rows.

A page of lists has hundreds of cells of some twenty fields.
"""

from collections.abc import Callable

from balie.backstage.page import Cell, Tone
from balie.mapping.kinds import Kind
from balie.mapping.thing import MappedField, Record, Value

Tell = Callable[[Record], Cell]
"""The cell of one field of a record."""

Read = Callable[[Value], str]
"""What people read of a value; "" when there is none, or nothing that may be shown."""


def tell_value(
    field: MappedField, label: str, instead: str, sources: tuple[str, ...], read: Read
) -> Tell:
    """Tells a value of its own in each row. instead: what is read where there is none."""
    id_, kind = field.id, field.kind

    def tell(record: Record) -> Cell:
        value = record.value(id_)
        text = read(value)
        return Cell(
            field=id_,
            label=label,
            kind=kind,
            text=text or instead,
            value=value.value,
            empty=not text,
            sources=sources,
        )

    return tell


def tell_status(
    field: MappedField, label: str, instead: str, sources: tuple[str, ...], read: Read
) -> Tell:
    """Tells words of a code. Rows of the same words share one cell."""
    id_ = field.id
    told: dict[tuple[str | None, int], Cell] = {}

    def tell(record: Record) -> Cell:
        value = record.value(id_)
        if value.labels:
            return cell(value)
        known = (value.code, id(value.stage))  # a stage is of the blueprint, which stays
        found = told.get(known)
        if found is None:
            found = told[known] = cell(value)
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
