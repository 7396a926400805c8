"""SAP CAP, running with orders that we gave it: an OData V4 service that nobody of us wrote."""

import csv
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
HOME = HERE.parents[2] / "var" / "cap"
LISTENING = re.compile(r"server listening on .*?(http://[^'\" ]+)")


def install() -> None:
    """Installs it, once. Raises CalledProcessError when that fails."""
    subprocess.run([str(HERE / "install.sh")], check=True, timeout=600)


@contextmanager
def running(folder: Path, tables: Mapping[str, Sequence[Mapping[str, object]]]) -> Iterator[str]:
    """The address of a CAP with these rows, in a folder of its own."""
    shutil.copytree(HERE / "srv", folder / "srv")
    shutil.copy(HERE / "package.json", folder)
    (folder / "node_modules").symlink_to(HOME / "node_modules")
    (folder / "db" / "data").mkdir(parents=True)
    for name, rows in tables.items():
        _write(folder / "db" / "data" / f"Sales.{name}.csv", rows)
    process = subprocess.Popen(
        [HOME / "bin" / "node", "-r", HERE / "loopback.cjs", "node_modules/.bin/cds-serve"],
        cwd=folder,
        env={"PORT": "0", "PATH": f"{HOME / 'bin'}:/usr/bin:/bin", "HOME": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield _address(process)
    finally:
        process.terminate()
        process.wait(timeout=10)
        if process.stdout is not None:
            process.stdout.close()


def _write(file: Path, rows: Sequence[Mapping[str, object]]) -> None:
    with file.open("w", newline="") as target:
        writer = csv.DictWriter(target, list(rows[0]), quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)


def _address(process: "subprocess.Popen[str]") -> str:
    said: list[str] = []
    for line in process.stdout or ():
        said.append(line)
        found = LISTENING.search(line)
        if found:
            threading.Thread(target=_drain, args=(process,), daemon=True).start()
            return found[1].replace("localhost", "127.0.0.1")
    raise RuntimeError("CAP did not start:\n" + "".join(said))


def _drain(process: "subprocess.Popen[str]") -> None:
    """Reads on, so that it never waits for somebody to read its log."""
    for _ in process.stdout or ():
        pass
