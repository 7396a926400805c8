"""The security headers of every answer, whichever layer gives it: one table."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ONLY_OURS = ("script-src", "style-src", "img-src", "font-src", "connect-src", "form-action")
POLICY = "; ".join(
    (
        "default-src 'none'",
        *(f"{kind} 'self'" for kind in _ONLY_OURS),
        "manifest-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "content-security-policy": POLICY,
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "x-frame-options": "DENY",
        "cache-control": "no-store",  # whoever has something to keep says so, as static files do
    }
)
HTTPS_ONLY = ("strict-transport-security", "max-age=31536000; includeSubDomains")

_POLICY = b"content-security-policy"
_OURS = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
_OURS_OVER_HTTPS = [*_OURS, (HTTPS_ONLY[0].encode(), HTTPS_ONLY[1].encode())]


def closed(_scope: Scope) -> str:
    """The policy on content, whatever the request is."""
    return POLICY


def with_headers(app: ASGIApp, policy: Callable[[Scope], str] = closed) -> ASGIApp:
    """The same app; each answer also has the headers that it did not set itself. policy: the one on
    content, for a request.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_more(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _complete(message["headers"], scope, policy)}
            await send(message)

        await app(scope, receive, send_more if scope["type"] == "http" else send)

    return answer


def _complete(
    headers: Iterable[tuple[bytes, bytes]], scope: Scope, policy: Callable[[Scope], str]
) -> list[tuple[bytes, bytes]]:
    """The headers and those that lack. Django writes names with capitals, others do not."""
    said = [(name.lower(), value) for name, value in headers]
    names = tuple([name for name, _ in said])
    return [*said, *_lacking(names, scope["scheme"], policy(scope))]


@lru_cache(maxsize=64)
def _lacking(names: tuple[bytes, ...], scheme: str, policy: str) -> Sequence[tuple[bytes, bytes]]:
    ours = _OURS if scheme != "https" else _OURS_OVER_HTTPS
    told = [(name, policy.encode() if name == _POLICY else value) for name, value in ours]
    return tuple(pair for pair in told if pair[0] not in names)
