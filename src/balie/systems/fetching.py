"""Fetches a document from an address, the same for every kind that has addresses for them."""

from http import HTTPStatus

from balie.systems.connector import Connection
from balie.systems.documents import Document
from balie.systems.interpretation import check_status
from balie.systems.transport import Request, Response, Transport, opened

_NOTHING = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.NO_CONTENT})
_ANYTHING = "application/pdf, image/*, */*;q=0.5"


async def fetched(
    connection: Connection, transport: Transport, url: str, template: str, language: str = ""
) -> Document | None:
    """The document at an address, as it comes; None when there is none.

    template: what traces may call it. Raises Unavailable, Refused or Misconfigured.
    """
    headers = {"Accept": _ANYTHING, "Accept-Encoding": "identity"}
    headers |= {"Accept-Language": language} if language else {}
    request = Request(method="GET", url=url, headers=headers, template=template)
    streamed = await opened(transport, request)
    if streamed.status == HTTPStatus.OK:
        size = _size(dict(streamed.headers))
        return Document(chunks=streamed.chunks, close=streamed.close, size=size)
    await streamed.close()
    if streamed.status in _NOTHING:
        return None
    response = Response(status=streamed.status, headers=streamed.headers, body=b"")
    check_status(response, title=connection.title, table=template, now=connection.now())
    return None


def _size(headers: dict[str, str]) -> int | None:
    """How many bytes come, when the system says so and does not pack them."""
    written = headers.get("content-length", "")
    packed = headers.get("content-encoding", "identity") != "identity"
    return int(written) if written.isascii() and written.isdigit() and not packed else None
