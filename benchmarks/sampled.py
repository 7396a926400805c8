"""Balie with somebody looking over its shoulder: where its time goes, without changing it.

    python -m benchmarks.sampled FILE run BLUEPRINT      the same words as `balie`

After every two milliseconds of CPU the system interrupts it, and what the main thread was doing is
counted by part: that of the innermost frame of ours, or else of the library that is at work. So
what waits is not counted, nor is it told what other threads did. (A thread that looks on would get
its turn just where the others let go of the interpreter, and see little else.) SIGUSR1 begins
anew; at the end the counts are written to FILE as JSON.
"""

import json
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

from balie.commands.main import main as balie

EVERY = 0.002  # seconds of CPU
PARTS = (
    ("/balie/identity/", "session"),
    ("/balie/access/", "scope"),
    ("/balie/transport/", "calls"),
    ("/balie/connectors/", "calls"),
    ("/balie/systems/", "calls"),
    ("/balie/mapping/", "mapping"),
    ("/balie/store/", "remembering"),
    ("/balie/frontstage/", "page"),
    ("/balie/backstage/sources", "remembering and asking"),
    ("/balie/backstage/", "composing"),
    ("/balie/steps/", "composing"),
    ("/balie/site/", "server and sockets"),
    ("/jinja2/", "page"),
    ("<template>", "page"),
    ("/aiohttp/", "calls"),
    ("/cryptography/", "remembering"),
    ("/uvicorn/", "server and sockets"),
    ("/starlette/", "server and sockets"),
)
_templates = "/frontstage/templates/"


def part_of(frame: FrameType | None) -> str:
    """What is at work, by the frame that was interrupted."""
    while frame is not None:
        file = frame.f_code.co_filename
        found = next((part for piece, part in PARTS if piece in file), "")
        if found or _templates in file:
            return found or "page"
        frame = frame.f_back
    return "server and sockets"


def main(file: Path, words: list[str]) -> int:
    """Runs Balie; writes the counts when it has stopped."""
    counts: Counter[str] = Counter()

    def look(_signal: int, frame: FrameType | None) -> None:
        counts[part_of(frame)] += 1

    signal.signal(signal.SIGPROF, look)
    signal.signal(signal.SIGUSR1, lambda *_: counts.clear())
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
    try:
        return balie(words)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        file.write_text(json.dumps(counts))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
