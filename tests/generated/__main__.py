"""`python -m tests.generated OUT --seed N`: a service that nobody wrote, as a folder."""

import argparse
from pathlib import Path
from random import Random

from tests.generated.making import made
from tests.generated.writing import write

FIXED = (35, 110, 188)
"""The seeds of the three that people look at."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.generated", description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT", help="an empty folder, or a new one")
    parser.add_argument("--seed", type=int, metavar="N", help="one service; without it three")
    given = parser.parse_args()
    if given.out.exists() and any(given.out.iterdir()):
        parser.error(f"{given.out} is not empty")
    if given.seed is not None:
        write(made(Random(given.seed)), given.out)  # noqa: S311
        return
    for seed in FIXED:
        write(made(Random(seed)), given.out / f"made-{seed}")  # noqa: S311


if __name__ == "__main__":
    main()
