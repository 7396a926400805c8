"""How much a system may be asked, as `limit:` says: `6000 per 5 minutes, 5 at once`."""

from dataclasses import dataclass, replace
from enum import StrEnum

from balie.systems.pace import Rate, read_pace


class Part(StrEnum):
    """Who of those that share a limit asks: together they never ask more than it allows."""

    WHOLE = "whole"  # nobody else asks
    PAGES = "pages"
    CARRIER = "carrier"


_SHARES = 3  # of which the carrier has one: pages are waited for, what is carried is not


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What holds for every call to one system. Times in seconds, sizes in bytes.

    whole: for the whole call; at most half of it goes to waiting for its turn, so that a system
    which is asked too much is not taken for one that does not answer. connect: for the connection.
    document...: of a document, which some systems make while we wait: to its first byte, as a
    whole, and how large. While it comes, `whole` holds for each wait.
    """

    whole: float = 10.0
    connect: float = 3.0
    most_bytes: int = 8 * 1024 * 1024
    document_begins: float = 30.0
    document_whole: float = 300.0
    document_bytes: int = 25 * 1024 * 1024
    at_once: int = 20
    rates: tuple[Rate, ...] = ()


def read_limits(text: str | None) -> Limits:
    """The limits in words. Raises ValueError when a part of them is not understood."""
    pace = read_pace(text or "")
    at_once = Limits().at_once if pace.at_once is None else pace.at_once
    return Limits(at_once=at_once, rates=pace.rates)


def part_of(limits: Limits, part: Part) -> Limits:
    """What one of two processes may ask: the carrier a third, pages the rest, each at least one."""
    rates = tuple(Rate(_part(rate.calls, part), rate.seconds) for rate in limits.rates)
    return replace(limits, at_once=_part(limits.at_once, part), rates=rates)


def _part(number: int, part: Part) -> int:
    if part is Part.WHOLE:
        return number
    of_the_carrier = max(1, number // _SHARES)
    return of_the_carrier if part is Part.CARRIER else max(1, number - of_the_carrier)
