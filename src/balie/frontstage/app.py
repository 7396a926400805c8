"""Fits the views to ASGI: reads a request into an `Ask`, writes an `Answer`.

Every page comes by here, so what is the same from request to request is worked out once: the
cookies of a header, the choices in them, the headers of an answer.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import lru_cache
from http import HTTPStatus
from urllib.parse import parse_qsl

from msgspec.structs import replace
from starlette.requests import ClientDisconnect, Request, cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from balie.access.acting import cookie_beside
from balie.access.often import Often
from balie.access.origin import is_from_here
from balie.access.viewer import Visitor
from balie.backstage.arrangement import NEWEST_FIRST, Arrangement, Wrong, arrangement_of
from balie.frontstage.asking import HELD_COOKIE, MARK_COOKIE, Answer, Ask, with_headers
from balie.frontstage.bodies import Unreadable, read_body
from balie.frontstage.preferences import Preferences, address_without_choices, preferences_of
from balie.frontstage.surroundings import Surroundings
from balie.frontstage.views import Views

Reader = Callable[[str | None], Awaitable[Visitor | None]]
"""A cookie's value -> the completed sign-in behind it, or None."""

_LONGEST_QUERY = 10_000  # characters


def frontstage(
    views: Views,
    reader: Reader,
    surroundings: Surroundings,
    session_cookie: str,
    often: Often | None = None,
) -> ASGIApp:
    """The app for every address that is not another layer's. often: how often one sign-in may ask;
    None: without end.
    """

    chosen = lru_cache(maxsize=1024)(
        lambda cookies, asked: preferences_of(
            _cookies(cookies), asked.decode("latin-1"), surroundings.languages
        )
    )

    over = f"{cookie_beside(session_cookie)}=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict"
    over += "; Secure" if session_cookie.startswith("__Host-") else ""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        said = _said(scope)
        cookies = said.get(b"cookie", b"")
        visitor, is_over = await _whoever(reader, _cookies(cookies), session_cookie)
        preferences = chosen(cookies, said.get(b"accept-language", b""))
        ask = _ask(scope, said, visitor, preferences)
        wait = often.wait(visitor.sign_in) if often is not None and visitor is not None else 0
        try:
            if wait:
                answer = await _too_often(views, ask, wait)
            else:
                answer = await _answer(views, ask, Request(scope, receive))
        except ClientDisconnect:
            return
        if is_over:
            answer = with_headers(answer, **{"set-cookie": over})
        if answer.rest is None:
            await _send(answer, send)
        else:
            await _stream(answer, ask.method, send)

    return app


async def _whoever(
    reader: Reader, cookies: Mapping[str, str], session_cookie: str
) -> tuple[Visitor | None, bool]:
    """Who asks, and whether acting as a customer is over: then they are themselves again.

    Each cookie counts for what it was given for, and for nothing else; that of acting counts only
    in the browser in which whoever acts is signed in.
    """
    own = await reader(cookies.get(session_cookie))
    if own is not None and own.behind is not None and not own.represents:
        own = None
    beside = cookies.get(cookie_beside(session_cookie))
    if not beside:
        return own, False
    acting = await reader(beside)
    behind = None if acting is None else acting.behind
    is_theirs = own is not None and behind is not None and behind.person == own.person
    if acting is not None and is_theirs and not acting.represents:
        return acting, False
    return own, True


async def _too_often(views: Views, ask: Ask, wait: int) -> Answer:
    """What was sent is not read. wait: seconds."""
    refusal = await views.problem(ask, HTTPStatus.TOO_MANY_REQUESTS, "too_many", "alert")
    return with_headers(refusal, **{"retry-after": str(wait)})


async def _answer(views: Views, ask: Ask, request: Request) -> Answer:
    """The answer; to a form once it was read, as far as it is welcome there."""
    welcome = await views.welcome(ask) if ask.method == "POST" else None
    if welcome is None:
        return await views.answer(ask)
    try:
        body = await read_body(request, welcome)
    except Unreadable as why:
        return await views.problem(ask, why.status, why.words, "alert")
    return await views.answer(replace(ask, form=body.fields, files=body.files))


def _said(scope: Scope) -> Mapping[bytes, bytes]:
    """The headers; of one that is there several times the first, and of cookies all."""
    said: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name not in said:
            said[name] = value
        elif name == b"cookie":
            said[name] += b"; " + value
    return said


@lru_cache(maxsize=1024)
def _cookies(header: bytes) -> Mapping[str, str]:
    return cookie_parser(header.decode("latin-1"))


def _ask(
    scope: Scope,
    said: Mapping[bytes, bytes],
    visitor: Visitor | None,
    preferences: Preferences,
) -> Ask:
    path, query = _path(scope), scope["query_string"].decode("latin-1")
    pairs = _pairs(query) if query else []
    asked, cookies = dict(pairs), _cookies(said.get(b"cookie", b""))
    method = scope["method"]
    return Ask(
        method=method,
        path=path,
        address=address_without_choices(path, query) if query else path,
        preferences=preferences,
        visitor=visitor,
        after=asked.get("after", ""),
        arrangement=_arrangement(pairs) if pairs else NEWEST_FIRST,
        newest="newest" in asked,
        wants_json=_wants_json(said.get(b"accept", b"")),
        from_here=method in ("GET", "HEAD") or _is_from_here(Request(scope)),
        query=_gathered(pairs),
        idempotency_key=said.get(b"idempotency-key", b"").decode("latin-1"),
        held=cookies.get(HELD_COOKIE, ""),
        mark=cookies.get(MARK_COOKIE, ""),
        client=(scope.get("client") or ("",))[0],
        is_https=scope.get("scheme") == "https",
    )


def _arrangement(pairs: Sequence[tuple[str, str]]) -> Arrangement | Wrong:
    return arrangement_of(_said_of("sort", pairs), _said_of("q", pairs))


def _said_of(name: str, pairs: Sequence[tuple[str, str]]) -> list[str]:
    return [text for one, text in pairs if one == name]


def _is_from_here(request: Request) -> bool:
    said = request.headers
    here = f"{request.url.scheme}://{said.get('host', '')}"
    return is_from_here(said.get("sec-fetch-site"), said.get("origin"), here)


def _path(scope: Scope) -> str:
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.decode("latin-1")


def _wants_json(accept: bytes) -> bool:
    """Whether a program asks. Browsers always name HTML."""
    return b"json" in accept and b"text/html" not in accept


def _pairs(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text[:_LONGEST_QUERY], keep_blank_values=True, errors="replace")


def _gathered(pairs: Sequence[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        found[name] = (*found.get(name, ()), value)
    return found


async def _send(answer: Answer, send: Send) -> None:
    headers = [*_headers(answer), (b"content-length", b"%d" % len(answer.body))]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def _stream(answer: Answer, method: str, send: Send) -> None:
    """All of it. Where it breaks off the connection does too, so that nobody takes it for whole."""
    length = [] if answer.size is None else [(b"content-length", b"%d" % answer.size)]
    headers = [*_headers(answer), *length]
    try:
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        if method != "HEAD" and answer.rest is not None:
            await send({"type": "http.response.body", "body": answer.body, "more_body": True})
            async for chunk in answer.rest:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        if answer.close is not None:
            await answer.close()


def _headers(answer: Answer) -> Sequence[tuple[bytes, bytes]]:
    if not answer.headers:
        return _usual(answer.kind)
    own = [(name.encode(), value.encode("latin-1")) for name, value in answer.headers.items()]
    names = {name for name, _ in own}
    return [*own, *(pair for pair in _usual(answer.kind) if pair[0] not in names)]


@lru_cache(maxsize=16)
def _usual(kind: str) -> Sequence[tuple[bytes, bytes]]:
    return (
        (b"cache-control", b"private, no-store"),
        (b"vary", b"Accept, Accept-Language, Cookie"),
        (b"content-type", kind.encode("latin-1")),
    )
