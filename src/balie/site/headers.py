"""The security headers of every answer, whichever layer gives it: one table."""

from collections.abc import Iterable, Mapping, Sequence
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

_OURS = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
_OURS_OVER_HTTPS = [*_OURS, (HTTPS_ONLY[0].encode(), HTTPS_ONLY[1].encode())]


def with_headers(app: ASGIApp) -> ASGIApp:
    """The same app; each answer also has the headers that it did not set itself."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_more(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _complete(message["headers"], scope["scheme"])}
            await send(message)

        await app(scope, receive, send_more if scope["type"] == "http" else send)

    return answer


def _complete(headers: Iterable[tuple[bytes, bytes]], scheme: str) -> list[tuple[bytes, bytes]]:
    """The headers and those that lack. Django writes names with capitals, others do not."""
    said = [(name.lower(), value) for name, value in headers]
    return [*said, *_lacking(tuple([name for name, _ in said]), scheme)]


@lru_cache(maxsize=64)
def _lacking(names: tuple[bytes, ...], scheme: str) -> Sequence[tuple[bytes, bytes]]:
    ours = _OURS if scheme != "https" else _OURS_OVER_HTTPS
    return tuple(pair for pair in ours if pair[0] not in names)
