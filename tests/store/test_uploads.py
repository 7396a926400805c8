"""Files that customers send are kept whole, encrypted, theirs alone, and no longer than needed."""

import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.db import connection

from balie.backstage.actions import ErrandState, FileGone, Progress
from balie.backstage.forms.filling import Uploaded
from balie.backstage.forms.receiving import (
    MOST_FILES_UNSENT,
    PIECE,
    Incoming,
    Place,
    begin_at,
)
from balie.mapping.rules import MEGABYTE, Wrong
from balie.store.actions import StoredActions
from balie.store.ciphers import Cipher
from balie.store.models import Upload, UploadPiece
from balie.store.unit_of_work import UnitOfWork
from balie.store.uploads import DELIVERED, UNSENT, StoredUploads
from tests.store.test_actions import AT, action, errand

pytestmark = pytest.mark.django_db(transaction=True)

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\x00" * 80
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 80
PLACE = Place(person="p1", step="return-order", field="photo")


@dataclass
class Time:
    at: datetime = AT

    def now(self) -> datetime:
        return self.at


@dataclass
class Kept:
    """What keeps files and what accepts actions, on one database."""

    uploads: StoredUploads
    actions: StoredActions
    time: Time

    async def sent(self, content: bytes, name: str = "foto.jpg", **place: str) -> Uploaded:
        """A file as it comes in, in pieces as a network cuts them."""
        begin = begin_at(self.uploads, replace(PLACE, **place), 8 * MEGABYTE, self.time.now)
        incoming = await begin(name)
        for at in range(0, len(content), 60_000):
            await incoming.take(content[at : at + 60_000])
        return await incoming.done()

    async def rows(self) -> tuple[int, int]:
        """How many files and pieces there are."""
        return await self.uploads.work.read(
            lambda: (Upload.objects.count(), UploadPiece.objects.count())
        )


@pytest.fixture
async def kept() -> AsyncIterator[Kept]:
    work, time = UnitOfWork(), Time()
    cipher = Cipher([Fernet.generate_key().decode()])
    actions = StoredActions(work, cipher, lambda _id, _order: None, time.now)
    yield Kept(StoredUploads(work, cipher, time.now), actions, time)
    await work.close()


async def test_what_comes_in_is_what_goes_out(kept: Kept) -> None:
    content = JPEG + os.urandom(3 * PIECE + 17)
    upload = await kept.sent(content)
    assert (upload.name, upload.problem) == ("foto.jpg", None)
    found = await kept.uploads.find(upload.id, PLACE)
    assert found is not None
    assert (found.name, found.size, found.media_type) == ("foto.jpg", len(content), "image/jpeg")
    document = await kept.uploads.read(upload.id)
    assert document is not None
    assert (document.media_type, document.content) == ("image/jpeg", content)
    assert await kept.rows() == (1, 4)


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [("foto.txt", JPEG, "image/jpeg"), ("x", PNG, "image/png"), ("a.jpg", b"GIF89a", "image/gif")],
)
async def test_its_bytes_say_what_it_is_and_not_its_name(
    kept: Kept, name: str, content: bytes, media_type: str
) -> None:
    found = await kept.uploads.find((await kept.sent(content, name)).id, PLACE)
    assert found is not None
    assert found.media_type == media_type


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"<svg onload=alert(1)>" + b" " * 200, "no picture"),
        (b"%PDF-1.7" + b" " * 200, "no picture"),
        (b"<html>", "no picture"),
        (b"", "empty file"),
        (JPEG + b"x" * (8 * MEGABYTE), "too large"),
    ],
    ids=["svg", "pdf", "short", "empty", "too large"],
)
async def test_what_is_no_picture_or_too_large_leaves_nothing_behind(
    kept: Kept, content: bytes, word: str
) -> None:
    upload = await kept.sent(content)
    assert upload.problem is not None
    assert (upload.id, upload.name, upload.problem.word) == ("", "foto.jpg", word)
    assert await kept.rows() == (0, 0)


async def test_exactly_the_size_that_is_allowed_is_allowed(kept: Kept) -> None:
    upload = await kept.sent(JPEG.ljust(8 * MEGABYTE, b"x"))
    assert upload.problem is None


async def test_a_file_that_breaks_off_leaves_nothing_and_is_never_found(kept: Kept) -> None:
    incoming = Incoming(files=kept.uploads, place=PLACE, name="a", most=MEGABYTE, at=AT)
    await incoming.take(JPEG + b"x" * PIECE)
    assert await kept.uploads.find(incoming.id, PLACE) is None
    assert await kept.uploads.read(incoming.id) is None
    await incoming.drop()
    assert await kept.rows() == (0, 0)


@pytest.mark.parametrize("other", [{"person": "p2"}, {"step": "complain"}, {"field": "passport"}])
async def test_nobody_else_and_no_other_question_has_it(kept: Kept, other: dict[str, str]) -> None:
    upload = await kept.sent(JPEG)
    assert await kept.uploads.find(upload.id, replace(PLACE, **other)) is None
    assert await kept.uploads.find(upload.id, PLACE) is not None


@pytest.mark.parametrize("id_", ["", "x", "\0" * 32, "../../etc/passwd", "é" * 32, "a" * 40])
async def test_what_is_no_name_of_a_file_finds_none(kept: Kept, id_: str) -> None:
    assert await kept.uploads.find(id_, PLACE) is None


async def test_one_person_cannot_fill_the_disk(kept: Kept) -> None:
    for _ in range(MOST_FILES_UNSENT):
        assert (await kept.sent(PNG)).problem is None
    refused = await kept.sent(PNG)
    assert refused.problem == Wrong("too many files", {"most": str(MOST_FILES_UNSENT)})
    assert (await kept.sent(PNG, person="p2")).problem is None


async def test_a_file_goes_with_one_action_of_its_own_person_and_once(kept: Kept) -> None:
    upload = await kept.sent(JPEG)

    def with_it(id_: str, **more: object) -> object:
        file = errand(id_, 2, row=None, follows=1, file="photo", upload=upload.id)
        return action(id_, errands=(errand(id_, 1), file), **more)

    with pytest.raises(FileGone):
        await kept.actions.accept(with_it("a0", person="p2"))
    assert await kept.actions.carry("a0") is None
    await kept.actions.accept(with_it("a1"))
    assert await kept.uploads.find(upload.id, PLACE) is None  # it cannot be sent again
    assert await kept.uploads.read(upload.id) is not None
    with pytest.raises(FileGone):
        await kept.actions.accept(with_it("a2"))
    assert await kept.actions.carry("a2") is None
    await kept.actions.accept(with_it("a1"))  # the same form once more is the same receipt


async def test_what_was_never_sent_goes_after_a_day(kept: Kept) -> None:
    upload = await kept.sent(JPEG)
    assert await kept.uploads.erase_due(AT + UNSENT - timedelta(seconds=1)) == 0
    kept.time.at = AT + UNSENT
    assert await kept.uploads.find(upload.id, PLACE) is None
    assert await kept.uploads.erase_due(kept.time.at) == 1
    assert await kept.rows() == (0, 0)


async def test_what_was_delivered_goes_after_a_week_and_not_while_it_may_be_needed(
    kept: Kept,
) -> None:
    upload = await kept.sent(JPEG)
    file = errand("a1", 2, row=None, follows=1, file="photo", upload=upload.id)
    await kept.actions.accept(action("a1", errands=(errand("a1", 1), file)))
    done = Progress(errand="a1:1", state=ErrandState.DONE, row="c1", since=AT)
    await kept.actions.note(done)
    stuck = Progress(errand="a1:2", state=ErrandState.STUCK, since=AT)
    await kept.actions.note(stuck)
    assert await kept.uploads.erase_due(AT + timedelta(days=300)) == 0
    delivered = AT + timedelta(days=300)
    await kept.actions.note(replace(stuck, state=ErrandState.DONE, since=delivered))
    assert await kept.uploads.erase_due(delivered + DELIVERED - timedelta(seconds=1)) == 0
    assert await kept.uploads.read(upload.id) is not None
    assert await kept.uploads.erase_due(delivered + DELIVERED) == 1
    assert await kept.uploads.read(upload.id) is None


async def test_a_person_is_forgotten_but_for_what_is_under_way(kept: Kept) -> None:
    loose, going = await kept.sent(JPEG), await kept.sent(PNG)
    await kept.sent(PNG, person="p2")
    file = errand("a1", 2, row=None, follows=1, file="photo", upload=going.id)
    await kept.actions.accept(action("a1", errands=(errand("a1", 1), file)))
    assert await kept.uploads.forget("p1") == 1
    assert await kept.uploads.read(loose.id) is None
    assert await kept.uploads.read(going.id) is not None
    assert (await kept.rows())[0] == 2


def _swap() -> None:
    """Two pieces in each other's place, as whoever has the database could put them."""
    first, second = UploadPiece.objects.order_by("number")[:2]
    first.closed, second.closed = second.closed, first.closed
    first.save()
    second.save()


def _cut() -> None:
    UploadPiece.objects.order_by("-number")[0].delete()


@pytest.mark.parametrize("change", [_swap, _cut])
async def test_a_file_that_was_tampered_with_is_not_delivered(
    kept: Kept, change: Callable[[], None]
) -> None:
    upload = await kept.sent(JPEG + b"x" * 3 * PIECE)
    await kept.uploads.work.read(change)
    assert await kept.uploads.read(upload.id) is None


async def test_neither_its_bytes_nor_its_name_stand_readable_in_any_file(kept: Kept) -> None:
    marker = b"MARKER-OF-A-FACE-AT-A-PLACE"
    await kept.sent(JPEG + marker * 20_000, "Joost de Vries bij de huisarts.jpg")

    def checkpoint() -> None:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(FULL)")

    await kept.uploads.work.read(checkpoint)
    name = str(settings.DATABASES["default"]["NAME"])
    files = [file for file in Path(name).parent.glob("*") if file.is_file()]
    held = b"".join(file.read_bytes() for file in files)
    assert b"return-order" in held  # this is where it is
    assert marker not in held
    assert b"huisarts" not in held
