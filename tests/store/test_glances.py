"""Whether somebody ever sent anything, seen at a glance."""

import sqlite3
from pathlib import Path

from balie.store.glances import Glance


def _file(folder: Path) -> Path:
    file = folder / "balie.db"
    with sqlite3.connect(file) as there:
        there.execute("CREATE TABLE action (id TEXT PRIMARY KEY, person TEXT)")
    return file


async def test_who_sent_something_is_seen_at_the_very_next_look(tmp_path: Path) -> None:
    file = _file(tmp_path)
    may_have_sent = Glance(file)
    assert not may_have_sent("sanne")
    with sqlite3.connect(file) as there:
        there.execute("INSERT INTO action VALUES ('1', 'sanne')")
    assert may_have_sent("sanne")
    assert not may_have_sent("joost")
    await may_have_sent.close()


async def test_where_nothing_can_be_read_anybody_may_have(tmp_path: Path) -> None:
    may_have_sent = Glance(tmp_path / "nowhere.db")
    assert may_have_sent("sanne")
    assert not (tmp_path / "nowhere.db").exists()
    await may_have_sent.close()


async def test_while_the_file_is_locked_anybody_may_have_and_nobody_waits(tmp_path: Path) -> None:
    file = _file(tmp_path)
    may_have_sent = Glance(file)
    there = sqlite3.connect(file, isolation_level=None)
    there.execute("BEGIN EXCLUSIVE")
    assert may_have_sent("sanne")
    there.execute("ROLLBACK")
    assert not may_have_sent("sanne")
    there.close()
    await may_have_sent.close()
