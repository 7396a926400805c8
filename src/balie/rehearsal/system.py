"""One rehearsed system: what it holds, how it behaves, and what it would answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Final

from balie.rehearsal.backoffice import BackOffice
from balie.rehearsal.door import Door
from balie.rehearsal.garbage import OF_ROWS, break_a_row, break_answer
from balie.rehearsal.gives import Gives
from balie.rehearsal.holding import Holding, Memory, View
from balie.rehearsal.journal import Journal
from balie.rehearsal.mode import Garbage, Mode, happens
from balie.rehearsal.telling import Telling
from balie.systems.contract import Type
from balie.systems.rehearsed import Answer, Asked, Rehearsed
from balie.systems.rows import Row

_FAILURES: Final = (500, 503, 502, 429)  # in turn
_WAIT: Final = {"Retry-After": "1"}  # seconds
_STAMPS: Final = ("lastModifiedDateTime", "changedAt", "updatedAt", "modifiedAt")


@dataclass(slots=True, kw_only=True)
class System:
    """One rehearsed system. Its mode and rows change; its log only grows."""

    office: BackOffice
    dialect: Rehearsed
    door: Door
    holding: Holding
    journal: Journal
    gives: Gives
    now: Callable[[], datetime]
    telling: Telling
    mode: Mode = field(default_factory=Mode)
    memory: Memory = field(default_factory=Memory)
    requests: int = 0
    _spoiled: int = 0

    def next_request(self) -> int:
        """Counts a request; what happens to it depends on its number alone."""
        self.requests += 1
        return self.requests

    def loses_reply(self, nr: int) -> bool:
        """Whether the answer to this request never arrives, though the work was done."""
        return happens("lost reply", self.mode.lost_reply_rate, nr)

    def answer(self, nr: int, path: str, asked: Asked) -> Answer:
        """What this request gets in the present mode. path: as it came in, not decoded."""
        if happens("failure", self.mode.failure_rate, nr):
            return self._failure(nr)
        if self.door.gives_tokens_at(path):
            answer = self._token(asked)
        elif shut := self.door.stays_shut(asked.headers):
            refusal = self.dialect.refuse(401, "Not signed in", shut)
            return replace(refusal, headers={"WWW-Authenticate": "Bearer"})
        elif happens("garbage", self.mode.garbage_rate, nr):
            return self._rubbish(asked)
        else:
            answer = self._answered(asked, self._view())
        return answer

    def _answered(self, asked: Asked, view: View) -> Answer:
        answer = self.dialect.answer(asked, view)
        return replace(answer, effects=tuple(view.effects))

    def reset(self) -> None:
        """As it was at the start; whoever had a token needs a new one."""
        self.holding.reset()
        self.memory.forget()
        self.gives.reset()
        self.door.forget_tokens()
        self.mode = Mode()
        self.requests = self._spoiled = 0

    def new(self, table: str, sent: Row) -> Row:
        """A row that somebody makes, with what the system itself puts in it. Raises NotGiven."""
        return self.gives.whole(self._full_name(table), sent, self.now(), self.everything())

    def everything(self) -> Mapping[str, Sequence[Row]]:
        """All its rows, by the blueprint's name of the table: "erp.salesOrders"."""
        return {self._full_name(name): self.holding.rows(name) for name in self.holding.sizes()}

    def _full_name(self, table: str) -> str:
        return f"{self.office.name}.{self.office.our_name(table)}"

    def stamped(self, table: str, fields: Row) -> Row:
        """Fields of a row that somebody changes, and the moment, where the table keeps one."""
        known = self.office.contract.tables[table].fields
        stamp = next((n for n in _STAMPS if n in known and known[n].type is Type.DATETIME), None)
        if stamp is None or stamp in fields:
            return fields
        moment = self.now().isoformat(timespec="seconds").replace("+00:00", "Z")
        return {**fields, stamp: moment}

    def _view(self) -> View:
        return View(
            self.holding,
            self,
            self.memory,
            ignore_filters=self.mode.ignore_filters,
            notices_repeats=self.mode.notices_repeats,
        )

    def _failure(self, nr: int) -> Answer:
        status = _FAILURES[nr % len(_FAILURES)]
        refusal = self.dialect.refuse(status, "Failure", "Something is wrong with this system.")
        headers: Mapping[str, str] = _WAIT if status in {429, 503} else {}
        return replace(refusal, headers=headers, did=f"failed with {status}")

    def _token(self, asked: Asked) -> Answer:
        if asked.method != "POST":
            return self.dialect.refuse(405, "Method not allowed", "Tokens are asked with POST.")
        return self.door.give_token(asked.body, asked.headers)

    def _rubbish(self, asked: Asked) -> Answer:
        """A good answer made bad; the ways take turns."""
        rounds, turn = divmod(self._spoiled, len(self.mode.garbage))
        self._spoiled += 1
        kind = Garbage(self.mode.garbage[turn])
        spoil = partial(break_a_row, kind, rounds) if kind in OF_ROWS else None
        answer = self._answered(asked, replace(self._view(), spoil=spoil))
        if answer.status not in {HTTPStatus.OK, HTTPStatus.CREATED}:
            return answer
        return replace(break_answer(kind, answer), did=f"{answer.did}; garbage: {kind}")
