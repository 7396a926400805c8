"""What systems tell comes in signed, is kept before it is said to be heard, and counts once."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from balie.backstage.ports import Clock
from balie.backstage.process.hearing import Hearing
from balie.backstage.process.instance import Event
from balie.frontstage.inbound import inbound
from balie.systems.news import News, ToldOf

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NEWS = News(
    header="X-Signature",
    algorithm="sha256",
    key=b"a key of the tests",
    time="X-Timestamp",
    at_most=timedelta(minutes=5),
    events={"parcelReceived": ToldOf("labels", "reference")},
)
BODY = b'{"reference": "R-000001", "status": "never believed"}'


@dataclass
class Door:
    client: httpx.AsyncClient
    kept: list[Event] = field(default_factory=list)
    forgotten: list[tuple[str, str]] = field(default_factory=list)
    now: datetime = NOW
    fails: bool = False

    async def keep(self, event: Event) -> None:
        if self.fails:
            raise OSError("the disk is full")
        self.kept.append(event)

    async def tell(
        self, body: bytes = BODY, path: str = "/in/carrier/parcelReceived", **headers: str
    ) -> httpx.Response:
        said = {**NEWS.signed(body, NOW), **{k.replace("_", "-"): v for k, v in headers.items()}}
        return await self.client.post(path, content=body, headers=said)


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with httpx.AsyncClient(base_url="http://portal.example") as outside:
        found = Door(outside)
        hearing = Hearing(
            news={"carrier": NEWS},
            keep=found.keep,
            forget=lambda system, table: found.forgotten.append((system, table)),
            clock=Clock(lambda: found.now, NOW.date),
        )
        transport = httpx.ASGITransport(inbound(hearing))
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            found.client = client
            yield found


async def test_what_is_signed_is_kept_and_what_was_known_is_asked_again(door: Door) -> None:
    answer = await door.tell()
    assert (answer.status_code, answer.content) == (204, b"")
    assert door.kept == [Event(system="carrier", name="parcelReceived", key="R-000001", at=NOW)]
    assert door.forgotten == [("carrier", "labels")]


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"X_Signature": ""}, "There is no X-Signature with it."),
        ({"X_Signature": "00"}, "The X-Signature does not fit what was sent."),
        ({"X_Timestamp": "1"}, "X-Timestamp is too far from the time here."),
    ],
)
async def test_what_is_not_signed_is_refused_in_words_and_not_kept(
    door: Door, headers: dict[str, str], why: str
) -> None:
    answer = await door.tell(**headers)
    assert (answer.status_code, answer.json()["detail"]) == (401, why)
    assert answer.headers["content-type"] == "application/problem+json"
    assert door.kept == []


async def test_what_was_told_is_not_believed_again_later(door: Door) -> None:
    door.now = NOW + timedelta(minutes=6)
    assert (await door.tell()).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"no json", 422),
        (b"[]", 422),
        (b"{}", 422),
        (b'{"reference": null}', 422),
        (b'{"reference": {"a": 1}}', 422),
        (b'{"reference": "\\u0000"}', 422),
        (b'{"reference": "%s"}' % (b"R" * 201), 422),
        (b"[" * 60_000, 422),
        (b'{"reference": "R-1", "more": "%s"}' % (b"x" * 64_000), 413),
    ],
)
async def test_what_does_not_say_which_row_is_refused_in_words(
    door: Door, body: bytes, status: int
) -> None:
    answer = await door.tell(body)
    assert answer.status_code == status
    assert answer.json()["detail"]
    assert door.kept == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/in/carrier/", 404),
        ("/in/carrier/labelPrinted", 404),
        ("/in/erp/parcelReceived", 404),
        ("/in/", 404),
        ("/in/carrier/parcelReceived/more", 404),
    ],
)
async def test_other_addresses_are_not_there(door: Door, path: str, status: int) -> None:
    assert (await door.tell(path=path)).status_code == status
    assert door.kept == []


async def test_only_by_post(door: Door) -> None:
    answer = await door.client.get("/in/carrier/parcelReceived")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_what_could_not_be_kept_is_not_said_to_be_heard(door: Door) -> None:
    door.fails = True
    with pytest.raises(OSError, match="the disk is full"):  # the site answers 500: tell it again
        await door.tell()
    assert door.forgotten == []
