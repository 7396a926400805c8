"""Reads what a browser or a program sends: fields, and files that are passed on while they come.

Nothing is believed: no length, no name, no type. What is too much, too slow, or nothing that can be
read ends in words and a status; what was taken in of a file until then is dropped.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from http import HTTPStatus
from types import MappingProxyType
from urllib.parse import parse_qsl

import msgspec
from python_multipart.multipart import parse_options_header
from starlette.requests import Request

from balie.backstage.forms.filling import Posted, Uploaded
from balie.backstage.forms.receiving import Begin
from balie.frontstage.multipart import Broken, Parts

_NO_FIELDS: Posted = MappingProxyType({})
_NO_FILES: Mapping[str, Uploaded] = MappingProxyType({})
_JSON = msgspec.json.Decoder(float_hook=Decimal)  # no digit is lost
KILOBYTE, MEGABYTE = 1024, 1024 * 1024
MOST_BYTES_WITH_FILES = 64 * MEGABYTE


class Unreadable(Exception):
    """It is not taken. words: of the sentence about it, `problem.<words>`."""

    def __init__(self, status: HTTPStatus, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """What an address takes in. bytes: of the fields together; fields: how many.

    pause: seconds that may pass without a byte; seconds: that all of it may take.
    files: field -> what takes in its file. A file in another field is read and not kept.
    """

    bytes: int = 256 * KILOBYTE
    fields: int = 1_000
    pause: float = 20
    seconds: float = 60
    files: Mapping[str, Begin] = field(default_factory=dict)

    @property
    def most(self) -> int:
        """Bytes of the whole, what stands around files included."""
        return self.bytes + (MOST_BYTES_WITH_FILES if self.files else 0)

    @property
    def longest(self) -> float:
        """Seconds that the whole may take: files come over slow lines."""
        return self.seconds * (10 if self.files else 1)


@dataclass(frozen=True, slots=True)
class Body:
    """What was sent. fields: name -> its values, in order. files: field -> what became of it."""

    fields: Posted = field(default_factory=lambda: _NO_FIELDS)
    files: Mapping[str, Uploaded] = field(default_factory=lambda: _NO_FILES)


NOTHING = Body()


async def read_body(request: Request, welcome: Welcome) -> Body:
    """What a request brings. Raises Unreadable, and ClientDisconnect when nobody is left."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > welcome.most:
        raise Unreadable(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")
    try:
        async with asyncio.timeout(welcome.longest):
            return await _read(request, _Limited(request.stream(), welcome), welcome)
    except TimeoutError:
        raise Unreadable(HTTPStatus.REQUEST_TIMEOUT, "too_slow") from None


@dataclass(slots=True)
class _Limited:
    """The pieces of a body, as many as are welcome and none too late."""

    stream: AsyncIterator[bytes]
    welcome: Welcome
    came: int = 0

    async def pieces(self) -> AsyncIterator[bytes]:
        """Piece by piece. Raises Unreadable, and TimeoutError after a pause that is too long."""
        while True:
            async with asyncio.timeout(self.welcome.pause):
                piece = await anext(self.stream, None)
            if piece is None:
                return
            self.came += len(piece)
            if self.came > self.welcome.most:
                raise Unreadable(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")
            yield piece

    async def whole(self) -> bytes:
        """All of it, when it is no more than fields may be."""
        body = bytearray()
        async for piece in self.pieces():
            body += piece
            if len(body) > self.welcome.bytes:
                raise Unreadable(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")
        return bytes(body)


async def _read(request: Request, limited: _Limited, welcome: Welcome) -> Body:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    match kind:
        case b"multipart/form-data":
            return await _of_parts(limited, options.get(b"boundary", b""), welcome)
        case b"application/json":
            return Body(_of_json(await limited.whole(), welcome))
        case b"application/x-www-form-urlencoded" | b"":
            return Body(_of_pairs(await limited.whole(), welcome))
        case _:
            raise Unreadable(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "bad_form")


async def _of_parts(limited: _Limited, boundary: bytes, welcome: Welcome) -> Body:
    try:
        parts = Parts(boundary, welcome.files, welcome.bytes, welcome.fields)
    except Broken:
        raise _bad() from None
    try:
        async for piece in limited.pieces():
            await parts.take(piece)
        parts.end()
    except Broken as broken:
        await parts.drop()
        raise _too_large() if broken.is_too_much else _bad() from None
    except BaseException:
        await parts.drop()
        raise
    return Body(_gathered(parts.fields), parts.files)


def _of_pairs(body: bytes, welcome: Welcome) -> Posted:
    try:
        text = body.decode()
        pairs = parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=welcome.fields
        )
    except ValueError:  # no text, or more fields than anybody asks
        raise _bad() from None
    return _gathered(pairs)


def _of_json(body: bytes, welcome: Welcome) -> Posted:
    """An object of fields: each a text, a number, yes or no, nothing, or a list of those."""
    try:
        said: object = _JSON.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _bad() from None
    if not isinstance(said, dict):
        raise _bad()
    values = [
        (str(name), _text(one))
        for name, given in said.items()
        for one in (given if isinstance(given, list) else [given])
    ]
    if len(values) > welcome.fields:
        raise _bad()
    return _gathered(values)


def _text(value: object) -> str:
    """A value of JSON as a form would have sent it."""
    match value:
        case bool():
            return "true" if value else "false"
        case str() | int() | Decimal():
            return str(value)
        case None:
            return ""
        case _:
            raise _bad()


def _gathered(pairs: list[tuple[str, str]]) -> Posted:
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        found[name] = (*found.get(name, ()), value)
    return found


def _bad() -> Unreadable:
    return Unreadable(HTTPStatus.BAD_REQUEST, "bad_form")


def _too_large() -> Unreadable:
    return Unreadable(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")
