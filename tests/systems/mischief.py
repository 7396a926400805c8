"""A transport whose answers to writes go wrong, as somebody says."""

from dataclasses import dataclass

from balie.systems.conformance_writing import Mishap
from balie.systems.errors import Unavailable
from balie.systems.transport import Request, Response, Transport

_STATUS = {Mishap.AWAY: 503, Mishap.TOO_MANY: 429, Mishap.NOT_LET_IN: 403}
_READING = ("token", "common.db.login", ".read", ".search_read", ".skip")


@dataclass
class Mischief:
    """Passes requests on; what happens to those that write is `mishap`."""

    transport: Transport
    mishap: Mishap = Mishap.NONE

    def happens(self, mishap: Mishap) -> None:
        """What happens from now on."""
        self.mishap = mishap

    async def send(self, request: Request) -> Response:
        """The answer, or what becomes of it."""
        if request.method == "GET" or request.template.endswith(_READING):
            return await self.transport.send(request)
        if self.mishap in _STATUS:
            return Response(status=_STATUS[self.mishap], headers={}, body=b"")
        response = await self.transport.send(request)
        if self.mishap is Mishap.LOST_REPLY:
            raise Unavailable("The reply was lost.")
        if self.mishap is Mishap.RUBBISH:
            return Response(status=200, headers={"content-type": "text/html"}, body=b"<html>")
        return response
