"""What a reader chose: the language, light or dark, and in a demo whether origins are shown.

Kept in cookies, for both web layers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from balie.backstage.consent import COOKIE
from balie.frontstage.languages import preferred
from balie.frontstage.looks import Appearance

LANGUAGE_COOKIE = "lang"
THEME_COOKIE = "theme"
ORIGINS_COOKIE = "origins"
_LONGEST_ANSWER = 40
_A_YEAR = 365 * 24 * 60 * 60
_LONGEST = 8000  # characters of a query that we look at


@dataclass(frozen=True, slots=True)
class Preferences:
    """language is one of those offered. origins: whether a `?` says where a value comes from;
    it means nothing outside a demo. cookies: what was said about cookies of others, as kept.
    """

    language: str
    appearance: Appearance
    origins: bool = False
    cookies: str = ""


def preferences_of(
    cookies: Mapping[str, str], accept_language: str, offered: Sequence[str]
) -> Preferences:
    """What these cookies say; else what the browser asks for; else the first language offered."""
    language = cookies.get(LANGUAGE_COOKIE, "")
    if language not in offered:
        language = preferred(accept_language, offered) or offered[0]
    theme = cookies.get(THEME_COOKIE, "")
    appearance = Appearance(theme) if theme in _THEMES else Appearance.AUTO
    said = cookies.get(COOKIE, "")
    origins = cookies.get(ORIGINS_COOKIE) == "on"
    return Preferences(language, appearance, origins, said if len(said) <= _LONGEST_ANSWER else "")


def address_without_choices(path: str, query: str) -> str:
    """This address without a choice in it: what the switches lead back to."""
    kept = [pair for pair in _pairs(query) if pair[0] not in _NO_PART]
    return f"{path}?{urlencode(kept)}" if kept else path


def with_choices(app: ASGIApp, offered: Sequence[str]) -> ASGIApp:
    """The same app; `?lang=en`, `?theme=dark` and `?origins=on` set their cookie and lead back to
    the page.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        choices = _choices(scope, offered) if scope["type"] == "http" else {}
        if choices:
            await _keep(Request(scope), choices)(scope, receive, send)
        else:
            await app(scope, receive, send)

    return answer


def _choices(scope: Scope, offered: Sequence[str]) -> Mapping[str, str]:
    """The cookies that this request asks for."""
    query: bytes = scope["query_string"]
    if not query or scope["method"] != "GET" or not any(name in query for name in _IN_QUERY):
        return {}
    said = dict(_pairs(query.decode("latin-1")))
    allowed = {LANGUAGE_COOKIE: tuple(offered), THEME_COOKIE: _THEMES, ORIGINS_COOKIE: _ORIGINS}
    return {name: said[name] for name, values in allowed.items() if said.get(name) in values}


def _keep(request: Request, choices: Mapping[str, str]) -> Response:
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    path = "/" + raw.decode("latin-1").lstrip("/\\")  # never to another host
    back = RedirectResponse(address_without_choices(path, request.url.query), status_code=303)
    for name, value in choices.items():
        secure = request.url.scheme == "https"
        back.set_cookie(name, value, max_age=_A_YEAR, samesite="lax", secure=secure, httponly=True)
    back.headers["cache-control"] = "no-store"
    return back


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query[:_LONGEST], keep_blank_values=True, errors="replace")


_THEMES = tuple(appearance.value for appearance in Appearance)
_ORIGINS = ("on", "off")
_NO_PART = (LANGUAGE_COOKIE, THEME_COOKIE, ORIGINS_COOKIE, "newest")  # of a page's own address
_IN_QUERY = tuple(f"{name}=".encode() for name in (LANGUAGE_COOKIE, THEME_COOKIE, ORIGINS_COOKIE))
