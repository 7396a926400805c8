"""The highest value of a question, as text of the field's own type, wide enough to lose no row.

A day is compared with a moment by its end. Systems keep moments finer than they tell them, and
count days in zones of their own: a second and a day are the margins.
"""

from datetime import UTC, date, datetime, time, timedelta

from balie.systems.contract import Field, Type

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)


def highest(field: Field, text: str) -> str:
    """The text to ask a field with. Raises ValueError when it is no such value."""
    match field.type:
        case Type.DATE:
            return text if _is_day(text) else _plus(_moment(text), _DAY).date().isoformat()
        case Type.DATETIME if _is_day(text):
            end = datetime.combine(date.fromisoformat(text), time.max, tzinfo=UTC)
            return _written(_plus(end, _DAY))
        case Type.DATETIME:
            return _written(_plus(_moment(text), _SECOND))
        case _:
            return text


def _is_day(text: str) -> bool:
    return len(text) == 10 and bool(date.fromisoformat(text))


def _moment(text: str) -> datetime:
    """In UTC. Raises ValueError without a zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a moment at the end of time") from error


def _plus(moment: datetime, margin: timedelta) -> datetime:
    latest = datetime.max.replace(tzinfo=UTC)
    return latest if latest - moment < margin else moment + margin


def _written(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
