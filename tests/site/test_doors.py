"""Who is believed at the door, and which headers every answer goes out with."""

import json
from ipaddress import ip_network

import httpx
import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from balie.site.doors import behind, known_hosts
from balie.site.headers import HEADERS, with_headers

PROXY, VISITOR = "10.0.0.1", "198.51.100.7"


async def tells(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with what it knows of the request."""
    said = {name.decode(): value.decode() for name, value in scope["headers"]}
    known = {"client": scope["client"][0], "scheme": scope["scheme"], "headers": said}
    await JSONResponse(known)(scope, receive, send)


async def ask(app: object, sender: str = PROXY, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=app, client=(sender, 4711))  # type: ignore[arg-type]
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with httpx.AsyncClient(transport=transport, base_url="http://my.example.com") as client:
        return await client.get("/", headers=named)


async def known_behind(sender: str, **headers: str) -> dict[str, object]:
    app = behind([ip_network("10.0.0.0/8")], tells)
    found: dict[str, object] = json.loads((await ask(app, sender, **headers)).content)
    return found


async def test_a_proxy_of_ours_brings_the_visitor_and_the_scheme() -> None:
    known = await known_behind(PROXY, x_forwarded_for=VISITOR, x_forwarded_proto="https")

    assert (known["client"], known["scheme"]) == (VISITOR, "https")


async def test_only_the_last_stranger_in_a_row_is_believed() -> None:
    known = await known_behind(PROXY, x_forwarded_for=f"1.2.3.4, {VISITOR}, 10.0.0.9")

    assert known["client"] == VISITOR


async def test_a_stranger_is_not_believed() -> None:
    known = await known_behind(VISITOR, x_forwarded_for="127.0.0.1", x_forwarded_proto="https")

    assert (known["client"], known["scheme"]) == (VISITOR, "http")


@pytest.mark.parametrize("sender", [PROXY, VISITOR])
async def test_what_proxies_say_goes_no_further(sender: str) -> None:
    known = await known_behind(
        sender, x_forwarded_for="1.2.3.4", x_forwarded_host="evil.example", forwarded="for=1.2.3.4"
    )
    assert "1.2.3.4" not in str(known["headers"])
    assert "evil" not in str(known["headers"])


async def test_rubbish_from_a_proxy_changes_nothing() -> None:
    known = await known_behind(PROXY, x_forwarded_for="unknown, ,;", x_forwarded_proto="gopher")

    assert (known["client"], known["scheme"]) == (PROXY, "http")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("my.example.com", 200),
        ("127.0.0.1", 200),
        ("localhost:8000", 200),
        ("[::1]:8000", 200),
        ("evil.example", 400),
        ("my.example.com.evil.example", 400),
        ("my.example.com:443", 200),
        ("My.Example.COM", 200),
        ("my.example.com:444", 400),
        ("127.0.0.1.evil.example", 400),
        ("[", 400),
        ("[localhost]", 400),
        ("[127.0.0.1]:8000", 400),
        ("::1", 400),
    ],
)
async def test_only_our_own_addresses_are_served(host: str, status: int) -> None:
    answer = await ask(known_hosts("https://my.example.com", tells), Host=host)

    assert answer.status_code == status


async def test_every_answer_has_every_header_of_the_table() -> None:
    answer = await ask(with_headers(tells))

    assert {name: answer.headers[name] for name in HEADERS} == dict(HEADERS)
    assert "strict-transport-security" not in answer.headers


async def test_over_https_browsers_are_told_to_come_back_over_https() -> None:
    app = behind([ip_network("10.0.0.0/8")], with_headers(tells))
    answer = await ask(app, PROXY, x_forwarded_proto="https")

    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")


@pytest.mark.parametrize("name", ["cache-control", "Cache-Control"])
async def test_a_header_that_a_page_sets_itself_stays(name: str) -> None:
    async def keeps(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name.encode(), b"public, max-age=60")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    assert (await ask(with_headers(keeps))).headers["cache-control"] == "public, max-age=60"
