"""Makes rubbish of a good answer, in the ways that systems do it."""

import json
from collections.abc import Sequence
from dataclasses import replace

from balie.rehearsal.mode import Garbage
from balie.systems.contract import Table
from balie.systems.rehearsed import Answer
from balie.systems.rows import Raw, Row

_PAGE = b"<!doctype html><title>Sign in</title><h1>Your session has ended</h1>"
OF_ROWS = frozenset({Garbage.WRONG_TYPE, Garbage.NO_KEY})
"""The kinds that break one row of a page; the others break the whole answer."""


def break_a_row(kind: Garbage, turn: int, table: Table, rows: Sequence[Row]) -> Sequence[Row]:
    """The same rows, one of them broken; which one goes by turns."""
    if not rows:
        return rows
    place = turn % len(rows)
    return [_broken(kind, table, row) if i == place else row for i, row in enumerate(rows)]


def _broken(kind: Garbage, table: Table, row: Row) -> Row:
    if kind is Garbage.NO_KEY:
        return {name: value for name, value in row.items() if name not in table.key}
    return {
        name: value if name in table.key else _another_type(value) for name, value in row.items()
    }


def _another_type(value: Raw) -> Raw:
    return [value] if isinstance(value, str) else {"value": value}


def break_answer(kind: Garbage, answer: Answer) -> Answer:
    """The answer as rubbish; its status still says that all is well."""
    if kind is Garbage.HTML:
        return replace(answer, body=_PAGE, content_type="text/html; charset=utf-8")
    if kind is Garbage.TRUNCATED:
        return replace(answer, body=answer.body[: len(answer.body) // 2])
    if kind is Garbage.EMPTY:
        return replace(answer, body=b"")
    if kind is Garbage.SHAPE:
        return replace(answer, body=json.dumps({"result": [["a", 1], None]}).encode())
    return answer
