"""How much a system may be asked, as `limit:` says: `6000 per 5 minutes, 5 at once`."""

from dataclasses import dataclass

from balie.systems.pace import Rate, read_pace


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
