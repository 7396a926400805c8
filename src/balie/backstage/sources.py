"""Asks systems for rows: fresh enough, in time, each row checked again, or last known.

An answer is kept after the check against its scope, under a digest of scope and question; an
error is never kept. One question is under way once, however many pages wait for it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import cast

import msgspec

from balie.access.scope import Scope
from balie.backstage.bounded import Bounded
from balie.backstage.last_known import LastKnown
from balie.backstage.page import Trust
from balie.backstage.places import comparable
from balie.backstage.ports import Clock, Incident, IncidentKind, Incidents, Memory, Remembered
from balie.systems.connector import Connector
from balie.systems.contract import Type
from balie.systems.errors import Misconfigured, Refused, SystemFault, Unavailable
from balie.systems.query import Order, Query
from balie.systems.rows import BrokenRow, Row, Rows, text_of, value_at

MOST_PAGES = 20
"""How often we go on from a cursor for one question before we call the system unusable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which rows of a scope: fields, order, from where down, how many."""

    scope: Scope
    fields: tuple[str, ...]
    order: Order | None = None
    at_most: tuple[str, str] | None = None
    at_most_type: Type = Type.DATE
    limit: int = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows in scope. more: there are further rows; broken: rows that could not be read."""

    rows: tuple[Row, ...]
    more: bool
    broken: int
    as_of: datetime


_NEVER: Mapping[tuple[str, str], datetime] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How old an answer may be, how long to wait for a newer one, how long to keep it.

    until: on the event loop's clock, in seconds. until_known: the same when there is a last known
    answer to show instead; without it, `until`. settled: (system, table) -> what was asked before
    then is not fresh, because what the viewer sent was done then.
    """

    fresh: timedelta
    until: float
    until_known: float | None = None
    keep: timedelta = timedelta(days=7)
    settled: Mapping[tuple[str, str], datetime] = field(default_factory=lambda: _NEVER)


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer and how far to trust it; no answer when the trust is AWAY or WAITING.

    key: under which the answer is kept.
    """

    answer: Answer | None
    trust: Trust
    key: str


@dataclass(frozen=True, slots=True)
class Used:
    """An answer that something was made of, and the question that gave it, with its key."""

    key: str
    question: Question
    answer: Answer


BYTES_OF_A_BYTE = 4
"""What a byte of JSON takes in memory once it is read: strings and dictionaries, measured 3.6."""


class _Kept(msgspec.Struct, frozen=True):
    rows: Sequence[Mapping[str, object]]  # JSON that we wrote ourselves: rows
    more: bool
    broken: int


Trace = Callable[[Question, Outcome], None]
"""Hears of every question: which system and table, and how it went. Must keep no values."""


def no_trace(_question: Question, _outcome: Outcome) -> None:
    """Nobody listens."""


class Sources:
    """The systems of one blueprint, with what we last knew of them."""

    def __init__(
        self,
        connectors: Mapping[str, Connector],
        memory: Memory,
        clock: Clock,
        incidents: Incidents,
        secret: bytes,
        *,
        most_bytes: int = 64_000_000,
    ) -> None:
        self._connectors = connectors
        self._last_known = LastKnown(memory)
        self._clock = clock
        self._incidents = incidents
        self._secret = secret
        self._near: Bounded[str, Answer] = Bounded(most_bytes)
        self._under_way: dict[str, asyncio.Task[Answer]] = {}
        self._news: dict[tuple[str, str], datetime] = {}

    async def ask(self, question: Question, patience: Patience, trace: Trace = no_trace) -> Outcome:
        """The answer, as fresh as promised if the system allows it within the time given."""
        key = self._key(question)
        known, now = await self._recall(key, patience.keep), self._clock.now()
        if known is not None and self._is_fresh(known, question, patience, now):
            self._refresh_behind(key, question, known, patience, now)
            outcome = Outcome(known, Trust.FRESH, key)
        else:
            outcome = await self._fetched_in_time(key, question, patience, known)
        trace(question, outcome)
        return outcome

    def still_give(self, used: Sequence[Used], patience: Patience) -> bool:
        """Whether asking these again would give these very answers, all fresh.

        What `ask` would refresh behind the page is refreshed behind it.
        """
        now = self._clock.now()
        for one in used:
            known = self._near.get(one.key)
            if known is not one.answer or not self._is_fresh(known, one.question, patience, now):
                return False
        for one in used:
            self._refresh_behind(one.key, one.question, one.answer, patience, now)
        return True

    def hear(self, system: str, table: str = "") -> None:
        """Something changed in a system, or in one table of it: what was known is not fresh."""
        self._news[system, table] = self._clock.now()

    async def close(self) -> None:
        """Stops what is under way, and waits until what was learned is written."""
        tasks = tuple(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._last_known.close()

    def _key(self, question: Question) -> str:
        return question.scope.digest(
            self._secret, question.fields, question.order, question.at_most, question.limit
        )

    async def _fetched_in_time(
        self, key: str, question: Question, patience: Patience, known: Answer | None
    ) -> Outcome:
        task = self._fetch(key, question, patience)
        known_until = patience.until if patience.until_known is None else patience.until_known
        until = patience.until if known is None else known_until
        left = until - asyncio.get_running_loop().time()
        done, _ = await asyncio.wait({task}, timeout=max(left, 0))
        if not done:
            return Outcome(known, Trust.WAITING if known is None else Trust.KNOWN, key)
        if task.cancelled() or task.exception() is not None:
            return Outcome(known, Trust.AWAY if known is None else Trust.KNOWN, key)
        return Outcome(task.result(), Trust.FRESH, key)

    def _fetch(self, key: str, question: Question, patience: Patience) -> asyncio.Task[Answer]:
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(self._fetch_and_keep(key, question, patience.keep))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._ended(key, question, done))
        return task

    def _ended(self, key: str, question: Question, task: asyncio.Task[Answer]) -> None:
        self._under_way.pop(key, None)
        if task.cancelled():
            return
        fault = task.exception()
        if isinstance(fault, Misconfigured):
            self._report(IncidentKind.MISCONFIGURED, question, fault.staff)
        elif isinstance(fault, Refused):
            self._report(IncidentKind.REFUSED, question, fault.staff)
        elif isinstance(fault, SystemFault):
            self._report(IncidentKind.DOWN, question, fault.staff)
        elif fault is not None:
            self._report(IncidentKind.MISCONFIGURED, question, type(fault).__name__)

    async def _fetch_and_keep(self, key: str, question: Question, keep: timedelta) -> Answer:
        answer = await self._read(question)
        value = msgspec.json.encode(_Kept(answer.rows, answer.more, answer.broken))
        self._near.put(key, answer, len(value) * BYTES_OF_A_BYTE)
        self._last_known.put(key, Remembered(value, answer.as_of), keep)
        return answer

    def _refresh_behind(
        self, key: str, question: Question, known: Answer, patience: Patience, now: datetime
    ) -> None:
        """Asks again without waiting for it, when an answer is past half of its time."""
        if now - known.as_of > patience.fresh / 2:
            self._fetch(key, question, patience)

    def _is_fresh(
        self, known: Answer, question: Question, patience: Patience, now: datetime
    ) -> bool:
        if now - known.as_of > patience.fresh:
            return False
        of, table = question.scope.system, question.scope.table
        news = [self._news.get((of, "")), self._news.get((of, table))]
        if patience.settled:
            news.append(patience.settled.get((of, table)))
        return all(moment is None or known.as_of > moment for moment in news)

    def _age(self, answer: Answer) -> timedelta:
        return self._clock.now() - answer.as_of

    async def _recall(self, key: str, keep: timedelta) -> Answer | None:
        near = self._near.get(key)
        if near is not None and self._age(near) <= keep:
            return near
        self._near.drop(key)
        remembered = await self._last_known.get(key)
        if remembered is None:
            return None
        try:
            kept = msgspec.json.decode(remembered.value, type=_Kept)
        except msgspec.DecodeError:
            return None
        rows = cast("list[Row]", kept.rows)
        answer = Answer(tuple(rows), kept.more, kept.broken, remembered.as_of)
        self._near.put(key, answer, len(remembered.value) * BYTES_OF_A_BYTE)
        return answer

    async def _read(self, question: Question) -> Answer:
        """Reads until there are enough rows in scope, or no more.

        A system that ignores its filters sends everybody's rows; then we read on, so that the
        viewer's own rows are all there, and drop and report the rest.
        """
        connector = self._connectors[question.scope.system]
        as_of = self._clock.now()
        gathered = _Gathering(question)
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            rows = await connector.read(_query(question, cursor))
            gathered.take(rows)
            cursor = rows.next
            if cursor is None or gathered.is_full:
                break
        else:
            raise Unavailable("sends page after page, and never the rows that were asked for")
        self._report_rows(question, gathered)
        if gathered.missing and not gathered.rows:
            raise Unavailable("sent nothing that could be read")  # not the same as "there is none"
        more = cursor is not None or gathered.overflowed
        return Answer(tuple(gathered.rows), more, gathered.missing, as_of)

    def _report_rows(self, question: Question, gathered: "_Gathering") -> None:
        if gathered.dropped:
            reason = question.scope.reason
            self._report(IncidentKind.DROPPED, question, reason, gathered.dropped)
        for why in (*gathered.broken, *gathered.unclear):
            self._report(IncidentKind.BROKEN, question, why)

    def _report(self, kind: IncidentKind, question: Question, about: str, count: int = 1) -> None:
        scope, now = question.scope, self._clock.now()
        self._incidents.report(
            Incident(
                kind=kind,
                system=scope.system,
                table=scope.table,
                about=about,
                at=now,
                count=count,
            )
        )


def _query(question: Question, cursor: str | None) -> Query:
    return question.scope.query(
        question.fields,
        order=question.order,
        at_most=question.at_most,
        limit=question.limit,
        cursor=cursor,
    )


class _Gathering:
    """Rows of several pages of one question, held against its scope."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self.rows: list[Row] = []
        self.broken: list[str] = []  # of rows in scope
        self.unclear: list[str] = []  # of rows of which nobody can tell whose they are
        self.dropped = 0
        self.overflowed = False

    def take(self, page: Rows) -> None:
        """Keeps what is in scope, counts what is not."""
        for broken in page.broken:
            self._take_broken(broken)
        covers, is_open = self._question.scope.covers, self._question.at_most is None
        kept, most = self.rows, self._question.limit
        for row in page.rows:
            if not covers(row):
                self.dropped += 1
            elif not (is_open or self._is_low_enough(row)):
                continue
            elif len(kept) >= most:
                self.overflowed = True
            else:
                kept.append(row)

    def _take_broken(self, broken: BrokenRow) -> None:
        relations = self._question.scope.relations
        if self._question.scope.covers(broken.row):
            self.broken.append(broken.why)
        elif any(text_of(value_at(broken.row, r.field)) is not None for r in relations):
            self.dropped += 1
        else:
            self.unclear.append(broken.why)

    @property
    def missing(self) -> int:
        """How many of the viewer's own rows could not be read.

        While a system sends strangers' rows too, one that is unclear is taken for a stranger's.
        """
        return len(self.broken) + (0 if self.dropped else len(self.unclear))

    @property
    def is_full(self) -> bool:
        return len(self.rows) >= self._question.limit

    def _is_low_enough(self, row: Row) -> bool:
        if self._question.at_most is None:
            return True
        field, highest = self._question.at_most
        text = text_of(value_at(row, field))
        moment = "" if text is None else comparable(text, self._question.at_most_type)
        return moment != "" and moment <= highest
