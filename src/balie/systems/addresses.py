"""Addresses that a system hands us: followed only on its own host, below its own address."""

from urllib.parse import urljoin, urlsplit

_PORTS = {"http": 80, "https": 443}


def below(at: str, link: str, seen_from: str = "") -> str | None:
    """What a link adds to the address `at`, or None when it leads elsewhere.

    seen_from: the address that a relative link starts from.
    """
    whole = urlsplit(urljoin(seen_from or f"{at}/", link))
    base = urlsplit(at)
    if _origin(whole.scheme, whole.hostname, _port(whole.netloc)) != _origin(
        base.scheme, base.hostname, _port(base.netloc)
    ):
        return None
    path = base.path.rstrip("/") + "/"
    steps = whole.path.lower().replace("%2e", ".").replace("%5c", "/").replace("\\", "/")
    if not whole.path.startswith(path) or "@" in whole.netloc or ".." in steps.split("/"):
        return None
    rest = whole.path.removeprefix(path)
    return f"{rest}?{whole.query}" if whole.query else rest


def _origin(scheme: str, host: str | None, port: int | None) -> tuple[str, str | None, int | None]:
    return scheme, host, port or _PORTS.get(scheme)


def _port(netloc: str) -> int | None:
    """The port of an address; -1 when it is not a number, which no address of ours is."""
    written = netloc.rpartition("@")[2].rpartition("]")[2].rpartition(":")[2]
    if ":" not in netloc.rpartition("@")[2].rpartition("]")[2]:
        return None
    return int(written) if written.isascii() and written.isdigit() else -1
