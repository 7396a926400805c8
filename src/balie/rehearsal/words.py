"""The functions that a formula of `examples/rehearsal.yaml` can call."""

import re
import unicodedata
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import TypeVar

from balie.rehearsal.formula import FormulaError, Function, Value, say
from balie.rehearsal.papers import code_picture, paper

Record = Mapping[str, Value]
_SATURDAY = 5
_Ordered = TypeVar("_Ordered", Decimal, date)


@dataclass(slots=True)
class Made:
    """What was made until now: rows by table, numbers that were drawn, counters."""

    today: date
    rows: dict[str, list[dict[str, Value]]] = field(default_factory=dict)
    drawn: dict[str, set[int]] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)


def functions(chance: Random, made: Made, nr: int) -> dict[str, Value]:
    """Everything that can be called, for one thing that is being made: the nr-th of its kind."""
    return {**_of_chance(chance, made, nr), **_of_time(chance, made), **_of_rows(made), **_PLAIN}


def _of_chance(random: Random, made: Made, nr: int) -> dict[str, Value]:
    def between(low: Decimal, high: Decimal) -> Value:
        """A whole number, both ends included."""
        return Decimal(random.randint(int(low), int(high)))

    def pick(items: list[Value]) -> Value:
        return random.choice(items)

    def sample(items: list[Value], many: Decimal) -> Value:
        """So many different ones."""
        return random.sample(items, min(int(many), len(items)))

    def turn(items: list[Value]) -> Value:
        """Each in its turn, so that all of them occur."""
        return items[(nr - 1) % len(items)]

    def choose(**weights: Decimal) -> Value:
        """A word; one with weight 3 three times as often as one with weight 1."""
        words = list(weights)
        return random.choices(words, [float(weights[word]) for word in words])[0]

    def chance(share: Decimal) -> Value:
        """True in this share of the cases: 0.25 is one in four."""
        return random.random() < float(share)

    def draw(name: str, low: Decimal, high: Decimal) -> Value:
        """A whole number that was not drawn before under this name."""
        drawn = made.drawn.setdefault(name, set())
        free = [number for number in range(int(low), int(high) + 1) if number not in drawn]
        if not free:
            raise FormulaError(f"every number of `{name}` from {low} to {high} was drawn already")
        number = random.choice(free)
        drawn.add(number)
        return Decimal(number)

    def count(name: str, first: Decimal) -> Value:
        """The next number under this name."""
        made.counters[name] = made.counters.get(name, int(first) - 1) + 1
        return Decimal(made.counters[name])

    def new_id() -> Value:
        return str(uuid.UUID(int=random.getrandbits(128), version=4))

    return _named(between, pick, sample, turn, choose, chance, draw, count, new_id)


def _of_time(random: Random, made: Made) -> dict[str, Value]:
    def day(offset: Decimal) -> Value:
        """A day so many days from today: `day(-3)`."""
        return made.today + timedelta(days=int(offset))

    def workday(on: date) -> Value:
        """The day itself, or the Friday before when it is in a weekend."""
        return on - timedelta(days=max(0, on.weekday() - _SATURDAY + 1))

    def moment(on: date, at: str = "") -> Value:
        """A moment on that day (UTC), at random within working hours unless it says when."""
        minute = random.randint(8 * 60, 17 * 60)
        clock = time.fromisoformat(at) if at else time(minute // 60, minute % 60)
        return datetime.combine(on, clock, UTC)

    return {"today": made.today, **_named(day, workday, moment)}


def _of_rows(made: Made) -> dict[str, Value]:
    def rows(table: str, **fields: Value) -> Value:
        """The rows of a table until now that have these values, those of the examples first.

        Nothing is never equal to nothing.
        """
        if None in fields.values():
            return []
        return [
            row
            for row in made.rows.get(table, [])
            if all(row.get(name) == value for name, value in fields.items())
        ]

    def find(table: str, **fields: Value) -> Value:
        """The first row with these values, or nothing."""
        found = rows(table, **fields)
        return found[0] if isinstance(found, list) and found else None

    return _named(rows, find)


def _round(number: Decimal, places: Decimal = Decimal(2)) -> Value:
    return number.quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP)


def _sum(numbers: Sequence[Value]) -> Value:
    return sum((n for n in numbers if isinstance(n, Decimal)), Decimal(0))


def _plain(text: str) -> Value:
    """Lower case without accents, dots for what is no letter or digit: "Zoë Vos" -> "zoe.vos"."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", ".", letters.lower()).strip(".")


def _pad(number: Decimal, width: Decimal) -> Value:
    """With zeros in front: `pad(7, 3)` is 007."""
    return f"{number:f}".zfill(int(width))


def _cut(text: str, width: Decimal) -> Value:
    return text[: int(width)]


def _lowest(*given: _Ordered) -> _Ordered:
    """The lowest number, or the first day."""
    return min(given)


def _highest(*given: _Ordered) -> _Ordered:
    """The highest number, or the last day."""
    return max(given)


def _named(*given: Function) -> dict[str, Value]:
    return {function.__name__: function for function in given}


def _count_of(items: list[Value]) -> Value:
    return Decimal(len(items))


def _pdf(*lines: Value) -> Value:
    """A document with these lines, base64."""
    return paper([say(line) for line in lines])


def _picture(text: str) -> Value:
    """A picture with a code, base64."""
    return code_picture(text)


_PLAIN: dict[str, Value] = {
    "round": _round,
    "sum": _sum,
    "min": _lowest,
    "max": _highest,
    "len": _count_of,
    "plain": _plain,
    "pad": _pad,
    "cut": _cut,
    "text": say,
    "pdf": _pdf,
    "picture": _picture,
}
