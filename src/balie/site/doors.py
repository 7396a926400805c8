"""What stands at the door, before either layer: our proxies are believed, strangers are not."""

import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from balie.site.configuration import Network, as_browsers_say

_OURSELVES = frozenset({"127.0.0.1", "localhost", "[::1]"})  # as `Host` says them
_SAID_BY_PROXIES = frozenset({b"forwarded", b"x-forwarded-for", b"x-forwarded-host",
                              b"x-forwarded-port", b"x-forwarded-proto", b"x-real-ip"})  # fmt: skip


def behind(proxies: Sequence[Network], app: ASGIApp) -> ASGIApp:
    """The same app, told the visitor's own address and scheme when a proxy of ours brings them.

    From anybody else `X-Forwarded-*` means nothing, and does not get any further.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = _as_visitor(scope, proxies)
        await app(scope, receive, send)

    return answer


def known_hosts(public_url: str, app: ASGIApp) -> ASGIApp:
    """The same app, for requests to the public address or to this machine itself; else 400.

    public_url: as `configuration` gives it, with the host as browsers say it.
    """
    public = urlsplit(public_url)

    @lru_cache(maxsize=64)
    def is_known(host: bytes) -> bool:
        said = as_browsers_say(host.decode("latin-1"), public.scheme)
        return said == public.netloc or _without_port(said) in _OURSELVES

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        hosts = [value for name, value in scope.get("headers", ()) if name == b"host"]
        if scope["type"] != "http" or (len(hosts) == 1 and is_known(hosts[0])):
            await app(scope, receive, send)
        else:
            refusal = PlainTextResponse("This address is not served here.\n", status_code=400)
            await refusal(scope, receive, send)

    return answer


def _as_visitor(scope: Scope, proxies: Sequence[Network]) -> Scope:
    if _SAID_BY_PROXIES.isdisjoint([name for name, _ in scope["headers"]]):
        return scope
    said = Headers(scope=scope)
    changes: dict[str, object] = {
        "headers": [pair for pair in scope["headers"] if pair[0] not in _SAID_BY_PROXIES]
    }
    if scope.get("client") and _is_ours(scope["client"][0], proxies):
        visitor = _first_stranger(said.getlist("x-forwarded-for"), proxies)
        if visitor:
            changes["client"] = (visitor, 0)
        if said.get("x-forwarded-proto") in ("http", "https"):
            changes["scheme"] = said["x-forwarded-proto"]
    return {**scope, **changes}


def _first_stranger(forwarded: Sequence[str], proxies: Sequence[Network]) -> str | None:
    """The address nearest to us that is not a proxy of ours: the last that we can believe."""
    hops = [hop.strip() for line in forwarded for hop in line.split(",")]
    strangers = (hop for hop in reversed(hops) if _address(hop) and not _is_ours(hop, proxies))
    return next(strangers, None)


def _is_ours(hop: str, proxies: Sequence[Network]) -> bool:
    return _address(hop) and any(ip_address(hop) in network for network in proxies)


def _address(hop: str) -> bool:
    try:
        ip_address(hop)
    except ValueError:
        return False
    return True


def _without_port(host: str) -> str:
    return re.sub(r":\d{1,5}$", "", host)
