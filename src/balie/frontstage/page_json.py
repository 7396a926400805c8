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

Json: TypeAlias = "str | int | bool | Sequence[Json] | Mapping[str, Json] | None"


def page_json(page: Page) -> bytes:
    """A page as UTF-8 JSON. Blocks stand under their id; what is left out is not there."""
    return _written(
        {
            "step": page.step,
            "kind": page.kind,
            "title": page.title,
            "headline": page.headline,
            "address": page.address,
            "trust": page.trust.value,
            "as_of": _moment(page.as_of),
            "acting_for": page.acting_for,
            "up": None if page.up is None else _item(page.up),
            "menu": [_item(item) for item in page.menu],
            "notices": [_freshness(notice) for notice in page.notices],
            "blocks": {
                b.id: _block(b) for b in page.blocks if b.freshness.trust is not Trust.HIDDEN
            },
        }
    )


def problem_json(status: int, title: str, detail: str) -> bytes:
    """A refusal, as RFC 9457 describes it."""
    return _written({"type": "about:blank", "status": status, "title": title, "detail": detail})


def _block(block: Block) -> Json:
    match block:
        case Facts():
            return {
                "type": "facts",
                "title": block.title,
                "freshness": _freshness(block.freshness),
                "fields": _fields(block.cells),
            }
        case Listing():
            return {
                "type": "list",
                "title": block.title,
                "freshness": _freshness(block.freshness),
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
                "freshness": _freshness(block.freshness),
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
        "freshness": _freshness(block.freshness),
        "text": block.text,
        "value": _value(block.value),
        "link": block.link,
        "bars": [{"label": b.label, "text": b.text, "value": _value(b.value)} for b in block.bars],
    }


def _record(record: Record) -> Json:
    return {"link": record.link, "fields": _fields(record.cells)}


def _fields(cells: Sequence[Cell]) -> Json:
    return {cell.field: _cell(cell) for cell in cells}


def _cell(cell: Cell) -> Json:
    value = cell.value
    said: dict[str, Json] = {
        "label": cell.label,
        "kind": cell.kind,
        "text": cell.text,
        "value": None if cell.empty else value if type(value) is str else _value(value),
    }
    if cell.link:
        said["link"] = cell.link
    return said


def _freshness(freshness: Freshness) -> Json:
    return {
        "trust": freshness.trust.value,
        "as_of": _moment(freshness.as_of),
        "says": freshness.says,
    }


def _item(item: MenuItem) -> Json:
    return {"label": item.label, "address": item.address}


def _value(value: str | Decimal | int | bool | date | datetime | None) -> Json:
    match value:
        case Decimal():
            return format(value, "f")
        case datetime():
            return _moment(value)
        case date():
            return value.isoformat()
        case _:
            return value


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


def _written(value: Json) -> bytes:
    return orjson.dumps(value)
