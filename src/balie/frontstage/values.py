"""One value of a page as markup, and the rows of a table: what a page has hundreds of.

They are written here and not in a template because a template takes ten times as long for each.
Templates call them as `ui.value` and inside `ui.listing`.
"""

from collections.abc import Sequence

from markupsafe import Markup, escape

from balie.backstage.page import Cell, Kind, Record, Tone

_TONES = {Tone.GOOD: "ok", Tone.BUSY: "info", Tone.CAREFUL: "warn", Tone.PLAIN: ""}
_NUMERIC = frozenset({Kind.MONEY, Kind.NUMBER, Kind.DATE, Kind.DATETIME})
_AT_THE_END = frozenset({Kind.MONEY, Kind.NUMBER})


def value(cell: Cell) -> Markup:
    """A value as it is read."""
    return Markup(_value(cell))  # noqa: S704  escaped


def rows(records: Sequence[Record]) -> Markup:
    """The rows of a table: the first cell is its heading, and leads to its page if it has one."""
    return Markup("\n".join(_row(record) for record in records))  # noqa: S704  escaped


def _row(record: Record) -> str:
    if not record.cells:
        return "<tr></tr>"
    first, *others = record.cells
    cells = "".join(_cell(cell, first.text) for cell in others)
    if record.link:
        name = f'<a href="{escape(record.link)}"><bdi>{escape(first.text)}</bdi></a>'
        return f'<tr class="link"><th scope="row">{name}</th>{cells}</tr>'
    return f'<tr><th scope="row">{_value(first)}</th>{cells}</tr>'


def _cell(cell: Cell, of: str) -> str:
    if cell.kind is Kind.STATUS:
        return f'<td class="status"><span>{_value(cell)}</span></td>'
    place = " end num" if cell.kind in _AT_THE_END else ""
    label = escape(cell.label)
    return f'<td class="{place}" data-label="{label}"><span>{_value(cell, of)}</span></td>'


def _value(cell: Cell, of: str = "") -> str:
    """of: which row it is of, for whoever hears links one by one."""
    text = escape(cell.text)
    if cell.empty:
        return f'<span class="soft">{text or "–"}</span>'
    if cell.kind is Kind.STATUS:
        return f'<span class="tag {_TONES[cell.tone]}">{text}</span>'
    if cell.link:
        shape = "doc" if cell.kind is Kind.DOCUMENT else ""
        more = f'<span class="vh"> {escape(of)}</span>' if shape and of else ""
        return f'<a class="{shape}" href="{escape(cell.link)}">{text}{more}</a>'
    shape = ' class="num"' if cell.kind in _NUMERIC else ""
    return f"<bdi{shape}>{text}</bdi>"
