"""T3: whoever is killed, wherever, whatever is lost on the way: nothing is lost, nothing is done
twice. What was done is counted in the systems' own logs, which nobody kills.
"""

import sys
from pathlib import Path

import pytest

from balie.site.failpoints import POINTS
from tests.carrying.world import World, troubled, world
from tests.postgresql import AVAILABLE, postgresql


def told(world: World, of: str) -> None:
    sys.stdout.write(f"\n{of}: {world.counted()}\n")


def test_killed_with_lost_replies_everything_is_done_once(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        troubled(here, failures=0.2, lost=0.2)
        here.kill_at_random(1, seed=7, each=4)
        here.wait_until_done(120)
        here.stop()
        here.nothing_is_lost_or_double()
        here.nothing_is_written_in_the_clear()
        assert here.kills >= 1
        assert len(here.accepted) == 4


@pytest.mark.proof
@pytest.mark.parametrize(
    ("engine", "notices"),
    [("rows", True), ("rows", False), ("dbos", True)],
    ids=["systems notice repeats", "the CRM notices none", "carried by DBOS"],
)
def test_killed_fifty_times_at_random(tmp_path: Path, engine: str, notices: bool) -> None:
    """A CRM that notices no repeats would make a case twice: there we look before we make.

    The carrier asks for a key in its contract; it always notices.
    """
    with world(tmp_path, said={"BALIE_ENGINE": engine}) as here:
        troubled(here, failures=0.2, lost=0.2, notices=notices)
        here.kill_at_random(50, seed=11 + notices)
        here.wait_until_done(1200)  # pauses grow to 15 minutes
        here.stop()
        told(here, f"50 random kills, {engine}")
        here.nothing_is_lost_or_double()
        here.nothing_is_written_in_the_clear()
        assert here.kills >= 50


@pytest.mark.proof
@pytest.mark.skipif(not AVAILABLE, reason="needs PostgreSQL's programs")
@pytest.mark.parametrize("engine", ["rows", "dbos"])
def test_killed_ten_times_on_postgresql(tmp_path: Path, engine: str) -> None:
    with postgresql() as url:
        said = {"BALIE_ENGINE": engine, "BALIE_DATABASE_URL": url}
        with world(tmp_path, said=said) as here:
            troubled(here, failures=0.2, lost=0.2)
            here.kill_at_random(10, seed=23)
            here.wait_until_done(1200)  # pauses grow to 15 minutes
            here.stop()
            told(here, f"10 random kills on PostgreSQL, {engine}")
            here.nothing_is_lost_or_double()


@pytest.mark.proof
@pytest.mark.parametrize("engine", ["rows", "dbos"])
def test_killed_at_every_place_before_and_after_each_commit_call_and_reply(
    tmp_path: Path, engine: str
) -> None:
    with world(tmp_path, said={"BALIE_ENGINE": engine}) as here:
        troubled(here, failures=0.2, lost=0.2)
        for number, point in enumerate(POINTS):
            here.environment["BALIE_FAILPOINT"] = point
            here.accept(number * 4, 4)
            here.keep_going()
            here.wait_until_done(180)
            here.stop()
            hits = tmp_path / "balie" / f"failpoint-{number}"
            assert hits.exists(), f"nobody came by {point!r}"
            sys.stdout.write(f"\n{point}: killed {len(hits.read_text())} times")
        told(here, f"killed at every place, {engine}")
        here.nothing_is_lost_or_double()
