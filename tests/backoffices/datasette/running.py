"""Datasette, running on a database that we gave it: a JSON service that nobody of us wrote."""

import re
import sqlite3
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

HERE = Path(__file__).parent
HOME = HERE.parents[2] / "var" / "datasette"
LISTENING = re.compile(r"running on (http://[0-9.:]+)")


def install() -> None:
    """Installs it, once. Raises CalledProcessError when that fails."""
    subprocess.run([str(HERE / "install.sh")], check=True, timeout=600)


@contextmanager
def running(folder: Path, orders: Sequence[tuple[object, ...]]) -> Iterator[str]:
    """The address of a Datasette with these orders."""
    file = folder / "shop.db"
    with closing(sqlite3.connect(file)) as database, database:
        database.execute(
            "create table orders (id text primary key, number text, customer text, "
            "placed_on text, total, boxes integer)"
        )
        database.executemany("insert into orders values (?, ?, ?, ?, ?, ?)", orders)
    process = subprocess.Popen(
        [HOME / "bin" / "datasette", "serve", file, "--port", "0", "--host", "127.0.0.1"],
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


def _address(process: "subprocess.Popen[str]") -> str:
    said: list[str] = []
    for line in process.stdout or ():
        said.append(line)
        found = LISTENING.search(line)
        if found:
            threading.Thread(target=_drain, args=(process,), daemon=True).start()
            return found[1]
    raise RuntimeError("Datasette did not start:\n" + "".join(said))


def _drain(process: "subprocess.Popen[str]") -> None:
    """Reads on, so that it never waits for somebody to read its log."""
    try:
        for _ in process.stdout or ():
            pass
    except ValueError:
        return
