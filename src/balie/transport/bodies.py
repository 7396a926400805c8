"""The body of an answer: read as it comes, unpacked as it comes, never beyond the limit."""

import zlib
from collections.abc import AsyncIterator
from typing import Protocol


class TooLarge(Exception):
    """The body is larger than may be read."""


class Unreadable(Exception):
    """The body is not what its headers say."""


class Unpacks(Protocol):
    """Unpacks a body as it comes; `end` raises Unreadable when the body is not whole."""

    def unpack(self, chunk: bytes, most: int) -> bytes: ...

    def end(self) -> None: ...


ENCODINGS = "gzip"
"""What we can unpack, as `Accept-Encoding` says it."""


async def whole_body(chunks: AsyncIterator[bytes], encoding: str, most: int) -> bytes:
    """The unpacked body. Raises TooLarge beyond `most` bytes, Unreadable when it is broken."""
    unpacker = unpacker_of(encoding)
    body = bytearray()
    async for chunk in chunks:
        body += unpacker.unpack(chunk, most - len(body))
        if len(body) > most:
            raise TooLarge
    unpacker.end()
    return bytes(body)


def unpacker_of(encoding: str) -> Unpacks:
    """What unpacks a body of this `Content-Encoding`. Raises Unreadable for one that we lack."""
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        return _Plain()
    if name in {"gzip", "x-gzip"}:
        return _Gzipped()
    raise Unreadable


class _Plain:
    """A body that is not packed."""

    def unpack(self, chunk: bytes, most: int) -> bytes:
        return chunk[: most + 1]

    def end(self) -> None:
        return None


class _Gzipped:
    """A packed body; a small one can be a very large one."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._began = False

    def unpack(self, chunk: bytes, most: int) -> bytes:
        self._began = True
        try:
            return self._zlib.decompress(chunk, most + 1)
        except zlib.error as error:
            raise Unreadable from error

    def end(self) -> None:
        if self._began and not self._zlib.eof:
            raise Unreadable
