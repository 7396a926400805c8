"""What an HTTP answer means: rows to read, or one of the three faults, named for their remedy."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

import msgspec

from balie.systems.errors import Misconfigured, Refused, Unavailable
from balie.systems.rows import Raw
from balie.systems.transport import Response

_TRY_AGAIN = frozenset({408, 425, 429})
_NOT_DONE = frozenset({425, 429})  # it said so before it looked at what was asked
_NOT_LET_IN = frozenset({401, 403})
_NOT_THERE = frozenset({404, 405, 410})


def json_of(response: Response, *, title: str, table: str, now: datetime) -> Raw:
    """The JSON of a good answer to a question for rows.

    title: what people call the system. Raises Unavailable, Refused or Misconfigured.
    """
    check_status(response, title=title, table=table, now=now)
    if not says_json(response.headers):
        raise not_json(title)
    try:
        value: Raw = msgspec.json.decode(response.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise not_json(title) from error
    return value


def check_status(response: Response, *, title: str, table: str, now: datetime) -> None:
    """Returns when the status says that all is well; else raises the fault it stands for."""
    status = response.status
    if status == 200:
        return
    if status in _TRY_AGAIN or status >= 500:
        wait = seconds_to_wait(response.headers, now)
        raise Unavailable(
            f"{title} {_busy(status)} (status {status}).",
            retry_after=wait,
            may_be_done=status not in _NOT_DONE,
        )
    if status in _NOT_LET_IN:
        raise Misconfigured(f"{title} does not let us in (status {status}). Check its key.")
    if status in _NOT_THERE:
        raise Misconfigured(f'{title} has no "{table}" at this address (status {status}).')
    if 300 <= status < 400:
        raise Misconfigured(f"{title} sends us to another address (status {status}).")
    if status >= 400:
        raise Refused(f'{title} refused the question for "{table}" (status {status}).')
    raise Unavailable(f"{title} answered without content (status {status}).")


def not_json(title: str) -> Unavailable:
    """The fault of an answer that should have been JSON."""
    return Unavailable(f"{title} answered with something that is not JSON.")


def not_a_page(title: str, table: str) -> Unavailable:
    """The fault of JSON that does not look like a list of rows."""
    return Unavailable(f'{title} answered "{table}" with JSON that is not a list of rows.')


def seconds_to_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """What `Retry-After` says, in seconds or as a date; None when it says nothing of use."""
    written = headers.get("retry-after", "").strip()
    if written.isascii() and written.isdigit():
        return float(written[:9])
    if not written:
        return None
    try:
        moment = parsedate_to_datetime(written)
    except ValueError:
        return None
    return max(0.0, (moment - now).total_seconds()) if moment.tzinfo else None


def _busy(status: int) -> str:
    return "asks us to wait" if status == 429 else "has a fault of its own"


def says_json(headers: Mapping[str, str]) -> bool:
    """Whether an answer says of itself that it is JSON."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")
