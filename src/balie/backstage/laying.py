"""Rows of an answer, laid over with what somebody sent to them and no newer answer shows yet."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from balie.backstage.sources import Answer, Outcome, Question
from balie.systems.rows import Raw, Row, text_of, value_at


class LaidRow(dict[str, Raw]):
    """A row with values laid over it. pending: the raw paths of those no system confirmed yet."""

    __slots__ = ("pending",)

    def __init__(self, row: Row, pending: frozenset[str]) -> None:
        super().__init__(row)
        self.pending = pending


@dataclass(frozen=True, slots=True, kw_only=True)
class Becoming:
    """A row that becomes so. matched: path -> text, which tells which row it is.

    values: dotted raw path -> raw value. done: when its system confirmed it.
    """

    matched: Mapping[str, str]
    values: Mapping[str, Raw] = field(repr=False)
    done: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """A row that is made. told: field -> text, as the customer entered it.

    reference: of its receipt. at: when it was sent. row: its key, once it is known.
    """

    reference: str
    told: Mapping[str, str] = field(repr=False)
    at: datetime
    row: str | None = None
    done: datetime | None = None


Table = tuple[str, str]
_NOTHING: Mapping[Table, tuple[Becoming, ...]] = MappingProxyType({})
_NOBODY: Mapping[str, tuple[Coming, ...]] = MappingProxyType({})
_NO_TIMES: Mapping[Table, datetime] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """All that one customer has under way. stamp: the same for the same; a part of keys.

    settled: (system, table) -> the last time that one of its rows was confirmed, or was found to
    have changed: what was asked before is too old for this customer. coming: thing -> its rows that
    are made, newest first.
    """

    stamp: Hashable = ()
    becoming: Mapping[Table, tuple[Becoming, ...]] = field(default_factory=lambda: _NOTHING)
    coming: Mapping[str, tuple[Coming, ...]] = field(default_factory=lambda: _NOBODY)
    settled: Mapping[Table, datetime] = field(default_factory=lambda: _NO_TIMES)

    def over(self, question: Question, outcome: Outcome) -> Outcome:
        """The same answer, with what was entered laid over its rows."""
        becoming = self.becoming.get((question.scope.system, question.scope.table))
        if becoming is None or outcome.answer is None:
            return outcome
        answer = outcome.answer
        rows = tuple(self._over_row(row, answer, becoming, question.fields) for row in answer.rows)
        return replace(outcome, answer=replace(answer, rows=rows))

    def _over_row(
        self, row: Row, answer: Answer, becoming: Sequence[Becoming], fields: Sequence[str]
    ) -> Row:
        laid = dict(row)
        pending: set[str] = set()
        for one in becoming:
            if (one.done is not None and answer.as_of > one.done) or not _is_of(one, row):
                continue
            for path in one.values.keys() & set(fields):
                _put(laid, path, one.values[path])
                (pending.add if one.done is None else pending.discard)(path)
        return row if laid == row and not pending else LaidRow(laid, frozenset(pending))


NOTHING_LAID = Overlay()


def _is_of(becoming: Becoming, row: Row) -> bool:
    return all(text_of(value_at(row, path)) == text for path, text in becoming.matched.items())


def _put(row: dict[str, Raw], path: str, value: Raw) -> None:
    """Puts a value where `value_at` finds it. Objects on the way are copied, never changed."""
    first, _, rest = path.partition(".")
    inner = row.get(first)
    if path in row or not rest or not isinstance(inner, dict):
        row[path] = value
        return
    copied = dict(inner)
    _put(copied, rest, value)
    row[first] = copied
