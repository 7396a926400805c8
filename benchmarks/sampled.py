"""Balie with somebody looking over its shoulder: where its time goes, without changing it.

    python -m benchmarks.sampled FILE run BLUEPRINT      the same words as `balie`

A thread looks every two milliseconds at what each thread does, and counts by part. The part is
that of the innermost frame of ours, or else of the library that is at work. What waits is not
counted. SIGUSR1 begins anew; at the end the counts are written to FILE as JSON.
"""

import json
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from types import FrameType

from balie.commands.main import main as balie

EVERY = 0.002  # seconds
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
WAITING = ("/threading.py", "/concurrent/futures/thread.py", "/queue.py", "/selectors.py")
_templates = "/frontstage/templates/"


def part_of(frame: FrameType | None) -> str:
    """What a thread is doing; "" when it waits."""
    if frame is None or frame.f_code.co_filename.endswith(WAITING):
        return ""
    while frame is not None:
        file = frame.f_code.co_filename
        found = next((part for piece, part in PARTS if piece in file), "")
        if found or _templates in file:
            return found or "page"
        frame = frame.f_back
    return "server and sockets"


class Sampler(threading.Thread):
    """Looks at every other thread, over and over."""

    def __init__(self) -> None:
        super().__init__(daemon=True, name="sampler")
        self.counts: Counter[str] = Counter()

    def run(self) -> None:
        """Until the process ends."""
        while True:
            time.sleep(EVERY)
            for thread, frame in sys._current_frames().items():
                if thread != self.ident:
                    self.counts[part_of(frame)] += 1


def main(file: Path, words: list[str]) -> int:
    """Runs Balie; writes the counts when it has stopped."""
    sampler = Sampler()
    sys.setswitchinterval(0.0005)  # so that the sampler gets its turn
    signal.signal(signal.SIGUSR1, lambda *_: sampler.counts.clear())
    sampler.start()
    try:
        return balie(words)
    finally:
        file.write_text(json.dumps({part: n for part, n in sampler.counts.items() if part}))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
