"""The example `fietsen` as a portal on a real Tryton, until Ctrl+C.

    python -m tests.backoffices.tryton.demo [port]

Tryton listens on the port after the portal's. Both keep their data under `var/`.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.backoffices.tryton.office import HOST, ROOT, TrytonOffice, installed

BLUEPRINT = ROOT / "blueprints" / "fietsen"
BALIE = Path(sys.executable).with_name("balie")


def settings(office: TrytonOffice, url: str = "") -> dict[str, str]:
    """What `balie run` needs to know of this office, perhaps at another address than its own."""
    return {
        "TRYTON_URL": url or office.url,
        "TRYTON_USER": office.user,
        "TRYTON_PASSWORD": office.password,
    }


def environment(office: TrytonOffice, state: Path) -> dict[str, str]:
    """The environment of `balie run` on this office. People of the demo may sign in."""
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("BALIE_")}
    ours = {"BALIE_DEMO": "1", "BALIE_STATE": str(state), "BALIE_PRIVATE_SYSTEMS": HOST}
    return inherited | ours | settings(office)


def main(port: int) -> int:
    """Runs the portal; the exit code is that of `balie run`."""
    installed()
    state = ROOT / "var" / "balie-tryton"
    with TrytonOffice(port + 1) as office:
        sys.stdout.write(f"Tryton itself: {office.url}\n")
        command = [str(BALIE), "run", "--port", str(port), str(BLUEPRINT)]
        portal = subprocess.Popen(command, env=environment(office, state))
        try:
            return portal.wait()
        except KeyboardInterrupt:
            return portal.wait()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 8000))
