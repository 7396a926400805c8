"""The body of an answer that is handed on while it comes, within its deadlines and its size."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

from aiohttp import ClientResponse

from balie.transport.bodies import TooLarge, Unpacks
from balie.transport.faults import FAULTS


class Flow:
    """The unpacked chunks of one answer.

    wait: seconds for each chunk; until: on `clock`, for all of them. failed: gets what went wrong
    and gives what to raise. ended: hears once how many bytes came; dropped: that nobody waited
    for the end. holds: let go of at the end.
    """

    def __init__(
        self,
        answer: ClientResponse,
        unpacker: Unpacks,
        *,
        most: int,
        wait: float,
        until: float,
        clock: Callable[[], float],
        failed: Callable[[Exception], Exception],
        ended: Callable[[int], None],
        dropped: Callable[[], None],
        holds: AsyncExitStack,
    ) -> None:
        self._answer = answer
        self._most = most
        self._wait = wait
        self._until = until
        self._clock = clock
        self._failed = failed
        self._ended = ended
        self._dropped = dropped
        self._is_over = False
        self._holds = holds
        self._unpacker = unpacker
        self._came = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Chunk after chunk. Raises what `failed` says when it breaks off or is too large."""
        try:
            if (self._answer.content_length or 0) > self._most:
                raise TooLarge
            while packed := await self._next():
                chunk = self._unpacker.unpack(packed, self._most - self._came)
                self._came += len(chunk)
                if self._came > self._most:
                    raise TooLarge
                yield chunk
            self._unpacker.end()
        except FAULTS as error:
            self._is_over = True
            raise self._failed(error) from error
        self._is_over = True
        self._ended(self._came)
        await self.close()  # whoever reads slowly holds nobody up

    async def _next(self) -> bytes:
        left = min(self._wait, self._until - self._clock())
        async with asyncio.timeout(max(0.0, left)):
            return await self._answer.content.readany()

    async def close(self) -> None:
        """Lets go of the connection and of the turn."""
        if not self._is_over:
            self._is_over = True
            self._dropped()
        await self._holds.aclose()
