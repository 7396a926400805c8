"""A page as data: the same values at the same address, for programs.

Amounts and decimal numbers are texts, so that no digit is lost. Where a value comes from is not
part of it.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

import orjson

from balie.backstage.page import (
    Arranged,
    Block,
    Cell,
    Facts,
    FigureBlock,
    Freshness,
    Listing,
    MenuItem,
    Page,
    Record,
    Timeline,
    Trust,
)

Json: TypeAlias = "str | int | bool | date | Sequence[Json] | Mapping[str, Json] | None"


def page_json(page: Page) -> bytes:
    """A page as UTF-8 JSON. Blocks stand under their id; what is left out is not there."""
    return written(
        {
            "step": page.step,
            "kind": page.kind,
            "title": page.title,
            "headline": page.headline,
            "address": page.address,
            "trust": page.trust.value,
            "as_of": moment_json(page.as_of),
            "acting_for": page.acting_for,
            "up": None if page.up is None else item_json(page.up),
            "menu": [item_json(item) for item in page.menu],
            "notices": [freshness_json(notice) for notice in page.notices],
            "blocks": {
                b.id: _block(b) for b in page.blocks if b.freshness.trust is not Trust.HIDDEN
            },
        }
    )


def problem_json(status: int, title: str, detail: str) -> bytes:
    """A refusal, as RFC 9457 describes it."""
    return written({"type": "about:blank", "status": status, "title": title, "detail": detail})


def _block(block: Block) -> Json:
    match block:
        case Facts():
            return {
                "type": "facts",
                "title": block.title,
                "freshness": freshness_json(block.freshness),
                "fields": fields_json(block.cells),
            }
        case Listing():
            return {
                "type": "list",
                "title": block.title,
                "freshness": freshness_json(block.freshness),
                "records": [_record(record) for record in block.records],
                "broken": block.broken,
                "newer": block.newer,
                "older": block.older,
                "arranged": None if block.arranged is None else _arranged(block, block.arranged),
            }
        case Timeline():
            return {
                "type": "timeline",
                "title": block.title,
                "freshness": freshness_json(block.freshness),
                "stages": [
                    {"code": s.code, "text": s.text, "progress": s.progress.value}
                    for s in block.stages
                ],
            }
        case FigureBlock():
            return _figure(block)


def _arranged(block: Listing, arranged: Arranged) -> Json:
    return {
        "sort": arranged.sort,
        "query": arranged.query,
        "found": arranged.found,
        "looked_at": arranged.looked_at,
        "newest": arranged.newest,
        "whole": arranged.whole,
        "by": {c.field: {"up": c.up, "down": c.down} for c in block.columns if c.up},
    }


def _figure(block: FigureBlock) -> Json:
    return {
        "type": "figure",
        "name": block.name,
        "kind": block.kind.value,
        "freshness": freshness_json(block.freshness),
        "text": block.text,
        "value": _value(block.value),
        "link": block.link,
        "bars": [{"label": b.label, "text": b.text, "value": _value(b.value)} for b in block.bars],
    }


def _record(record: Record) -> Json:
    said: dict[str, Json] = {"link": record.link, "fields": fields_json(record.cells)}
    if record.pending:
        said["pending"] = True
    return said


def fields_json(cells: Sequence[Cell]) -> Json:
    """Values by the name of their field."""
    return {cell.field: _cell(cell) for cell in cells}


_WRITTEN_HERE = (Decimal, datetime)
"""Types of values that become a text first; a day is written as ISO 8601 has it anyway."""


def _cell(cell: Cell) -> Json:
    value = None if cell.empty else cell.value
    said: dict[str, Json] = {
        "label": cell.label,
        "kind": cell.kind,
        "text": cell.text,
        "value": _value(value) if isinstance(value, _WRITTEN_HERE) else value,
    }
    if cell.link:
        said["link"] = cell.link
    if cell.pending:
        said["pending"] = True
    return said


def freshness_json(freshness: Freshness) -> Json:
    """How far something can be trusted."""
    return {
        "trust": freshness.trust.value,
        "as_of": moment_json(freshness.as_of),
        "says": freshness.says,
    }


def item_json(item: MenuItem) -> Json:
    """A way to somewhere else."""
    return {"label": item.label, "address": item.address}


def _value(value: str | Decimal | int | bool | date | datetime | None) -> Json:
    match value:
        case Decimal():
            return format(value, "f")
        case datetime():
            return moment_json(value)
        case date():
            return value.isoformat()
        case _:
            return value


def moment_json(moment: datetime | None) -> str | None:
    """A moment, to the second."""
    return None if moment is None else moment.isoformat(timespec="seconds")


def written(value: Json) -> bytes:
    """JSON as it is sent."""
    return orjson.dumps(value)
