"""Last-known answers in a file: they survive a restart, are unreadable, and may be lost."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from balie.backstage.ports import Remembered
from balie.store.ciphers import Cipher
from balie.store.sqlite_memory import SqliteMemory

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
KEY = Fernet.generate_key().decode()
ANSWER = Remembered(b'{"name": "Sanne de Wit", "street": "Kerkstraat 7"}', NOW)

Open = Callable[..., SqliteMemory]


@pytest.fixture
async def open_(tmp_path: Path) -> AsyncIterator[Open]:
    opened: list[SqliteMemory] = []

    def memory(key: str = KEY, now: datetime = NOW, **more: int) -> SqliteMemory:
        file = tmp_path / "state" / "cache.db"
        opened.append(SqliteMemory(file, Cipher(key.split(",")), now=now.timestamp, **more))
        return opened[-1]

    yield memory
    for one in opened:
        await one.close()


def everything_in(folder: Path) -> bytes:
    """The bytes of every file, logs of the database too."""
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


async def test_an_answer_survives_a_restart_with_its_time(open_: Open) -> None:
    await open_().put("a1", ANSWER, keep_until=LATER)

    assert await open_().get("a1") == ANSWER


async def test_nothing_of_an_answer_can_be_read_in_any_file(open_: Open, tmp_path: Path) -> None:
    memory = open_()
    for number in range(50):
        await memory.put(f"key-{number}", ANSWER, keep_until=LATER)
    await memory.forget("key-7")
    written = everything_in(tmp_path)

    assert b"key-8" in written  # so this is where it went
    assert not [word for word in (b"Sanne", b"Wit", b"Kerkstraat", b"name") if word in written]


async def test_answers_that_are_put_at_the_same_time_are_all_kept(open_: Open) -> None:
    memory = open_()
    newer = Remembered(b"newer", NOW)
    await asyncio.gather(
        memory.put("a1", ANSWER, keep_until=LATER),
        memory.put("a2", ANSWER, keep_until=LATER),
        memory.put("a1", newer, keep_until=LATER),
    )
    assert await memory.get("a1") == newer
    assert await memory.get("a2") == ANSWER


async def test_an_answer_is_gone_when_its_time_is_over(open_: Open) -> None:
    await open_().put("a1", ANSWER, keep_until=LATER)

    assert await open_(now=LATER - timedelta(seconds=1)).get("a1") == ANSWER
    assert await open_(now=LATER).get("a1") is None


async def test_an_answer_closed_with_a_lost_key_is_no_answer(open_: Open) -> None:
    await open_().put("a1", ANSWER, keep_until=LATER)

    assert await open_(Fernet.generate_key().decode()).get("a1") is None


async def test_an_older_key_still_opens_what_it_closed(open_: Open) -> None:
    await open_().put("a1", ANSWER, keep_until=LATER)
    newer = Fernet.generate_key().decode()

    assert await open_(f"{newer},{KEY}").get("a1") == ANSWER


async def test_a_forgotten_answer_is_gone(open_: Open) -> None:
    memory = open_()
    await memory.put("a1", ANSWER, keep_until=LATER)
    await memory.forget("a1")

    assert await memory.get("a1") is None


async def test_a_newer_answer_takes_the_place_of_an_older_one(open_: Open) -> None:
    memory, newer = open_(), Remembered(b"newer", LATER)
    await memory.put("a1", ANSWER, keep_until=LATER)
    await memory.put("a1", newer, keep_until=LATER)

    assert await memory.get("a1") == newer


async def test_a_damaged_file_is_made_anew(open_: Open, tmp_path: Path) -> None:
    file = tmp_path / "state" / "cache.db"
    file.parent.mkdir()
    file.write_bytes(b"this is no database at all" * 100)
    memory = open_()

    assert await memory.get("a1") is None
    await memory.put("a1", ANSWER, keep_until=LATER)
    assert await memory.get("a1") == ANSWER


async def test_a_file_that_is_deleted_meanwhile_is_made_anew(open_: Open, tmp_path: Path) -> None:
    memory = open_()
    await memory.put("a1", ANSWER, keep_until=LATER)
    for file in (tmp_path / "state").iterdir():
        file.unlink()

    assert await memory.get("a1") is None
    await memory.put("a1", ANSWER, keep_until=LATER)
    assert await open_().get("a1") == ANSWER


async def test_what_expires_soonest_makes_room(open_: Open) -> None:
    memory = open_(at_most=100_000)
    big = Remembered(b"x" * 1000, NOW)
    for number in range(402):  # it looks at its size every 200 answers
        await memory.put(f"{number:03}", big, keep_until=NOW + timedelta(minutes=number + 1))
    kept = [number for number in range(402) if await memory.get(f"{number:03}")]

    assert len(kept) < 100
    assert kept[-1] == 401
    assert kept == list(range(kept[0], 402))


async def test_a_folder_that_cannot_be_written_costs_the_answers_and_nothing_else() -> None:
    memory = SqliteMemory(Path("/proc/nowhere/cache.db"), Cipher([KEY]))
    await memory.put("a1", ANSWER, keep_until=LATER)

    assert await memory.get("a1") is None
    await memory.close()
