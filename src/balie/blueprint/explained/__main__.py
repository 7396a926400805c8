"""`python -m balie.blueprint.explained docs/reference/checks`: writes the page of every check."""

import sys
from pathlib import Path

from balie.blueprint.explained.documented import write_pages

if __name__ == "__main__":
    for written in write_pages(Path(sys.argv[1])):
        sys.stdout.write(f"{written}\n")
