"""`python -m tests.renamed OUT`: Lindeman with every name replaced, to look at."""

import argparse
from pathlib import Path

from tests.renamed.folder import SEED, renamed
from tests.running import LINDEMAN


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.renamed", description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT", help="an empty folder, or a new one")
    parser.add_argument("--of", type=Path, default=LINDEMAN, metavar="PATH", help="the blueprint")
    parser.add_argument("--seed", default=SEED, help="another text gives other names")
    given = parser.parse_args()
    if given.out.exists() and any(given.out.iterdir()):
        parser.error(f"{given.out} is not empty")
    renamed(given.of, given.out, given.seed)


if __name__ == "__main__":
    main()
