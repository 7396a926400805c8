"""What was filled in is kept for whoever filled it in, and for nobody else."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.db import connection

from balie.backstage.forms.drafts import HELD, KEPT, Draft, DraftPlace
from balie.store.ciphers import Cipher
from balie.store.drafts import MOST_HELD, StoredDrafts
from balie.store.models import Draft as Row
from balie.store.models import HeldForm
from balie.store.unit_of_work import UnitOfWork
from tests.store.test_actions import AT

pytestmark = pytest.mark.django_db(transaction=True)

PLACE = DraftPlace(person="p1", step="return-order", about="VO-26088")
FIELDS = {"reason": ("broken",), "lines": ("10000", "20000"), "text": ("Geheimestraat 7",)}


@dataclass
class Time:
    at: datetime = AT

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def drafts(time: Time) -> AsyncIterator[StoredDrafts]:
    work = UnitOfWork()
    yield StoredDrafts(work, Cipher([Fernet.generate_key().decode()]), b"s" * 32, time.now)
    await work.close()


async def test_what_was_filled_in_is_found_again(drafts: StoredDrafts) -> None:
    await drafts.keep(PLACE, FIELDS)
    assert await drafts.find(PLACE) == Draft(fields=FIELDS, at=AT)
    await drafts.keep(PLACE, {"reason": ("too small",)})
    assert await drafts.find(PLACE) == Draft(fields={"reason": ("too small",)}, at=AT)
    assert await drafts.work.read(Row.objects.count) == 1


@pytest.mark.parametrize("other", [{"person": "p2"}, {"step": "complain"}, {"about": "VO-26089"}])
async def test_it_is_of_one_person_one_form_and_one_row(
    drafts: StoredDrafts, other: dict[str, str]
) -> None:
    await drafts.keep(PLACE, FIELDS)
    assert await drafts.find(replace(PLACE, **other)) is None
    await drafts.drop(replace(PLACE, **other))
    assert await drafts.find(PLACE) is not None


async def test_no_two_places_are_mistaken_for_each_other(drafts: StoredDrafts) -> None:
    await drafts.keep(DraftPlace(person="p", step="a:b", about="c"), FIELDS)
    assert await drafts.find(DraftPlace(person="p", step="a", about="b:c")) is None


async def test_it_is_thrown_away_or_goes_after_thirty_days(
    drafts: StoredDrafts, time: Time
) -> None:
    await drafts.keep(PLACE, FIELDS)
    await drafts.drop(PLACE)
    assert await drafts.find(PLACE) is None
    await drafts.keep(PLACE, FIELDS)
    assert await drafts.erase_due(AT + KEPT - timedelta(seconds=1)) == 0
    time.at = AT + KEPT
    assert await drafts.find(PLACE) is None
    assert await drafts.erase_due(time.at) == 1


async def test_what_is_held_is_had_back_once_by_who_has_the_mark_and_for_that_form(
    drafts: StoredDrafts,
) -> None:
    mark = await drafts.hold("/retour/nieuw", FIELDS)
    assert mark is not None
    assert await drafts.claim("another", "/retour/nieuw") is None
    assert await drafts.claim(mark, "/retour/nieuw") == FIELDS
    assert await drafts.claim(mark, "/retour/nieuw") is None
    other = await drafts.hold("/retour/nieuw", FIELDS)
    assert other is not None
    assert await drafts.claim(other, "/gegevens") is None
    assert await drafts.claim(other, "/retour/nieuw") is None  # whoever erred has spoilt it


async def test_a_field_that_is_called_address_is_a_field(drafts: StoredDrafts) -> None:
    mark = await drafts.hold("/gegevens", {"address": ("Elders 1",)})
    assert mark is not None
    assert await drafts.claim(mark, "/gegevens") == {"address": ("Elders 1",)}


async def test_it_is_held_for_an_hour(drafts: StoredDrafts, time: Time) -> None:
    mark = await drafts.hold("/gegevens", FIELDS)
    assert mark is not None
    time.at = AT + HELD
    assert await drafts.claim(mark, "/gegevens") is None
    assert await drafts.erase_due(time.at) == 1


async def test_nobody_fills_the_disk_without_signing_in(drafts: StoredDrafts, time: Time) -> None:
    assert await drafts.hold("/gegevens", {"text": ("x" * 70_000,)}) is None
    many = [HeldForm(mark=f"{n}", erase_at=AT + HELD, closed=b"") for n in range(MOST_HELD)]
    await drafts.work.read(lambda: HeldForm.objects.bulk_create(many))
    assert await drafts.hold("/gegevens", FIELDS) is None
    time.at = AT + HELD
    assert await drafts.hold("/gegevens", FIELDS) is not None


async def test_a_person_is_forgotten(drafts: StoredDrafts) -> None:
    await drafts.keep(PLACE, FIELDS)
    await drafts.keep(replace(PLACE, person="p2"), FIELDS)
    assert await drafts.forget("p1") == 1
    assert await drafts.find(replace(PLACE, person="p2")) is not None


async def test_nothing_of_it_stands_readable_in_any_file(drafts: StoredDrafts) -> None:
    await drafts.keep(PLACE, FIELDS)
    mark = await drafts.hold("/retour/nieuw", FIELDS)

    def checkpoint() -> None:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(FULL)")

    await drafts.work.read(checkpoint)
    name = str(settings.DATABASES["default"]["NAME"])
    files = [file for file in Path(name).parent.glob("*") if file.is_file()]
    held = b"".join(file.read_bytes() for file in files)
    assert b"return-order" in held
    for secret in ("Geheimestraat", "VO-26088", str(mark)):
        assert secret.encode() not in held
