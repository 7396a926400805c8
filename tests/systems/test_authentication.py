"""How a system lets us in."""

import asyncio
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from balie.systems.authentication import authenticated
from balie.systems.connector import Connection
from balie.systems.contract import Contract
from balie.systems.errors import Misconfigured, SystemFault, Unavailable
from balie.systems.profile import Plain, Profile
from balie.systems.transport import Request, Response

TOKEN_URL = "https://login.example/token"
OAUTH: dict[str, Plain] = {"kind": "oauth2 client credentials", "token": "${ERP_TOKEN_URL}"}
SETTINGS = {
    "ERP_TOKEN_URL": TOKEN_URL,
    "ERP_CLIENT_ID": "us",
    "ERP_CLIENT_SECRET": "s3cret&=",
    "ERP_USER": "zoë",
    "ERP_PASSWORD": "pass:word",
    "ERP_TOKEN": "t0ken",
    "ERP_KEY": "k3y",
}


class System:
    """A system with a token address: tokens are "1", "2", ... and end after `lasts` seconds."""

    def __init__(self, answer: Callable[[int], Response] | None = None) -> None:
        self.now = datetime(2026, 11, 22, 12, tzinfo=UTC)
        self.token_requests: list[Request] = []
        self.requests: list[Request] = []
        self.refused: set[str] = set()
        self.answer = answer or (lambda nr: said(f'"access_token": "{nr}", "expires_in": 3600'))

    async def send(self, request: Request) -> Response:
        await asyncio.sleep(0)
        if request.url == TOKEN_URL:
            self.token_requests.append(request)
            return self.answer(len(self.token_requests))
        self.requests.append(request)
        refused = request.headers.get("Authorization") in self.refused
        return Response(status=401 if refused else 200, headers={}, body=b"")

    def ways_in(self) -> list[str | None]:
        return [request.headers.get("Authorization") for request in self.requests]


def said(words: str, status: int = 200) -> Response:
    body = f"{{{words}}}".encode()
    return Response(status=status, headers={"content-type": "application/json"}, body=body)


def way_in(
    system: System, auth: dict[str, Plain], settings: dict[str, str] | None = None, **words: Plain
) -> Callable[[], "asyncio.Future[Response]"]:
    """What sends one request through the way in."""
    transport = authenticated(
        Connection(
            name="erp",
            title="The ERP",
            at="https://erp.example",
            contract=Contract(tables={}),
            profile=Profile({"auth": auth, **words}),
            transport=system,
            now=lambda: system.now,
            settings=SETTINGS if settings is None else settings,
        )
    )
    request = Request(method="GET", url="https://erp.example/orders", headers={"Accept": "x"})
    return lambda: asyncio.ensure_future(transport.send(request))


async def test_without_auth_nothing_is_added() -> None:
    system = System()
    await way_in(system, {})()
    assert system.requests[0].headers == {"Accept": "x"}


async def test_a_header_with_a_key() -> None:
    system = System()
    await way_in(system, {"kind": "header", "name": "X-Api-Key", "value": "Key ${ERP_KEY}"})()
    assert system.requests[0].headers == {"Accept": "x", "X-Api-Key": "Key k3y"}


async def test_basic_and_bearer_take_the_settings_of_the_system() -> None:
    system = System()
    await way_in(system, {"kind": "basic"})()
    await way_in(system, {"kind": "bearer"})()
    basic = b64encode("zoë:pass:word".encode()).decode()
    assert system.ways_in() == [f"Basic {basic}", "Bearer t0ken"]


async def test_headers_of_the_profile_go_with_every_call() -> None:
    system = System()
    await way_in(system, {"kind": "bearer"}, headers={"X-Tenant": "t-${ERP_KEY}"})()
    assert system.requests[0].headers["X-Tenant"] == "t-k3y"


async def test_a_header_over_two_lines_is_refused() -> None:
    system = System()
    with pytest.raises(Misconfigured):
        await way_in(system, {"kind": "bearer"}, {"ERP_TOKEN": "a\r\nX: y"})()
    assert system.requests == []


def test_an_unknown_kind_of_auth_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(Misconfigured, match="header, basic, bearer, oauth2 client credentials"):
        way_in(System(), {"kind": "magic"})


async def test_a_token_is_asked_with_client_id_and_secret() -> None:
    system = System()
    await way_in(system, {**OAUTH, "scope": "https://erp.example/.default"})()
    (request,) = system.token_requests
    assert parse_qs((request.body or b"").decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["us"],
        "client_secret": ["s3cret&="],
        "scope": ["https://erp.example/.default"],
    }
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "Authorization" not in request.headers
    assert system.ways_in() == ["Bearer 1"]


async def test_a_token_can_be_asked_with_a_header() -> None:
    system = System()
    await way_in(system, {**OAUTH, "send": "in the header"})()
    (request,) = system.token_requests
    expected = b64encode(b"us:s3cret%26%3D").decode()
    assert request.headers["Authorization"] == f"Basic {expected}"
    assert b"secret" not in (request.body or b"")


async def test_a_hundred_calls_ask_for_one_token() -> None:
    system = System()
    send = way_in(system, OAUTH)
    await asyncio.gather(*(send() for _ in range(100)))
    assert len(system.token_requests) == 1
    assert system.ways_in() == ["Bearer 1"] * 100


async def test_a_token_is_renewed_thirty_seconds_early() -> None:
    system = System()
    send = way_in(system, OAUTH)
    await send()
    system.now += timedelta(seconds=3569)
    await send()
    system.now += timedelta(seconds=1)
    await send()
    assert system.ways_in() == ["Bearer 1", "Bearer 1", "Bearer 2"]


@pytest.mark.parametrize(
    ("lasts", "seconds"),
    [("10", 5), ('"3600"', 3570), ("null", 270), ('"soon"', 270), ("-5", 270), ("1e300", 86_370)],
)
async def test_a_token_is_used_for_as_long_as_it_says(lasts: str, seconds: int) -> None:
    system = System(lambda nr: said(f'"access_token": "{nr}", "expires_in": {lasts}'))
    send = way_in(system, OAUTH)
    await send()
    system.now += timedelta(seconds=seconds - 0.5)
    await send()
    system.now += timedelta(seconds=1)
    await send()
    assert system.ways_in() == ["Bearer 1", "Bearer 1", "Bearer 2"]


async def test_a_token_that_is_refused_is_renewed_once() -> None:
    system = System()
    system.refused = {"Bearer 1"}
    response = await way_in(system, OAUTH)()
    assert response.status == 200
    assert system.ways_in() == ["Bearer 1", "Bearer 2"]


async def test_a_second_refusal_is_the_answer() -> None:
    system = System()
    system.refused = {"Bearer 1", "Bearer 2"}
    response = await way_in(system, OAUTH)()
    assert response.status == 401
    assert len(system.requests) == 2


async def test_many_refusals_of_one_token_ask_for_one_new_token() -> None:
    system = System()
    system.refused = {"Bearer 1"}
    send = way_in(system, OAUTH)
    await asyncio.gather(*(send() for _ in range(20)))
    assert len(system.token_requests) == 2


async def test_a_call_that_is_given_up_takes_no_token_from_the_others() -> None:
    system = System()
    send = way_in(system, OAUTH)
    first, second = send(), send()
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).status == 200
    assert len(system.token_requests) == 1


@pytest.mark.parametrize(
    ("response", "kind", "says"),
    [
        (said('"error": "invalid_client"', 401), Misconfigured, "client id and secret"),
        (said('"error": "invalid_scope"', 400), Misconfigured, "client id and secret"),
        (said("", 404), Misconfigured, "no .token. at this address"),
        (said("", 503), Unavailable, "fault of its own"),
        (said("", 429), Unavailable, "asks us to wait"),
        (said(""), Unavailable, "without a token"),
        (said('"access_token": 7'), Unavailable, "without a token"),
        (said('"access_token": ""'), Unavailable, "without a usable token"),
        (said('"access_token": "a\\nb"'), Unavailable, "without a usable token"),
        (Response(status=200, headers={}, body=b"<html>"), Unavailable, "without a token"),
    ],
)
async def test_no_token_is_a_fault_with_a_remedy(
    response: Response, kind: type[SystemFault], says: str
) -> None:
    with pytest.raises(kind, match=says):
        await way_in(System(lambda _: response), OAUTH)()


async def test_after_a_fault_the_next_call_asks_again() -> None:
    system = System(lambda nr: said("", 503) if nr == 1 else said('"access_token": "x"'))
    send = way_in(system, OAUTH)
    with pytest.raises(Unavailable):
        await send()
    assert (await send()).status == 200


@pytest.mark.parametrize("missing", ["ERP_TOKEN_URL", "ERP_CLIENT_ID", "ERP_CLIENT_SECRET"])
async def test_a_missing_secret_is_named(missing: str) -> None:
    settings = {name: value for name, value in SETTINGS.items() if name != missing}
    with pytest.raises(Misconfigured, match=missing):
        await way_in(System(), OAUTH, settings)()
