"""A PostgreSQL server of our own, for as long as a test needs it."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_ports

DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin"))  # it puts them in no search path
PATH = os.pathsep.join([os.environ.get("PATH", ""), *(str(folder) for folder in DEBIAN[-1:])])
AVAILABLE = all(shutil.which(name, path=PATH) for name in ("initdb", "pg_ctl"))


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of an empty database `balie`. Stops and vanishes at the end."""
    with tempfile.TemporaryDirectory(prefix="balie-pg-", ignore_cleanup_errors=True) as made:
        folder, port = Path(made), free_ports()
        folder.chmod(0o755)
        data = folder / "data"
        data.mkdir()
        as_whom = _not_root(data)
        _run(["initdb", "-D", data, "-U", "balie", "-A", "trust", "-N"], as_whom)
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        options += " -c fsync=off"
        _run(["pg_ctl", "-D", data, "-w", "-l", data / "log", "-o", options, "start"], as_whom)
        try:
            yield f"postgresql://balie@127.0.0.1:{port}/postgres"
        finally:
            _run(["pg_ctl", "-D", data, "-m", "immediate", "stop"], as_whom)


def _run(command: list[object], as_whom: Mapping[str, str]) -> None:
    program, *arguments = map(str, command)
    subprocess.run(
        [str(shutil.which(program, path=PATH)), *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        **as_whom,  # type: ignore[call-overload]
    )


def _not_root(data: Path) -> Mapping[str, str]:
    """PostgreSQL refuses to run as root; then it runs as its own user."""
    if os.geteuid() != 0:
        return {}
    shutil.chown(data, "postgres")
    data.chmod(0o700)
    return {"user": pwd.getpwnam("postgres").pw_name}
