"""What an HTTP answer to a write means: done, or one of the faults, named for their remedy."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec

from balie.systems.contract import Table, Type
from balie.systems.errors import Misconfigured, Refused, Unavailable
from balie.systems.interpretation import not_json, says_json, seconds_to_wait
from balie.systems.rows import Raw, Row, text_of, value_at
from balie.systems.transport import Response
from balie.systems.writing import Change, Conflict

TRIES = 3
"""How often a row that others change meanwhile is looked at again, before it is left for later."""

_DONE = frozenset({200, 201, 202, 204})
_NOT_DONE = frozenset({425, 429})  # it said so before it looked at what was sent
_GONE = frozenset({404, 410})
_NOT_LET_IN = frozenset({401, 403})
_MOST_FIELDS = 8  # are named in a refusal
_QUOTED = re.compile(r"['\"](\w{1,60})['\"]", re.ASCII)
_A_PATH = re.compile(r"[A-Za-z_]\w{0,60}(?:[./]\w{1,60}){0,5}", re.ASCII)


def check_written(
    response: Response, *, title: str, table: str, now: datetime, known: Collection[str] = ()
) -> None:
    """Returns when it is done. Raises Unavailable, Refused or Misconfigured; a 412 is Refused.

    known: the table's fields, to be found in a refusal that names them in words only.
    """
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
    about = named_fields(response, known)
    fields = f" It names: {', '.join(about)}." if about else ""
    raise Refused(f'{title} refused a change of "{table}" (status {status}).{fields}')


def named_fields(response: Response, known: Collection[str] = ()) -> tuple[str, ...]:
    """The fields that a refusal names, never what stood in them: `{"fields": [{"name": ...}]}`.

    Read in the forms of RFC 9457 with `fields` or `errors`, and of OData with `target`; () for
    anything else. Words of a message are a field's name only where they are among the known.
    """
    try:
        said = json_body(response)
    except Unavailable:
        return ()
    body = said if isinstance(said, dict) else {}
    error = body.get("error")
    whole = {**body, **error} if isinstance(error, dict) else body
    listed = whole.get("fields", whole.get("errors", whole.get("details")))
    items = [*(listed if isinstance(listed, list) else []), {"target": whole.get("target")}]
    names = (
        item.get("name", item.get("field", item.get("target")))
        for item in items
        if isinstance(item, dict)
    )
    said_in_words = [word for word in _QUOTED.findall(str(whole.get("message"))) if word in known]
    found = [n for n in names if isinstance(n, str) and _A_PATH.fullmatch(n)] or said_in_words
    return tuple(dict.fromkeys(found))[:_MOST_FIELDS]


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


def row_in(response: Response, title: str) -> Row:
    """The row of an answer; an empty one when it has none. Raises Unavailable for no JSON."""
    value = json_body(response, title)
    return value if isinstance(value, dict) else {}


def check_there(response: Response, *, title: str, table: str) -> None:
    """Raises Refused when the row that was asked for is gone."""
    if response.status in _GONE:
        raise Refused(f'{title}: this row of "{table}" is not there any more.')


def always_changing(title: str, table: str) -> Unavailable:
    """Each time that it was looked at, the row had been changed once more."""
    return Unavailable(
        f'{title}: a row of "{table}" is changed by others all the time.', may_be_done=False
    )


def check_fields(table: Table, change: Change, title: str) -> None:
    """Raises Misconfigured for a field that the contract does not have, or that nobody can send."""
    for path in change.fields:
        described = table.field(path)
        outer = table.fields.get(path.partition(".")[0])  # another row is pointed at, not changed
        inside = outer is not None and outer.type in (Type.LIST, Type.OBJECT)
        if described is None or not (described.writable or inside):
            raise Misconfigured(f'{title} has no field "{path}" of "{table.name}" to write.')


def is_as_asked(change: Change, row: Mapping[str, Raw]) -> bool:
    """Whether the row is as it is to become: an earlier try has done it, or somebody else."""
    return all(_same(value_at(row, path), value) for path, value in change.fields.items())


def _same(now: Raw, wanted: Raw) -> bool:
    if isinstance(wanted, dict):
        inner = now if isinstance(now, dict) else {}
        return all(_same(inner.get(name), value) for name, value in wanted.items())
    return now == wanted or (not isinstance(wanted, list) and text_of(now) == text_of(wanted))


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
