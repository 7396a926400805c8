"""Fits the views to ASGI with Starlette: reads a request into an `Ask`, writes an `Answer`."""

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from balie.access.origin import is_from_here
from balie.access.viewer import Visitor
from balie.frontstage.preferences import address_without_choices, preferences_of
from balie.frontstage.surroundings import Surroundings
from balie.frontstage.views import Answer, Ask, Views

Reader = Callable[[str | None], Awaitable[Visitor | None]]
"""A cookie's value -> the completed sign-in behind it, or None."""

_LONGEST_FORM = 10_000  # bytes
_VARY = "Accept, Accept-Language, Cookie"


def frontstage(
    views: Views, reader: Reader, surroundings: Surroundings, session_cookie: str
) -> ASGIApp:
    """The app for every address that is not another layer's."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        visitor = await reader(request.cookies.get(session_cookie))
        ask = await _ask(request, visitor, surroundings)
        response = _response(await views.answer(ask))
        await response(scope, receive, send)

    return app


async def _ask(request: Request, visitor: Visitor | None, surroundings: Surroundings) -> Ask:
    path, query = _path(request), request.url.query
    return Ask(
        method=request.method,
        path=path,
        address=address_without_choices(path, query),
        preferences=preferences_of(
            request.cookies, request.headers.get("accept-language", ""), surroundings.languages
        ),
        visitor=visitor,
        after=dict(_pairs(query)).get("after", ""),
        newest="newest" in dict(_pairs(query)),
        wants_json=_wants_json(request.headers.get("accept", "")),
        from_here=request.method in ("GET", "HEAD") or _is_from_here(request),
        form=await _form(request),
    )


def _is_from_here(request: Request) -> bool:
    said = request.headers
    here = f"{request.url.scheme}://{said.get('host', '')}"
    return is_from_here(said.get("sec-fetch-site"), said.get("origin"), here)


def _path(request: Request) -> str:
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    return raw.decode("latin-1")


def _wants_json(accept: str) -> bool:
    """Whether a program asks. Browsers always name HTML."""
    return "json" in accept and "text/html" not in accept


async def _form(request: Request) -> Mapping[str, str]:
    if request.method != "POST":
        return {}
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_FORM:
            return {}
    return dict(_pairs(body.decode("utf-8", errors="replace")))


def _pairs(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text[:_LONGEST_FORM], keep_blank_values=True, errors="replace")


def _response(answer: Answer) -> Response:
    headers = {"cache-control": "private, no-store", "vary": _VARY, **answer.headers}
    return Response(answer.body, answer.status, headers, media_type=answer.kind)
