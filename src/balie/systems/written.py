"""What an HTTP answer to a write means: done, or one of the faults, named for their remedy."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from balie.systems.errors import Misconfigured, Refused, Unavailable
from balie.systems.interpretation import not_json, says_json, seconds_to_wait
from balie.systems.rows import Raw, text_of, value_at
from balie.systems.transport import Response
from balie.systems.writing import Change, Conflict

_DONE = frozenset({200, 201, 202, 204})
_NOT_DONE = frozenset({425, 429})  # it said so before it looked at what was sent
_NOT_LET_IN = frozenset({401, 403})
_MOST_FIELDS = 8  # are named in a refusal


def check_written(response: Response, *, title: str, table: str, now: datetime) -> None:
    """Returns when it is done. Raises Unavailable, Refused or Misconfigured; a 412 is Refused."""
    status = response.status
    if status in _DONE:
        return
    if status in _NOT_DONE or status == 408 or status >= 500:
        raise Unavailable(
            f'{title} could not take a change of "{table}" (status {status}).',
            retry_after=seconds_to_wait(response.headers, now),
            may_be_done=status not in _NOT_DONE,
        )
    if status in _NOT_LET_IN:
        raise Misconfigured(
            f'{title} does not let us change "{table}" (status {status}). Check its key.'
        )
    if status < 400:
        raise Misconfigured(f"{title} sends us to another address (status {status}).")
    about = named_fields(response)
    fields = f" It names: {', '.join(about)}." if about else ""
    raise Refused(f'{title} refused a change of "{table}" (status {status}).{fields}')


def named_fields(response: Response) -> tuple[str, ...]:
    """The fields that a refusal names, never what stood in them: `{"fields": [{"name": ...}]}`.

    Read in the forms of RFC 9457 with `fields` or `errors`; () for anything else.
    """
    try:
        said = json_body(response)
    except Unavailable:
        return ()
    listed = said.get("fields", said.get("errors")) if isinstance(said, dict) else None
    items = listed if isinstance(listed, list) else []
    names = (item.get("name", item.get("field")) for item in items if isinstance(item, dict))
    return tuple(n for n in names if isinstance(n, str) and n.replace(".", "").isidentifier())[
        :_MOST_FIELDS
    ]


def json_body(response: Response, title: str = "The system") -> Raw:
    """The JSON of an answer; None when there is none. Raises Unavailable for something else."""
    if not response.body:
        return None
    if not says_json(response.headers):
        raise not_json(title)
    try:
        value: Raw = msgspec.json.decode(response.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise not_json(title) from error
    return value


def check_as_shown(change: Change, row: Mapping[str, Raw], title: str) -> None:
    """Raises Conflict when the row is not as it was shown, nor as it is to become (T11)."""
    differs = {
        path: value_at(row, path)
        for path, shown in change.shown.items()
        if text_of(value_at(row, path)) not in (text_of(shown), text_of(change.fields.get(path)))
    }
    if differs:
        names = ", ".join(sorted(differs))
        raise Conflict(f'{title}: "{names}" of this row was changed meanwhile.', differs)
