"""Which kinds of documents are handed out. Its first bytes say what a document is, and no name."""

from dataclasses import dataclass

_ODT = b"mimetypeapplication/vnd.oasis.opendocument.text"


@dataclass(frozen=True, slots=True)
class Media:
    """A kind of document. is_picture: a browser shows it without a program inside it."""

    type: str
    extension: str
    begins: bytes
    at: int = 0
    is_picture: bool = False


KNOWN = (
    Media("application/pdf", "pdf", b"%PDF-"),
    Media("image/png", "png", b"\x89PNG\r\n\x1a\n", is_picture=True),
    Media("image/jpeg", "jpg", b"\xff\xd8\xff", is_picture=True),
    Media("image/gif", "gif", b"GIF8", is_picture=True),
    Media("application/vnd.oasis.opendocument.text", "odt", _ODT, at=30),
)
"""All that is handed out. Nothing among it runs on a page of ours: no HTML, no SVG."""

ENOUGH = 80
"""Bytes that tell which kind it is."""


def media_of(head: bytes) -> Media | None:
    """The kind of document that begins like this, or None when it is none that is handed out."""
    return next((m for m in KNOWN if head[m.at : m.at + len(m.begins)] == m.begins), None)


def is_picture(extension: str) -> bool:
    """Whether a document whose address ends so is shown on a page."""
    return any(m.is_picture for m in KNOWN if m.extension == extension)


def extension_of(media_type: str) -> str:
    """What the address of such a document ends in; "pdf" when the contract does not say."""
    bare = media_type.partition(";")[0].strip().lower()
    return next((m.extension for m in KNOWN if m.type == bare), "pdf")
