"""Lineage as a table with a line for each link: for a spreadsheet, or for a privacy officer."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields

from balie.backstage.lineage.asking import Answer
from balie.backstage.lineage.trails import Lineage, Trail
from balie.blueprint.links import ME, Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One link. Its names are the headings of the table."""

    direction: str  # "read" or "sent"
    system: str
    country: str
    table: str
    raw_field: str
    what_it_is: str
    field: str
    customers_call_it: str
    becomes: str
    pages: str
    at_most_old: str
    seen_by: str
    whose: str
    personal: str
    purpose: str
    basis: str
    delete_after: str


def register(lineage: Lineage, answers: Iterable[Answer]) -> tuple[Line, ...]:
    """A line for each link of what was asked, each once."""
    every = (line for answer in answers for line in _lines(lineage, answer))
    return tuple(dict.fromkeys(every))


def _lines(lineage: Lineage, answer: Answer) -> Iterator[Line]:
    for trail in answer.trails:
        yield from (_line(lineage, link, trail) for link in trail.links)
    for link in (*answer.rules, *answer.raw):
        yield _line(lineage, link, _trail(lineage, link))


def _trail(lineage: Lineage, link: Link) -> Trail | None:
    is_field = bool(link.field) and link.thing != ME
    return lineage.trail(link.thing, link.field) if is_field else None


def _line(lineage: Lineage, link: Link, trail: Trail | None) -> Line:
    system = lineage.blueprint.systems[link.system]
    places = [place for place in lineage.places_of(link) if place.kinds]
    reasons = trail.reasons if trail is not None and trail.personal else ()
    role = f"{link.role.value}: {link.how}" if link.how else link.role.value
    return Line(
        direction="sent" if link.role.is_written else "read",
        system=str(system.name),
        country=str(system.country or ""),
        table=link.table,
        raw_field=link.path,
        what_it_is=role,
        field=f"{link.thing}.{link.field}".strip("."),
        customers_call_it="" if trail is None else trail.name,
        becomes="" if trail is None else _joined(trail.becomes),
        pages=link.step or _joined(place.address or place.step for place in places),
        at_most_old=_joined(place.at_most_old for place in places if place.at_most_old),
        seen_by=_joined(kind for place in places for kind in place.kinds),
        whose="" if trail is None else _joined(trail.whose),
        personal="" if trail is None else trail.personal or "no",
        purpose=_joined(reason.name for reason in reasons),
        basis=_joined(reason.basis for reason in reasons),
        delete_after=_joined(reason.delete_after for reason in reasons if reason.delete_after),
    )


def _joined(parts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(parts))


def as_csv(lines: Sequence[Line]) -> str:
    """The table as CSV, with a heading; no cell of it is taken for a formula by a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_headings())
    writer.writerows([_harmless(cell) for cell in astuple(line)] for line in lines)
    return out.getvalue()


def _headings() -> list[str]:
    return [field.name.replace("_", " ") for field in fields(Line)]


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell


def as_markdown(lines: Sequence[Line]) -> str:
    """The table as Markdown."""
    rows = [_headings(), ["---"] * len(_headings()), *(astuple(line) for line in lines)]
    return "".join(f"| {' | '.join(_escaped(cell) for cell in row)} |\n" for row in rows)


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|")
