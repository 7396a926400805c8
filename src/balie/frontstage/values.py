"""One value of a page as markup, and the heads and rows of a table: what a page has hundreds of.

They are written here and not in a template because a template takes ten times as long for each.
Templates call them as `ui.value` and inside `ui.listing`.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from markupsafe import Markup, escape

from balie.backstage.page import Cell, Column, Kind, Record, Tone

_TONES = {Tone.GOOD: "ok", Tone.BUSY: "info", Tone.CAREFUL: "warn", Tone.PLAIN: ""}
_NUMERIC = frozenset({Kind.MONEY, Kind.NUMBER, Kind.DATE, Kind.DATETIME})
_AT_THE_END = frozenset({Kind.MONEY, Kind.NUMBER})
_MARKS = re.compile("[&<>\"']")


def value(cell: Cell, pending: str = "") -> Markup:
    """A value as it is read. pending: what is said of one that no system confirmed yet."""
    said = _picture(cell) if cell.picture else _value(cell)
    return Markup(said + _mark(pending) if cell.pending else said)  # noqa: S704  escaped


def heads(columns: Sequence[Column]) -> Markup:
    """The heads of a table that stands in one order, and of which nothing can be asked."""
    return Markup("\n".join([_head(one.kind, one.label) for one in columns]))  # noqa: S704  escaped


def rows(records: Sequence[Record], pending: str = "") -> Markup:
    """The rows of a table: the first cell is its heading, and leads to its page if it has one."""
    return Markup("\n".join(_row(record, pending) for record in records))  # noqa: S704  escaped


def _mark(pending: str) -> str:
    return f' <span class="tag info">{_safe_label(pending)}</span>' if pending else ""


def _safe(text: str) -> str:
    """A text in markup. Hardly any has something to escape, and looking is cheaper."""
    return text if _MARKS.search(text) is None else str(escape(text))


_safe_label = lru_cache(maxsize=1024)(_safe)


def _picture(cell: Cell) -> str:
    """A picture above its link: one link, whose words say what is on it."""
    link = _safe(cell.link or "")
    image = f'<img src="{link}" alt="" loading="lazy" decoding="async">'
    return f'<a class="doc pic" href="{link}">{image}<bdi>{_safe(cell.text)}</bdi></a>'


def _row(record: Record, pending: str) -> str:
    if not record.cells:
        return "<tr></tr>"
    if record.pending:
        return _pending_row(record, pending)
    first, *others = record.cells
    cells = "".join([_cell(cell, first.text, pending) for cell in others])
    if record.link:
        name = f'<a href="{_safe(record.link)}"><bdi>{_safe(first.text)}</bdi></a>'
        return f'<tr class="link"><th scope="row">{name}</th>{cells}</tr>'
    return f'<tr><th scope="row">{_value(first)}</th>{cells}</tr>'


def _pending_row(record: Record, pending: str) -> str:
    """A row that is being made: what it says of itself leads to its receipt."""
    first, *others = record.cells
    cells = "".join(_pending_cell(cell, first.text or pending) for cell in others)
    name = f'<a href="{_safe(record.link or "")}"><bdi>{_safe(first.text or pending)}</bdi></a>'
    mark = _mark(pending) if first.text else ""
    return f'<tr class="link"><th scope="row">{name}{mark}</th>{cells}</tr>'


def _pending_cell(cell: Cell, of: str) -> str:
    """Of what is being made no system says how it stands; that it is made, the row itself says."""
    nothing = cell.kind is Kind.STATUS and cell.empty and not cell.text
    return '<td class="status"></td>' if nothing else _cell(cell, of, "")


def _cell(cell: Cell, of: str, pending: str) -> str:
    if cell.pending and pending:
        label = _safe_label(cell.label)
        return f'<td data-label="{label}"><span>{_value(cell, of)}{_mark(pending)}</span></td>'
    if cell.kind is Kind.STATUS:
        return f'<td class="status"><span>{_value(cell)}</span></td>'
    before, opens = _around(cell.kind, cell.label)
    if cell.empty or cell.link:
        return f"{before}{_value(cell, of)}</span></td>"
    return f"{before}{opens}{_safe(cell.text)}</bdi></span></td>"


def _value(cell: Cell, of: str = "") -> str:
    """of: which row it is of, for whoever hears links one by one."""
    text = _safe(cell.text)
    if cell.empty:
        return f'<span class="soft">{text or "–"}</span>'
    if cell.kind is Kind.STATUS:
        return f'<span class="tag {_TONES[cell.tone]}">{text}</span>'
    if cell.link:
        shape = "doc" if cell.kind is Kind.DOCUMENT else ""
        more = f'<bdi class="vh"> {_safe(of)}</bdi>' if shape and of else ""
        return f'<a class="{shape}" href="{_safe(cell.link)}"><bdi>{text}</bdi>{more}</a>'
    return f"<bdi{_shape(cell.kind)}>{text}</bdi>"


def _shape(kind: Kind) -> str:
    return ' class="num"' if kind in _NUMERIC else ""


@lru_cache(maxsize=1024)
def _head(kind: Kind, label: str) -> str:
    at_the_end = ' class="end"' if kind in _AT_THE_END else ""
    return f'<th scope="col"{at_the_end}>{_safe(label)}</th>'


@lru_cache(maxsize=1024)
def _around(kind: Kind, label: str) -> tuple[str, str]:
    """What stands before a value in a table, and before one that is only a text."""
    shape = " end num" if kind in _AT_THE_END else ""
    before = f'<td class="{shape}" data-label="{_safe_label(label)}"><span>'
    return before, f"<bdi{_shape(kind)}>"
