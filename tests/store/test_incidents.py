"""What staff should know: counted, kept over a restart, and never in a page's way."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from balie.backstage.ports import Incident, IncidentKind
from balie.store.incidents import IncidentBook

NOW = datetime.now(UTC).replace(microsecond=0)
LATER = NOW + timedelta(minutes=5)


def dropped(at: datetime = NOW, count: int = 1) -> Incident:
    return Incident(
        kind=IncidentKind.DROPPED, system="erp", table="orders", about="customer", at=at,
        step="my-orders", count=count,
    )  # fmt: skip


def of(kind: IncidentKind, at: datetime = NOW, about: str = "") -> Incident:
    return Incident(kind=kind, system="crm", table="", about=about, at=at)


def test_the_same_incident_is_one_line_with_a_count() -> None:
    book = IncidentBook()
    book.report(dropped(count=3))
    book.report(dropped(at=LATER))

    (noted,) = book.noted()
    assert (noted.count, noted.first, noted.last) == (4, NOW, LATER)


def test_the_latest_incident_comes_first() -> None:
    book = IncidentBook()
    book.report(dropped())
    book.report(of(IncidentKind.BROKEN, at=LATER))
    assert [noted.about.kind for noted in book.noted()] == [
        IncidentKind.BROKEN,
        IncidentKind.DROPPED,
    ]


async def test_incidents_survive_a_restart_and_go_on_counting(tmp_path: Path) -> None:
    file = tmp_path / "trace.db"
    book = IncidentBook(file)
    book.start()
    book.report(dropped())
    await book.stop()

    again = IncidentBook(file)
    again.report(dropped(at=LATER))
    await again.flush()

    (noted,) = IncidentBook(file).noted()
    assert (noted.count, noted.first, noted.last) == (2, NOW, LATER)


async def test_processes_of_one_machine_count_together(tmp_path: Path) -> None:
    one, other = IncidentBook(tmp_path / "trace.db"), IncidentBook(tmp_path / "trace.db")
    one.report(dropped())
    other.report(dropped(at=LATER, count=2))
    await one.flush()
    await other.flush()

    assert [noted.count for noted in one.noted()] == [3]
    assert one.noted() == other.noted()


async def test_a_damaged_file_costs_the_history_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "trace.db"
    file.write_bytes(b"no database" * 500)
    book = IncidentBook(file)
    book.report(dropped())
    await book.flush()

    assert len(IncidentBook(file).noted()) == 1


async def test_what_is_long_ago_is_cleared_away(tmp_path: Path) -> None:
    file = tmp_path / "trace.db"
    book = IncidentBook(file)
    book.report(dropped(at=NOW - timedelta(days=31)))
    book.report(of(IncidentKind.BROKEN))
    await book.flush()

    with sqlite3.connect(file) as written:
        assert written.execute("SELECT kind FROM incident").fetchall() == [("broken",)]
    written.close()


def test_a_flood_of_different_incidents_stays_small() -> None:
    book = IncidentBook()
    for number in range(2000):
        book.report(of(IncidentKind.UNKNOWN_CODE, about=f"field{number}"))

    assert len(book.noted()) == 500
    assert book.noted()[0].about.about in {f"field{number}" for number in range(1500, 2000)}
