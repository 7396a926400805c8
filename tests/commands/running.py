"""Runs `balie` as people do: as a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
KEPT = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
LINDEMAN = ROOT / "blueprints" / "lindeman"


def balie(*arguments: str | Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    """One run. settings: of the environment, beside the usual ones."""
    return subprocess.run(
        [Path(sys.executable).with_name("balie"), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
        cwd=ROOT,
        env={**KEPT, **settings},
    )
