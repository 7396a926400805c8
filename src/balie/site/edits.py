"""The blueprint's files while somebody edits them: a demo shows what was saved, within a second.

What may not run is not taken over: visitors keep the version before it, and whoever runs the demo
reads why. Real installations never do this; they start anew with a version that was checked.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from starlette.types import Receive, Scope, Send

from balie.site.blueprints import Checked, checked
from balie.site.bootstrap import Portal, stop
from balie.site.refusal import Refusal

Start: TypeAlias = Callable[[Checked], Awaitable[Portal]]
Say: TypeAlias = Callable[[str], None]
Files: TypeAlias = Mapping[str, tuple[int, int]]
"""Path within the folder -> when it was written, in nanoseconds, and its size in bytes."""

PAUSE = 0.3  # seconds between two looks at the files
ENOUGH = 10.0  # seconds that requests get to end on the version before
_READ_BY_THE_SYSTEMS = ("contracts/", "examples/", "profiles/")


def files_of(folder: Path) -> Files:
    """What lies in a folder, and when it was written. Hidden files and caches do not count."""
    found: dict[str, tuple[int, int]] = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if not any(part.startswith((".", "__")) for part in name.split("/")) and path.is_file():
            status = path.stat()
            found[name] = (status.st_mtime_ns, status.st_size)
    return found


@dataclass
class _Turn:
    """A version while it is served. Once it is no longer the newest, its last visitor ends it."""

    portal: Portal
    visitors: int = 0
    is_empty: asyncio.Event = field(default_factory=asyncio.Event)


class Edited:
    """An ASGI app: the newest version of a blueprint that may run.

    taken_over: called when another version is served.
    """

    def __init__(
        self,
        portal: Portal,
        folder: Path,
        start: Start,
        say: Say,
        taken_over: Callable[[], None],
    ) -> None:
        self._turn = _Turn(portal)
        self._folder = folder
        self._start = start
        self._say = say
        self._taken_over = taken_over
        self._endings: set[asyncio.Task[None]] = set()

    @property
    def portal(self) -> Portal:
        """The version that is served now."""
        return self._turn.portal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request by the version of this moment, to its end."""
        turn = self._turn
        turn.visitors += 1
        try:
            await turn.portal.application(scope, receive, send)
        finally:
            turn.visitors -= 1
            if turn.visitors == 0:
                turn.is_empty.set()

    async def follow(self) -> None:
        """Takes over every change of the files, until it is cancelled."""
        seen = await asyncio.to_thread(files_of, self._folder)
        while True:
            await asyncio.sleep(PAUSE)
            now = await self._files(seen)
            if now != seen:
                changed = sorted({name for name, _ in now.items() ^ seen.items()})
                seen = await self._settled(now)
                await self._take_over(changed)

    async def stop(self) -> None:
        """Lets go of every version."""
        for ending in self._endings:
            ending.cancel()
        await asyncio.gather(*self._endings, return_exceptions=True)
        await stop(self._turn.portal)

    async def _files(self, seen: Files) -> Files:
        """What lies there now; what was seen, while an editor just replaces a file."""
        try:
            return await asyncio.to_thread(files_of, self._folder)
        except OSError:
            return seen

    async def _settled(self, now: Files) -> Files:
        """The files once nobody writes them any more."""
        while True:
            await asyncio.sleep(PAUSE / 3)
            later = await self._files(now)
            if later == now:
                return now
            now = later

    async def _take_over(self, changed: list[str]) -> None:
        try:
            found = await asyncio.to_thread(checked, self._folder)
            portal = await self._start(found)
        except Refusal as refusal:
            self._say(f"{refusal}\n\nNot taken over: visitors see the version before this.")
            return
        before, self._turn = self._turn, _Turn(portal)
        ending = asyncio.create_task(_ended(before))
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)
        self._taken_over()
        self._say(f"Taken over: {', '.join(changed)}.{_restart_for(changed)}")


async def _ended(turn: _Turn) -> None:
    """Lets go of a version once its visitors have their answers."""
    try:
        if turn.visitors:
            turn.is_empty.clear()
            async with asyncio.timeout(ENOUGH):
                await turn.is_empty.wait()
    except TimeoutError:
        pass
    finally:
        await stop(turn.portal)


def _restart_for(changed: list[str]) -> str:
    if any(name.startswith(_READ_BY_THE_SYSTEMS) for name in changed):
        return (
            " The rehearsed systems read their contracts and examples when they start: start anew."
        )
    return ""
