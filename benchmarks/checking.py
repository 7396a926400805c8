"""How long it takes to read and check a blueprint: `python -m benchmarks.checking FOLDER`.

Prints two numbers, in milliseconds of CPU: the first time in a new process, and the median of five
times after that. With everything that `balie run` does before it starts: the text, the contracts
of the systems, all checks.
"""

import sys
import time
from pathlib import Path
from statistics import median

from balie.site.blueprints import checked

TIMES = 5


def main(folder: Path) -> None:
    """Reads and checks it."""
    first, *others = (_once(folder) for _ in range(1 + TIMES))
    print(f"{first:.2f} {median(others):.2f}")


def _once(folder: Path) -> float:
    began = time.process_time()
    checked(folder)
    return (time.process_time() - began) * 1000


if __name__ == "__main__":
    main(Path(sys.argv[1]))
