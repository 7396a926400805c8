"""Stylesheets, scripts and pictures: read once, named by their hash, kept by browsers for ever."""

import gzip
import hashlib
import mimetypes
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

OWN_FILES = Path(__file__).parent / "static"
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, no-cache"
_WORTH_PACKING = 500  # bytes; below it gzip gains nothing


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it goes over the wire. packed: the same, gzipped, when that is shorter."""

    name: str
    kind: str
    body: bytes
    packed: bytes | None
    digest: str

    @property
    def hashed_name(self) -> str:
        """`portal.css` -> `portal.3f2a9c01d4.css`."""
        stem, dot, ending = self.name.rpartition(".")
        return f"{stem}.{self.digest}{dot}{ending}"


class Assets:
    """Every static file, by its address. An ASGI app for everything under `/static/`."""

    def __init__(self, files: Mapping[str, bytes], prefix: str = "/static/") -> None:
        self._prefix = prefix
        self._assets = {name: _asset(name, body) for name, body in files.items()}
        self._hashed = {asset.hashed_name: asset for asset in self._assets.values()}

    def address(self, name: str) -> str:
        """Where a file is. Raises KeyError when there is no such file."""
        return self._prefix + self._assets[name].hashed_name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request below the prefix."""
        await self._answer(scope)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response:
        name = str(scope["path"]).removeprefix(self._prefix)
        if scope["method"] not in ("GET", "HEAD"):
            return Response(status_code=405, headers={"allow": "GET, HEAD"})
        if asset := self._hashed.get(name):
            return _response(asset, _FOR_EVER, Headers(scope=scope))
        if asset := self._assets.get(name):
            return _response(asset, _ASK_AGAIN, Headers(scope=scope))
        return Response(status_code=404)


def read_files(folders: Iterable[Path] = (OWN_FILES,)) -> Mapping[str, bytes]:
    """The files in these folders, by their path inside them; later folders win."""
    return MappingProxyType(
        {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for folder in folders
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
    )


def _asset(name: str, body: bytes) -> Asset:
    packed = gzip.compress(body, 9, mtime=0) if len(body) > _WORTH_PACKING else body
    return Asset(
        name,
        _kind(name),
        body,
        packed if len(packed) < len(body) else None,
        hashlib.sha256(body).hexdigest()[:10],
    )


def _kind(name: str) -> str:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def _response(asset: Asset, keep: str, headers: Headers) -> Response:
    tag = f'"{asset.digest}"'
    answer = {"cache-control": keep, "etag": tag, "vary": "accept-encoding"}
    if tag in headers.get("if-none-match", ""):
        return Response(status_code=304, headers=answer)
    if asset.packed is not None and "gzip" in headers.get("accept-encoding", ""):
        answer["content-encoding"] = "gzip"
        return Response(asset.packed, headers=answer | {"content-type": asset.kind})
    return Response(asset.body, headers=answer | {"content-type": asset.kind})
