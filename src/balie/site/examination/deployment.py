"""Whether an installation is fit for real customers: what `balie doctor --deploy` looks at more."""

import ctypes
import os
import stat
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from balie.site.configuration import LOOPBACK, Configuration
from balie.site.examination.observation import Observation, broken, fine, look

_EVERYBODY = 2**24  # addresses: whoever believes more than a /8 of proxies believes everybody
_ENOUGH_SIGNS = 12  # different ones among 32 bytes; by chance there are 30
_UNSYNCHRONISED = 5  # what adjtimex says of a clock that nothing sets


def fit(configuration: Configuration) -> Sequence[Observation]:
    """All of it that can be seen without asking anybody."""
    return (
        *_open_to(configuration),
        *_cookies(configuration),
        *_proxies(configuration),
        *_keys(configuration),
        *_files(configuration),
        *_encrypted(configuration),
        *_exceptions(configuration),
        *_process(configuration),
        *_clock(),
    )


def _open_to(configuration: Configuration) -> Iterator[Observation]:
    about = "deployment"
    if configuration.demo:
        yield broken(
            about,
            "this is a demo: its people and their password are known to everybody",
            "Without --demo and without BALIE_DEMO; then  balie people remove-demo",
        )
    if not configuration.https:
        yield broken(
            about,
            f"{configuration.public_url} is not https",
            "A proxy with TLS before it, and BALIE_PUBLIC_URL=https://...",
        )
    else:
        host = urlsplit(configuration.public_url).netloc
        yield fine(about, f"https, with HSTS for a year; only {host} and this machine are answered")


def _cookies(configuration: Configuration) -> Iterator[Observation]:
    if configuration.https:
        yield fine("cookies", "__Host-, Secure, HttpOnly, SameSite=Lax")
    else:
        yield broken(
            "cookies", "without https they are not Secure, and not bound to this host", "As above."
        )


def _proxies(configuration: Configuration) -> Iterator[Observation]:
    about, count = "proxies", len(configuration.trusted_proxies)
    wide = [net for net in configuration.trusted_proxies if net.num_addresses > _EVERYBODY]
    if wide:
        yield broken(
            about,
            f"{wide[0]} is nearly everybody: visitors could say any address to be theirs",
            "BALIE_TRUSTED_PROXIES: the addresses of your own proxies only.",
        )
    elif not count:
        yield look(
            about,
            "none is believed: limits on tries then count all visitors as one",
            "BALIE_TRUSTED_PROXIES: the address of the proxy that does TLS.",
        )
    else:
        yield fine(about, f"{count} network{'' if count == 1 else 's'} believed")
    if configuration.host not in LOOPBACK and configuration.https:
        yield look(
            about,
            f"BALIE_HOST is {configuration.host}: others may come in around the proxy",
            "127.0.0.1 with the proxy on this machine; else a firewall before this port.",
        )


def _keys(configuration: Configuration) -> Iterator[Observation]:
    about, keys = "keys", configuration.keys
    weak = [number for number, key in enumerate(keys, start=1) if is_weak(key)]
    for number in weak:
        yield broken(
            about,
            f"key {number} was made by hand: it can be guessed",
            "balie keys new, then rotate; what it closed counts as open.",
        )
    if len(set(keys)) < len(keys):
        yield look(about, "the same key stands there twice", "BALIE_KEYS")
    if keys and not weak:
        yield fine(about, f"{len(keys)}, made by chance")


def is_weak(key: str) -> bool:
    """Whether a Fernet key was not made by chance: a few signs again and again, or counted up."""
    plain = urlsafe_b64decode(key)
    steps = {(b - a) % 256 for a, b in pairwise(plain)}
    return len(set(plain)) < _ENOUGH_SIGNS or len(steps) < _ENOUGH_SIGNS // 2


def _files(configuration: Configuration) -> Iterator[Observation]:
    """Databases, their logs, keys and seals: for the user that runs Balie alone."""
    if not configuration.state.is_dir():
        return
    files = [file for file in sorted(configuration.state.iterdir()) if file.is_file()]
    if configuration.embedded:
        place = configuration.database_file
        files += [one for one in place.parent.glob(f"{place.name}*") if one not in files]
    seen = [file for file in files if _is_for_others(file)]
    for file in seen:
        yield broken("files", f"others on this machine can read {file}", f"chmod 600 {file}")
    if not seen:
        yield fine("files", f"{len(files)} of them, none for others")


def _is_for_others(file: Path) -> bool:
    return bool(file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _encrypted(configuration: Configuration) -> Iterator[Observation]:
    """Whether what goes over a network to our own database and memory is encrypted."""
    if not configuration.embedded and not _is_near(configuration.database_url):
        mode = configuration.values.get("PGSSLMODE", "")
        if mode in ("verify-full", "verify-ca"):
            yield fine("database", f"asked over TLS, PGSSLMODE={mode}")
        else:
            yield look(
                "database",
                "nothing proves that it is our database at the other end",
                "PGSSLMODE=verify-full, and PGSSLROOTCERT with its certificate.",
            )
    if configuration.cache_url.startswith("redis:") and not _is_near(configuration.cache_url):
        yield look(
            "Redis",
            "is asked without TLS; what is remembered is closed, counts of tries are not",
            "BALIE_CACHE_URL=rediss://...",
        )


def _is_near(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host in LOOPBACK or not host:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _exceptions(configuration: Configuration) -> Iterator[Observation]:
    about = "exceptions"
    for name, hosts in (
        ("BALIE_PRIVATE_SYSTEMS", configuration.private_systems),
        ("BALIE_PRIVATE_LOGINS", configuration.private_logins),
    ):
        if hosts:
            yield look(
                about,
                f"{name} lets {', '.join(sorted(hosts))} have a private address",
                "Only those that you mean.",
            )
    if configuration.log == "debug":
        yield look(about, "BALIE_LOG is debug", "warning, or info")


def _process(configuration: Configuration) -> Iterator[Observation]:
    if os.geteuid() == 0:
        yield look("process", "runs as root", "A user of its own.")
    kept = "balie.db and keys" if configuration.embedded else "the database and BALIE_KEYS"
    yield fine("backups", f"yours to make: of {kept}, apart; and  balie audit seal  elsewhere")


def _clock() -> Iterator[Observation]:
    """Whether something keeps this machine's clock right. A code of an app holds for 30 seconds."""
    state = _adjtimex()
    if state == _UNSYNCHRONISED:
        yield look("clock", "nothing keeps it right", "NTP: chrony or systemd-timesyncd.")
    elif state is not None:
        yield fine("clock", "kept right")


def _adjtimex() -> int | None:
    """What Linux says of its clock; None elsewhere."""
    try:
        return int(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512)))
    except (AttributeError, OSError):
        return None
