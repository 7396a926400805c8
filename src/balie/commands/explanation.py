"""A page explained as text: who it is, raw beside clear, what was asked, what is hidden and why.

It shows raw rows of one person. It is printed for a developer and never kept.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from balie.access.viewer import Viewer
from balie.backstage.explaining import Asked, Explained
from balie.backstage.page import Block, Cell, Facts, FigureBlock, Freshness, Listing, Page, Timeline
from balie.backstage.ports import Incident
from balie.systems.rows import Raw, Row, text_of, value_at

ROWS_SHOWN = 5  # of a list
WIDE = 34  # of a column of text


@dataclass(frozen=True, slots=True)
class Trial:
    """What was tried: an address, as whom, what came of it, and what staff would be told."""

    address: str
    person: str
    explained: Explained
    incidents: tuple[Incident, ...]


def as_text(trial: Trial) -> str:
    """The whole explanation."""
    explained = trial.explained
    parts = (
        [f"{trial.address} as {trial.person}"],
        _who(explained.viewer),
        _page(explained),
        _asked(explained.asked),
        _listed("hidden, and why", explained.hidden),
        _listed("staff would be told", (_told(incident) for incident in trial.incidents)),
    )
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _listed(title: str, lines: Iterable[str]) -> list[str]:
    found = [f"  {line}".rstrip() for line in lines]
    return [title, *found] if found else []


def _who(viewer: Viewer) -> list[str]:
    kinds = ", ".join(sorted(viewer.kinds)) or "no kind of customer"
    lines = [_pair("acts as", kinds if viewer.kinds_known else "unknown: its source is away")]
    if viewer.acting_for is not None:
        lines.append(_pair("acts for", viewer.acting_for))
    for name, mine in viewer.me.items():
        values = ", ".join(mine.values) or mine.knowledge.value
        lines.append(_pair(f"me.{name}", values))
    return _listed("who this is", lines)


def _told(incident: Incident) -> str:
    place = ".".join(part for part in (incident.system, incident.table) if part)
    return f"{incident.kind.value}: {place} {incident.about}".rstrip()


# ---- the page


def _page(explained: Explained) -> list[str]:
    page = explained.page
    if page is None:
        return ["the page", "  not found: this person gets the same page as for an unknown address"]
    head = [_pair("headline", page.headline), _pair("is a", f"{page.kind} (step {page.step})")]
    lines = [line for block in page.blocks for line in _block(block, page, explained.asked)]
    notices = [_pair("notice", notice.says) for notice in page.notices if notice.says]
    return _listed("the page", [*head, *notices, *lines])


def _block(block: Block, page: Page, asked: Sequence[Asked]) -> Iterator[str]:
    yield ""
    yield f"{block.name if isinstance(block, FigureBlock) else block.title}{_freshness(block)}"
    match block:
        case Facts():
            yield from _cells(block.cells, _key_in(page.address), asked)
        case Listing():
            yield from _records(block, asked)
        case Timeline():
            yield from (f"  {stage.text}: {stage.progress.value}" for stage in block.stages)
        case FigureBlock():
            yield f"  {block.text}"
            yield from (f"  {bar.label}: {bar.text}" for bar in block.bars)


def _freshness(block: Block) -> str:
    fresh: Freshness = block.freshness
    when = "" if fresh.as_of is None else f" of {fresh.as_of:%H:%M:%S}"
    return f"  ({fresh.trust.value}{when})"


def _key_in(address: str) -> str:
    """The value in an address, by which the row of a detail page is told apart."""
    return address.rstrip("/").rpartition("/")[2]


def _records(block: Listing, asked: Sequence[Asked]) -> Iterator[str]:
    for record in block.records[:ROWS_SHOWN]:
        yield f"  {record.key}"
        for line in _cells(record.cells, record.key, asked):
            yield f"  {line}"
    more = len(block.records) - ROWS_SHOWN
    if more > 0:
        yield f"  and {more} more"
    if block.broken:
        yield f"  {block.broken} that could not be read"
    if not block.records:
        yield "  none"


def _cells(cells: Iterable[Cell], key: str, asked: Sequence[Asked]) -> Iterator[str]:
    """A line for each field: what customers read, and the raw values that it comes from."""
    for cell in cells:
        clear = f"{cell.label}: {cell.text or '(nothing)'}"
        raw = tuple(_raw(cell.sources, key, asked))
        yield f"  {clear:<{WIDE}}  <- {raw[0] if raw else 'no row has it'}"
        for further in raw[1:]:
            yield f"  {'':<{WIDE}}  <- {further}"


def _raw(sources: Iterable[str], key: str, asked: Sequence[Asked]) -> Iterator[str]:
    for source in sources:
        for each in asked:
            table = f"{each.system}.{each.table}."
            if source.startswith(table):
                for value in _values(each.rows, source.removeprefix(table), key):
                    yield f"{source} = {value}"


def _values(rows: Sequence[Row], path: str, key: str) -> list[str]:
    """The raw values at a path, of the rows that have this key; of the only row without it."""
    rows, path = _inside(rows, path)
    named = [row for row in rows if _has(row, key)]
    found = named or (list(rows) if len(rows) == 1 else [])
    return list(dict.fromkeys(_shown(value_at(row, path)) for row in found))


def _inside(rows: Sequence[Row], path: str) -> tuple[Sequence[Row], str]:
    """The rows inside these rows when the path leads through a list, and the rest of the path."""
    first, _, rest = path.partition(".")
    lists = [items for row in rows if rest and isinstance(items := value_at(row, first), list)]
    inside = [item for items in lists for item in items if isinstance(item, dict)]
    return _inside(inside, rest) if inside else (rows, path)


def _has(row: Row, key: str) -> bool:
    return any(text_of(value) == key for value in row.values())


def _shown(raw: Raw) -> str:
    return "null" if raw is None else repr(raw) if isinstance(raw, str) else str(raw)


# ---- the questions


def _asked(asked: Sequence[Asked]) -> list[str]:
    return _listed("what was asked", (line for each in asked for line in _question(each)))


def _question(each: Asked) -> Iterator[str]:
    yield f"{each.system}.{each.table}: {_count(len(each.rows))} ({each.trust})"
    yield f"  because  {each.because}"
    yield f"  where    {' and '.join(each.relations)}"
    yield f"  fields   {', '.join(each.fields)}"


def _count(rows: int) -> str:
    return "1 row" if rows == 1 else f"{rows} rows"


def _pair(name: str, value: str) -> str:
    return f"{name:<14}{value}"
