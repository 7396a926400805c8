"""Documents of a system: an invoice as PDF, a label, a picture. They are handed on, never kept."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentQuery:
    """Which document: the field of a row, of a table as the blueprint calls it.

    Only `balie.access` and the conformance tests build one, of a row that passed its scope.
    key: the raw values of the table's key. language: of whoever reads it, for systems that make
    a document anew each time.
    """

    table: str
    key: Mapping[str, str]
    field: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document as it comes. Whoever got it calls `close`, whatever happens.

    size: in bytes, when the system says so. chunks: raise Unavailable when it breaks off.
    """

    chunks: AsyncIterator[bytes]
    close: Callable[[], Awaitable[None]]
    size: int | None = None


@runtime_checkable
class HoldsDocuments(Protocol):
    """A connector that can fetch documents. Not every kind of system has any."""

    async def document(self, query: DocumentQuery) -> Document | None:
        """The document, or None when this row has none.

        Raises Unavailable, Refused or Misconfigured, like `read`.
        """
        ...


def document_of(content: bytes) -> Document:
    """A document of which all bytes are there already."""

    async def chunks() -> AsyncIterator[bytes]:
        yield content

    async def close() -> None:
        return None

    return Document(chunks=chunks(), close=close, size=len(content))
