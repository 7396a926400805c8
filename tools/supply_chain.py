"""What we depend on: a list of it (SBOM, CycloneDX), and whether a hole in any of it is known.

    .venv/bin/python tools/supply_chain.py

Writes var/sbom.json and var/advisories.json. The two programs that it asks stand in an environment
of their own, var/supply. Exit codes: 0 none is known; 1 some are, and are told; 75 not run, because
the database of advisories, or where programs come from, was not reached.

A hole that does not touch us stands in tools/advisories.txt: its id, until when, and why.
"""

import json
import os
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from sysconfig import get_paths

ROOT = Path(__file__).parents[1]
VAR = ROOT / "var"
PLACE = VAR / "supply"
PROGRAMS = ("pip-audit==2.10.1", "cyclonedx-bom==7.5.0")
NOT_RUN = 75
MOST = 240
"""Seconds that each program gets."""

OURSELVES = "balie"


@dataclass(frozen=True)
class Known:
    """A hole that is known in something that we depend on."""

    package: str
    version: str
    id: str
    mended_in: str


def main() -> int:
    """Makes the list, asks, and tells."""
    VAR.mkdir(exist_ok=True)
    if not _installed():
        print("supply chain: not run: pip-audit and cyclonedx-bom could not be installed")
        return NOT_RUN
    sbom = VAR / "sbom.json"
    _run("cyclonedx-py", "environment", sys.executable, "--pyproject", ROOT / "pyproject.toml",
         "--output-reproducible", "--of", "JSON", "-o", sbom)  # fmt: skip
    print(f"supply chain: {sbom.relative_to(ROOT)}: {len(components(sbom))} components")
    report = VAR / "advisories.json"
    report.unlink(missing_ok=True)
    _run("pip-audit", "--path", get_paths()["purelib"], "-f", "json", "-o", report,
         "--progress-spinner", "off", "--timeout", "15", check=False)  # fmt: skip
    if not report.is_file():
        print("supply chain: not run: the database of advisories was not reached")
        return NOT_RUN
    accepted = read_accepted(
        (ROOT / "tools" / "advisories.txt").read_text(), datetime.now(UTC).date()
    )
    return told(json.loads(report.read_text()), accepted)


def told(report: Mapping[str, object], accepted: frozenset[str]) -> int:
    """Says what pip-audit found; the exit code. Packages that nobody knew were not looked at."""
    packages = report["dependencies"]
    assert isinstance(packages, list)
    looked_at = [one for one in packages if "skip_reason" not in one]
    if not looked_at:
        print("supply chain: not run: the database of advisories knew none of our packages")
        return NOT_RUN
    found = [known for known in _known(looked_at) if known.id not in accepted]
    for known in found:
        print(f"  {known.package} {known.version}: {known.id}, mended in {known.mended_in}")
    passed_over = len(packages) - len(looked_at)
    print(f"supply chain: {len(looked_at)} looked up, {passed_over} not, {len(found)} with a hole")
    return 1 if found else 0


def _known(packages: Sequence[Mapping[str, object]]) -> Iterator[Known]:
    for package in packages:
        holes = package["vulns"]
        assert isinstance(holes, list)
        for hole in holes:
            mended = ", ".join(hole["fix_versions"]) or "no version yet"
            yield Known(str(package["name"]), str(package["version"]), hole["id"], mended)


def read_accepted(text: str, today: date) -> frozenset[str]:
    """The ids that stand in the list and hold today: `ID until DATE: why`. A line that is over
    does not count, so nothing is accepted for ever.
    """
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    said = [line.partition(":")[0].split() for line in lines]
    return frozenset(id_ for id_, _, until in said if date.fromisoformat(until) >= today)


def components(sbom: Path) -> Sequence[str]:
    """What the list holds, as name and version."""
    listed = json.loads(sbom.read_text())["components"]
    return [f"{one['name']} {one.get('version', '')}".strip() for one in listed]


def _installed() -> bool:
    if (PLACE / "done").is_file() and (PLACE / "done").read_text() == "\n".join(PROGRAMS):
        return True
    venv.create(PLACE, with_pip=True, clear=True)
    install = [PLACE / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.run([*install, *PROGRAMS], check=False).returncode:
        return False
    (PLACE / "done").write_text("\n".join(PROGRAMS))
    return True


def _run(program: str, *arguments: object, check: bool = True) -> None:
    """Runs a program of that environment; one that hangs is stopped, and left nothing behind."""
    environment = {**os.environ, "PYTHONPATH": ""}
    command = [str(PLACE / "bin" / program), *map(str, arguments)]
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(
            command, check=check, env=environment, stderr=subprocess.DEVNULL, timeout=MOST
        )


if __name__ == "__main__":
    sys.exit(main())
