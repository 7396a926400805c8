"""The program, the settings, the address, and the folder for our own files."""

import shutil
import stat
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from balie.blueprint.model import Blueprint
from balie.site.configuration import LOOPBACK, Configuration, WrongSetting, demands
from balie.site.examination.observation import Observation, broken, fine, look
from balie.site.systems import named_values

LITTLE_ROOM = 1024**3  # bytes
MEGABYTE = 1024 * 1024
FILES = ("balie.db", "cache.db", "trace.db")


def program(configuration: Configuration) -> Iterator[Observation]:
    """Python, Balie, and what PostgreSQL and Redis need beside it."""
    python = ".".join(map(str, sys.version_info[:3]))
    parts = ", ".join(f"{name} {version(name)}" for name in ("balie", "django", "starlette"))
    yield fine("program", f"Python {python}, {parts}")
    needed = {
        "psycopg": not configuration.embedded,
        "redis": configuration.cache_url.startswith("redis"),
    }
    for name, is_needed in needed.items():
        if is_needed and find_spec(name) is None:
            yield broken("program", f"{name} is not installed", "pip install 'balie[scale]'")


def settings(configuration: Configuration, blueprint: Blueprint) -> Iterator[Observation]:
    """Whether all that running needs is set: ours, and those of the systems."""
    missing = {
        named.name: f"{named.file}:{named.line}"
        for named in named_values(blueprint)
        if not configuration.values.get(named.name)
    }
    for name, where in missing.items():
        yield broken("settings", f"{name} is not set", f"{where} uses it: export {name}=...")
    try:
        demands(configuration)
    except WrongSetting as wrong:
        yield broken("settings", f"{wrong.name} is missing or cannot be meant", told(wrong))
    else:
        if not missing:
            yield fine("settings", "all that is needed is set")


def told(wrong: WrongSetting) -> str:
    """What a refusal says below its title, a line for each."""
    lines = str(wrong).partition("\n")[2].splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


def address(configuration: Configuration) -> Iterator[Observation]:
    """The address that customers type, and whom we believe about them."""
    about, public = "address", configuration.public_url
    is_here = urlsplit(public).hostname in LOOPBACK
    if configuration.demo:
        yield look(
            about,
            f"{public} is a demo: whoever opens it can sign in as its people",
            "For real customers: without --demo, and without BALIE_DEMO.",
        )
    if is_here:
        yield look(about, f"{public} can be opened on this machine only", "Set BALIE_PUBLIC_URL.")
    elif not configuration.https:
        yield broken(
            about,
            f"{public} is not encrypted: sign-ins can be read on the way",
            "Put a proxy with TLS before it, and set BALIE_PUBLIC_URL=https://...",
        )
    elif not configuration.trusted_proxies:
        yield look(
            about,
            f"{public}, and no proxy is believed: all visitors seem to come from one address",
            "Set BALIE_TRUSTED_PROXIES to the address of the proxy that does TLS.",
        )
    else:
        count = len(configuration.trusted_proxies)
        yield fine(about, f"{public}, behind {count} known network{'s' if count > 1 else ''}")


def state(configuration: Configuration) -> Iterator[Observation]:
    """The folder for our own files: that we may write there, and others may not read."""
    about, folder = "state folder", configuration.state
    if not folder.is_dir():
        yield look(about, f"{folder} is not there yet", "The first  balie run  makes it.")
        return
    yield from _rights(about, folder)
    yield from _key(configuration)
    free = shutil.disk_usage(folder).free
    if free < LITTLE_ROOM:
        yield look(about, f"only {free // MEGABYTE} MB are free", "Make room on this disk.")
    sizes = [_size(folder / name) for name in FILES if (folder / name).is_file()]
    if sizes:
        yield fine("files", ", ".join(sizes))


def _rights(about: str, folder: Path) -> Iterator[Observation]:
    try:
        probe = folder / ".balie-doctor"
        probe.touch()
        probe.unlink()
    except OSError as error:
        yield broken(
            about, f"{folder}: {error.strerror}", "Give the user that runs Balie the right."
        )
        return
    if _is_for_others(folder):
        yield look(about, f"others on this machine may look into {folder}", f"chmod 700 {folder}")
    else:
        yield fine(about, f"{folder} can be written to, by its owner only")


def _key(configuration: Configuration) -> Iterator[Observation]:
    file = configuration.state / "keys"
    if file.is_file() and _is_for_others(file):
        yield broken("key", f"others on this machine can read {file}", f"chmod 600 {file}")
    elif configuration.keys:
        count = len(configuration.keys)
        yield fine("key", f"{count} key{'s' if count > 1 else ''}; keep a copy elsewhere")


def _is_for_others(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _size(file: Path) -> str:
    return f"{file.name} {file.stat().st_size / MEGABYTE:.1f} MB"


def without_waiting(configuration: Configuration, blueprint: Blueprint) -> Sequence[Observation]:
    """All that can be seen on this machine at once."""
    return (
        *program(configuration),
        *settings(configuration, blueprint),
        *address(configuration),
        *state(configuration),
    )
