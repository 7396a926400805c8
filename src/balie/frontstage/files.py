"""The headers of a document: it is saved or shown, never run, and never kept on the way."""

import re
import unicodedata
from collections.abc import Mapping
from urllib.parse import quote

from balie.backstage.handing import Handed

_UNFIT = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|%;]+')
"""What some system's file names cannot hold, and what would end a header."""

_LONGEST = 120


def headers_of(handed: Handed) -> Mapping[str, str]:
    """How a document goes out: pictures are shown, all else is saved under its own name."""
    how = "inline" if handed.media.is_picture else "attachment"
    name = safe_name(handed.name)
    told = f"filename=\"{_plain(name)}\"; filename*=UTF-8''{quote(name)}"
    return {
        "content-disposition": f"{how}; {told}",
        "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-store",
    }


def safe_name(name: str) -> str:
    """A file name that every system can keep."""
    stem, dot, extension = _UNFIT.sub("-", name).rpartition(".")
    bare = "".join(c for c in stem if c.isprintable()).strip(" .-")[:_LONGEST]
    return f"{bare or 'document'}{dot}{extension}"


def _plain(name: str) -> str:
    """The same without accents, for programs that read no other letters."""
    parts = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return parts if not parts.startswith(".") else f"document{parts}"
