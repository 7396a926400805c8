"""How much a system may be asked, as `limit:` says: `6000 per 5 minutes, 5 at once`."""

import re
from dataclasses import dataclass

_RATE = re.compile(r"(\d+) per (?:(\d+) )?(second|minute|hour|day)s?")
_AT_ONCE = re.compile(r"(\d+) at once")
_SECONDS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86_400.0}


@dataclass(frozen=True, slots=True)
class Rate:
    """No more than `calls` in `seconds`."""

    calls: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What holds for every call to one system. Times in seconds, sizes in bytes.

    whole: for the whole call; at most half of it goes to waiting for its turn, so that a system
    which is asked too much is not taken for one that does not answer. connect: for the connection.
    """

    whole: float = 10.0
    connect: float = 3.0
    most_bytes: int = 8 * 1024 * 1024
    at_once: int = 20
    rates: tuple[Rate, ...] = ()


def read_limits(text: str | None) -> Limits:
    """The limits in words. Raises ValueError when a part of them is not understood."""
    rates: list[Rate] = []
    at_once = Limits().at_once
    for part in (text or "").split(","):
        if found := _AT_ONCE.fullmatch(part.strip()):
            at_once = int(found[1])
        elif found := _RATE.fullmatch(part.strip()):
            rates.append(Rate(int(found[1]), int(found[2] or 1) * _SECONDS[found[3]]))
        elif part.strip():
            raise ValueError(
                f'"limit: {text}" is not understood: write e.g. "20 per second, 5 at once"'
            )
    if at_once < 1 or any(rate.calls < 1 or rate.seconds <= 0 for rate in rates):
        raise ValueError(f'"limit: {text}" leaves no call at all')
    return Limits(at_once=at_once, rates=tuple(rates))
