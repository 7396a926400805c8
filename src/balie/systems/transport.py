"""The port through which a connector speaks HTTP. `balie.transport` fulfils it with aiohttp."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request. `url` is whole, percent-encoded: the connector joined it to its address.

    template: what traces and messages may call it, without any value: "/companies()/orders".
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    template: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A whole answer, within the size limit. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    """Sends requests of one system within its deadline, breaker, rate and size limit."""

    async def send(self, request: Request) -> Response:
        """The answer, whatever its status. Raises Unavailable when there is none."""
        ...
