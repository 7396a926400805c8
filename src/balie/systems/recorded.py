"""Recorded answers: a query, what the system was asked for it, what it answered, what we read.

One file is one case:

{"query": {"table": "orders", "relations": [{"field": "customer", "values": ["10085"]}],
           "fields": ["number"], "limit": 20},
 "exchanges": [{"asks": {"path": "/orders", "query": {"customer": "10085"}},
                "answers": {"body": {"items": [{"number": "1"}], "next": null}}}],
 "rows": [{"number": "1"}]}

`{at}` in an answer stands for the address of the system. The order of the exchanges does not
matter: calls of one query may go out together.
"""

from importlib.resources.abc import Traversable

import msgspec

from balie.systems.loopback import Answer, Asked
from balie.systems.rows import Raw, Row


class RecordedRelation(msgspec.Struct, forbid_unknown_fields=True):
    """A relation of a query."""

    field: str
    values: list[str]
    fold_case: bool = False


class RecordedQuery(msgspec.Struct, forbid_unknown_fields=True):
    """A query; `order` is a field, with a minus in front for descending."""

    table: str
    relations: list[RecordedRelation]
    fields: list[str]
    order: str = ""
    at_most: list[str] = []
    limit: int = 200


class RecordedQuestion(msgspec.Struct, forbid_unknown_fields=True):
    """What arrives at the system, percent-decoded; `body` is JSON, for kinds that send a body."""

    path: str
    query: dict[str, str] = {}
    body: msgspec.Raw = msgspec.Raw(b"null")


class RecordedAnswer(msgspec.Struct, forbid_unknown_fields=True):
    """What it answers: JSON in `body`, or anything else in `text`."""

    body: msgspec.Raw = msgspec.Raw(b"null")
    text: str = ""
    status: int = 200
    headers: dict[str, str] = {}

    def answer(self, at: str) -> Answer:
        """The answer as it goes over the wire."""
        headers = {"Content-Type": "application/json", **self.headers}
        content = self.text.encode() or bytes(self.body)
        return Answer(
            status=self.status, headers=headers, body=content.replace(b"{at}", at.encode())
        )


class Exchange(msgspec.Struct, forbid_unknown_fields=True):
    """One question and its answer."""

    asks: RecordedQuestion
    answers: RecordedAnswer

    def fits(self, asked: Asked) -> bool:
        """Whether this is what was asked, each word of it."""
        here = asked.path == self.asks.path
        alike = sorted(asked.query) == sorted(self.asks.query.items())
        return here and alike and _json(asked.body) == _json(self.asks.body)


def _json(body: bytes | msgspec.Raw) -> Raw:
    value: Raw = msgspec.json.decode(body) if body else None
    return value


class Case(msgspec.Struct, forbid_unknown_fields=True):
    """A whole case. broken: the staff texts. fault: the fault's name, when that is the outcome."""

    query: RecordedQuery
    exchanges: list[Exchange] = []
    rows: msgspec.Raw = msgspec.Raw(b"[]")
    broken: list[str] = []
    fault: str = ""
    says: str = ""

    def expected(self) -> list[Row]:
        """The rows that must come out."""
        rows: list[Row] = msgspec.json.decode(self.rows)
        return rows

    def answer(self, at: str, asked: Asked) -> Answer:
        """What was recorded for this question; a 599 that shows the question when nothing was."""
        for exchange in self.exchanges:
            if exchange.fits(asked):
                return exchange.answers.answer(at)
        return Answer(status=599, body=f"Not recorded: {asked.path} {dict(asked.query)}".encode())


def read_case(folder: Traversable, name: str) -> Case | None:
    """The case `name`, or None without one. Raises ValueError when it cannot be read."""
    file = folder.joinpath(f"{name}.json")
    if not file.is_file():
        return None
    try:
        return msgspec.json.decode(file.read_bytes(), type=Case)
    except msgspec.DecodeError as error:
        raise ValueError(f"{name}.json: {error}") from error
