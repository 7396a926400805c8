"""axe and the Nu Html Checker, at the versions that package-lock.json pins; Chromium; Java."""

import json
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.screens.screen import Screen

HERE = Path(__file__).parent
AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
VNU = HERE / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
CHECKS = HERE / "checks.js"


def missing() -> list[str]:
    """What the suite needs and cannot find, after trying to install it."""
    if not (AXE.is_file() and VNU.is_file()) and shutil.which("npm"):
        subprocess.run(["npm", "ci", "--ignore-scripts", "--silent"], cwd=HERE, check=False)
    needs = {"chromium": chromium(), "java": shutil.which("java")}
    lacks = [name for name, found in needs.items() if found is None]
    return lacks + [file.name for file in (AXE, VNU) if not file.is_file()]


def chromium() -> str | None:
    """Debian's browser."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def markup_errors(screens: Iterable[Screen]) -> Iterator[tuple[Screen, str]]:
    """What the Nu Html Checker says of each page, all of them in one go."""
    with TemporaryDirectory() as folder:
        pages = {str(n): screen for n, screen in enumerate(screens)}
        for number, screen in pages.items():
            (Path(folder) / f"{number}.html").write_bytes(screen.served.body)
        for said in _vnu(Path(folder)):
            page = pages[Path(said["url"]).stem]
            yield page, f"{said['message']} ({said.get('extract', '').strip()[:80]})"


def _vnu(folder: Path) -> list[dict[str, str]]:
    command = ["java", "-jar", VNU, "--errors-only", "--format", "json", "--skip-non-html", folder]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    said: list[dict[str, str]] = json.loads(ran.stderr)["messages"]
    return said
