"""What systems tell comes in here: `POST /in/<system>/<event>`, signed as its profile says.

No cookie and no page has a part in it. What is refused is refused in words, as problem+json.
"""

import asyncio
import json
from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from balie.backstage.process.hearing import MOST_BYTES, Heard, Hearing

PREFIX = "/in/"
_WITHIN = 10.0  # seconds for all of a message
_LONGEST_HEADER = 1000


class _TooLarge(Exception):
    """More than a hint needs."""


def inbound(hearing: Hearing) -> ASGIApp:
    """The app for what systems tell."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await _send(await _heard(hearing, scope, receive), send)

    return app


async def _heard(hearing: Hearing, scope: Scope, receive: Receive) -> Heard:
    if scope["method"] != "POST":
        return Heard(405, "Systems tell their news here, by POST.")
    system, _, name = scope["path"].removeprefix(PREFIX).partition("/")
    try:
        async with asyncio.timeout(_WITHIN):
            body = await _body(receive)
    except _TooLarge:
        return Heard(413, f"This is more than {MOST_BYTES:,} bytes. Send which row it is about.")
    except TimeoutError:
        return Heard(408, f"This did not arrive within {_WITHIN:.0f} seconds.")
    headers = {
        key.decode("latin-1").lower(): value.decode("latin-1")
        for key, value in scope["headers"]
        if len(value) <= _LONGEST_HEADER
    }
    return await hearing.tell(system, name, headers, body)


async def _body(receive: Receive) -> bytes:
    body: bytes = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if len(body) > MOST_BYTES:
            raise _TooLarge
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return body


async def _send(heard: Heard, send: Send) -> None:
    body = b""
    headers = [(b"cache-control", b"no-store")]
    if heard.status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append((b"allow", b"POST"))
    if heard.words:
        title = HTTPStatus(heard.status).phrase
        problem = {"title": title, "status": heard.status, "detail": heard.words}
        body = json.dumps(problem, ensure_ascii=False).encode()
        headers.append((b"content-type", b"application/problem+json"))
    headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": heard.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
