"""How often a system may be asked, as `limit:` says: `6000 per 5 minutes, 5 at once`."""

import re
from dataclasses import dataclass

_RATE = re.compile(r"(\d{1,9}) per (?:(\d{1,9}) )?(second|minute|hour|day)s?", re.ASCII)
_AT_ONCE = re.compile(r"(\d{1,9}) at once", re.ASCII)
_SECONDS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86_400.0}


@dataclass(frozen=True, slots=True)
class Rate:
    """No more than `calls` in `seconds`."""

    calls: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Pace:
    """What a limit says. at_once: calls under way at one time; None when it does not say."""

    at_once: int | None = None
    rates: tuple[Rate, ...] = ()


def read_pace(text: str) -> Pace:
    """The limit in words. Raises ValueError when a part of it is not understood."""
    rates: list[Rate] = []
    at_once: int | None = None
    for part in text.split(","):
        if found := _AT_ONCE.fullmatch(part.strip()):
            at_once = int(found[1])
        elif found := _RATE.fullmatch(part.strip()):
            rates.append(Rate(int(found[1]), int(found[2] or 1) * _SECONDS[found[3]]))
        elif part.strip():
            raise ValueError(
                f'"limit: {text}" is not understood: write e.g. "20 per second, 5 at once"'
            )
    if at_once == 0 or any(rate.calls < 1 or rate.seconds <= 0 for rate in rates):
        raise ValueError(f'"limit: {text}" leaves no call at all')
    return Pace(at_once, tuple(rates))
