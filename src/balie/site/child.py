"""The carrier as a child of `balie run`: started, watched, started again when it dies, and never
left behind.

It watches its input, which we never write to: when we are gone, however we went, it stops.
"""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from balie.site.logs import log_of

log = log_of(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0  # seconds before it is started again
_WELL = 60.0  # seconds after which it is taken to run well
_ENOUGH = 15.0  # seconds to end what is under way


def carrier_command(folder: Path) -> Sequence[str]:
    """How the carrier of a blueprint is started."""
    return (sys.executable, "-m", "balie.commands.main", "carry", str(folder), "--with-parent")


@dataclass
class Child:
    """A process that is kept running, from `run` until that is cancelled."""

    command: Sequence[str]
    _process: Process | None = None
    _is_replaced: bool = False

    async def run(self) -> None:
        """Keeps it running."""
        pause = FIRST_PAUSE
        try:
            while True:
                began = monotonic()
                code = await self._once()
                if self._is_replaced:
                    self._is_replaced = False
                    continue
                pause = FIRST_PAUSE if monotonic() - began > _WELL else pause
                log.warning("the carrier stopped", code=code, again_in=pause)
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)
        finally:
            await self._stop()

    def replace(self) -> None:
        """Stops it and starts it again: with what its files say now."""
        if self._process is not None and self._process.returncode is None:
            self._is_replaced = True
            _end_input(self._process)

    async def _once(self) -> int:
        # A session of its own keeps the terminal's Ctrl+C from it: it stops after us, not before.
        self._process = await asyncio.create_subprocess_exec(
            *self.command, stdin=PIPE, start_new_session=True
        )
        return await self._process.wait()

    async def _stop(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        _end_input(process)
        try:
            async with asyncio.timeout(_ENOUGH):
                await process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _end_input(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
