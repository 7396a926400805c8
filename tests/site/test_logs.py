"""What is logged: lines for programs, and nothing of a person."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from balie.backstage.ports import Incident, IncidentKind
from balie.site.logs import ToldIncidents, asked, begin, log_of
from balie.store.incidents import IncidentBook
from balie.transport.http import Trace

LOGGERS = ("", "balie", "django.request")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """What is logged is the process's own: leaves it as it was."""
    root = logging.getLogger()
    handlers, levels = root.handlers[:], [logging.getLogger(name).level for name in LOGGERS]
    yield
    root.handlers[:] = handlers
    for name, level in zip(LOGGERS, levels, strict=True):
        logging.getLogger(name).setLevel(level)


def lines(to: io.StringIO) -> list[dict[str, object]]:
    found = [json.loads(line) for line in to.getvalue().splitlines()]
    return [{k: v for k, v in line.items() if k != "timestamp"} for line in found]


TRACE = Trace(
    system="erp", method="GET", path_template="/orders/{id}", status=200, ms=12.345, bytes=51
)


def test_a_question_to_a_system_is_one_line_when_that_is_asked_for() -> None:
    to = io.StringIO()
    begin("info", to)
    asked("balie.systems")(TRACE)

    assert lines(to) == [
        {
            "event": "asked a system",
            "level": "info",
            "logger": "balie.systems",
            "system": "erp",
            "method": "GET",
            "path": "/orders/{id}",
            "status": 200,
            "ms": 12.3,
            "bytes": 51,
            "fault": "",
        }
    ]


def test_without_asking_only_what_matters_is_logged_the_first_time_that_it_happens() -> None:
    to, book = io.StringIO(), IncidentBook()
    begin("warning", to)
    asked("balie.systems")(TRACE)
    told = ToldIncidents(book, log_of("balie.site"))
    dropped = Incident(
        kind=IncidentKind.DROPPED, system="erp", table="orders", about="customer",
        at=datetime.now(UTC),
    )  # fmt: skip
    told.report(dropped)
    told.report(dropped)

    assert [(line["event"], line["kind"]) for line in lines(to)] == [("incident", "dropped")]
    assert [noted.count for noted in book.noted()] == [2]


def test_an_exception_is_told_by_its_kind_and_place_whoever_logs_it() -> None:
    to = io.StringIO()
    begin("debug", to)
    try:
        int("Sanne Visser")
    except ValueError:
        logging.getLogger("balie.x").exception("It failed")
        logging.getLogger("somebody.else").exception("It failed too")
    logging.getLogger("somebody.else").info("SELECT * FROM person WHERE name = 'Sanne'")

    places = [str(line["failure"]).partition(":")[0] for line in lines(to)]
    assert places == ["ValueError at test_logs.py"] * 2
    assert "Sanne" not in to.getvalue()
