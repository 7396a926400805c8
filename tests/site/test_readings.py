"""What is read for an organisation: written together, behind the pages, and not lost in silence."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from balie.access.viewer import PRIVATE, Behind, Viewer
from balie.backstage.readings import Lines, Readings

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


class Kept:
    """What was written, and how often that was tried. fails: how many times it does at first."""

    def __init__(self, fails: int = 0) -> None:
        self.fails = fails
        self.tried = 0
        self.lines: list[tuple[str, str, str]] = []
        self.done = asyncio.Event()

    async def __call__(self, lines: Lines) -> None:
        self.tried += 1
        if self.tried <= self.fails:
            raise OSError("VO-26107 is locked")
        self.lines += [(line.who, line.record, line.organisation) for line, _ in lines]
        self.done.set()


def viewer(organisation: str | None = "a1", behind: Behind | None = None) -> Viewer:
    return Viewer(
        person="b",
        email="bram@example.nl",
        kinds=frozenset({"buyer"}),
        kinds_known=True,
        me={},
        organisation=organisation,
        behind=behind,
    )


async def read(kept: Kept, *asked: tuple[Viewer, str], now: list[datetime] | None = None) -> None:
    clock = now or [AT]
    here = Readings(kept, lambda: clock[0])
    for one, path in asked:
        here.saw(one, path)
    await here.close()


def test_those_of_a_moment_are_written_together_and_the_same_once() -> None:
    kept = Kept()
    asyncio.run(read(kept, *((viewer(), f"/orders/{n % 3}") for n in range(9))))
    assert kept.lines == [("b", f"/orders/{n}", "a1") for n in range(3)]
    assert kept.tried == 1


def test_what_is_ones_own_or_kept_already_is_not_kept() -> None:
    kept, mila = Kept(), Behind(person="m", name="Mila", teams=frozenset(), until=9)
    asked = (viewer(PRIVATE), viewer(None), viewer("a1", mila))
    asyncio.run(read(kept, *((one, "/orders/1") for one in asked)))
    assert (kept.lines, kept.tried) == ([], 0)


def test_after_ten_minutes_it_is_another_reading() -> None:
    async def twice() -> list[tuple[str, str, str]]:
        kept, now = Kept(), [AT]
        here = Readings(kept, lambda: now[0])
        here.saw(viewer(), "/orders/1")
        now[0] += timedelta(minutes=10)
        here.saw(viewer(), "/orders/1")
        await here.close()
        return kept.lines

    assert asyncio.run(twice()) == [("b", "/orders/1", "a1")] * 2


def test_while_it_cannot_be_written_it_waits_and_the_log_says_no_more_than_that(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def later() -> Kept:
        kept = Kept(fails=1)
        here = Readings(kept, lambda: AT, moment=0.01)
        here.saw(viewer(), "/orders/1")
        await asyncio.wait_for(kept.done.wait(), 5)
        await here.close()
        return kept

    kept = asyncio.run(later())
    assert (kept.lines, kept.tried) == ([("b", "/orders/1", "a1")], 2)
    assert "The audit is not written (OSError): 1 wait, 0 are lost" in caplog.text
    assert "VO-26107" not in caplog.text


def test_a_database_that_stays_away_does_not_keep_the_portal_from_stopping() -> None:
    kept = Kept(fails=99)
    asyncio.run(read(kept, (viewer(), "/orders/1")))
    assert (kept.lines, kept.tried) == ([], 1)
