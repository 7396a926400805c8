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
from balie.systems.query import Order, Query, Relation
from balie.systems.rows import Row


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

    def query(self) -> Query:
        """The query itself."""
        field, value = self.at_most or ("", "")
        return Query(
            table=self.table,
            relations=tuple(
                Relation(one.field, tuple(one.values), one.fold_case) for one in self.relations
            ),
            fields=tuple(self.fields),
            order=Order(self.order.removeprefix("-"), self.order.startswith("-"))
            if self.order
            else None,
            at_most=(field, value) if self.at_most else None,
            limit=self.limit,
        )


class RecordedQuestion(msgspec.Struct, forbid_unknown_fields=True):
    """What arrives at the system, percent-decoded."""

    path: str
    query: dict[str, str] = {}


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
        return asked.path == self.asks.path and sorted(asked.query) == sorted(
            self.asks.query.items()
        )


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
