"""Records what a real Tryton answers, for the connector's own tests.

    eval "$(tests/backoffices/tryton/start.sh)"
    python -m tests.backoffices.tryton.record

The cases that no Tryton would answer (a broken
row, a foreign filter) are written by hand and stay as they are.
"""

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from balie.connectors.jsonrpc.connector import Tryton, account, read_contract
from balie.connectors.jsonrpc.description import describe
from balie.connectors.jsonrpc.session import SIGN_IN, Session
from balie.systems.conformance import query_of
from balie.systems.connector import Connection
from balie.systems.profile import Profile
from balie.systems.recorded import RecordedQuery
from balie.systems.transport import Request, Response, Transport
from tests.backoffices.tryton.office import ROOT

RECORDED = ROOT / "src" / "balie" / "connectors" / "jsonrpc" / "recorded"
PROFILE = Profile({"company": "1"})
PATH = "/tryton/rpc/"
MODELS: Mapping[str, tuple[str, ...]] = {
    "party.party": ("id", "name", "code"),
    "product.product": ("id", "name", "code"),
    "sale.line": ("id", "quantity", "product", "type", "amount"),
    "sale.sale": (
        *("id", "number", "party", "sale_date", "state", "lines", "company"),
        *("total_amount", "create_date", "reference"),
    ),
}
DEEP = ["number", "state", "sale_date", "total_amount", "party.name", "lines.product.name"]
CASES: Mapping[str, Mapping[str, object]] = {
    "one-value": {"relations": [{"field": "number", "values": ["17"]}], "fields": DEEP},
    "many-values": {
        "relations": [{"field": "number", "values": ["4", "5", "no such number"]}],
        "fields": ["number", "party.id"],
    },
    "related": {
        "relations": [{"field": "party.id", "values": ["3"]}],
        "fields": ["number", "party.id", "party.name", "lines.quantity", "lines.amount"],
        "limit": 20,
    },
    "fold-case": {
        "relations": [{"field": "party.name", "values": ["bram visser"], "fold_case": True}],
        "fields": ["party.name"],
    },
    "pages": {
        "relations": [{"field": "party.id", "values": ["3"]}],
        "fields": ["number"],
        "limit": 5,
    },
    "order": {
        "relations": [{"field": "party.id", "values": ["3"]}],
        "fields": ["sale_date"],
        "order": "-sale_date",
        "limit": 5,
    },
    "oldest-first": {
        "relations": [{"field": "party.id", "values": ["3", "4"]}],
        "fields": ["sale_date", "create_date"],
        "order": "sale_date",
        "limit": 9,
    },
}


Exchange = dict[str, dict[str, Any]]
"""One question and its answer, as JSON."""


class Recorder:
    """A Transport that remembers what went over it, but for signing in."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.exchanges: list[Exchange] = []

    async def send(self, request: Request) -> Response:
        response = await self._transport.send(request)
        if request.template != SIGN_IN:
            asks = {"path": PATH, "body": json.loads(request.body or b"null")}
            answers = {"body": json.loads(response.body)}
            self.exchanges.append({"asks": asks, "answers": answers})
        return response


class Wires:
    """A Transport without rules: one request at a time, for a person who waits."""

    def __init__(self, client: aiohttp.ClientSession) -> None:
        self._client = client

    async def send(self, request: Request) -> Response:
        async with self._client.request(
            request.method, request.url, headers=dict(request.headers), data=request.body
        ) as answer:
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return Response(status=answer.status, headers=headers, body=await answer.read())


async def recordings() -> dict[str, bytes]:
    """The name of each file, and its bytes."""
    async with aiohttp.ClientSession() as client:
        wires = Wires(client)
        contract = await contract_of(wires)
        made = {"contract/tryton": contract}
        for name, query in CASES.items():
            made[name] = as_lines(await case(query, contract, wires))
        return made


async def contract_of(wires: Transport) -> bytes:
    """A small contract: some fields of some models."""
    session = Session(lambda: account(connection(wires, b"")), wires, now)
    whole = json.loads(await describe(session, MODELS, ("nl", "en")))
    tables = whole["tables"]
    whole["tables"] = {
        model: {name: tables[model][name] for name in names} for model, names in MODELS.items()
    }
    return as_text(whole)


async def case(query: Mapping[str, object], contract: bytes, wires: Transport) -> dict[str, object]:
    recorder = Recorder(wires)
    here = connection(recorder, contract)
    connector = Tryton(here, Session(lambda: account(here), recorder, now))
    asked = query_of(msgspec.convert({"table": "orders", **query}, RecordedQuery))
    rows, cursor = [], None
    while True:
        found = await connector.read(replace(asked, cursor=cursor))
        rows += found.rows
        cursor = found.next
        if cursor is None:
            break
    return {
        "query": {"table": "orders", **query},
        "exchanges": [numbered(each, at) for at, each in enumerate(recorder.exchanges, start=1)],
        "rows": rows,
    }


def numbered(exchange: Exchange, number: int) -> Exchange:
    """Calls count from 1 in a session that goes on: signing in is not recorded."""
    asks = {**exchange["asks"], "body": {**exchange["asks"]["body"], "id": number}}
    answers = {"body": {**exchange["answers"]["body"], "id": number}}
    return {"asks": asks, "answers": answers}


def connection(transport: Transport, contract: bytes) -> Connection:
    return Connection(
        name="tryton",
        title="Tryton",
        at=os.environ["TRYTON_URL"],
        contract=read_contract([contract] if contract else [], PROFILE),
        profile=PROFILE,
        transport=transport,
        now=now,
        settings=os.environ,
        tables={"orders": "sale.sale"},
    )


def now() -> datetime:
    return datetime.now(UTC)


def as_text(value: object) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


def as_lines(case: Mapping[str, object]) -> bytes:
    """A case with one exchange, or one row, on a line."""
    parts = (f'"{word}": {in_lines(value)}' for word, value in case.items())
    return ("{" + ",\n ".join(parts) + "}\n").encode()


def in_lines(value: object) -> str:
    if not isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return "[" + ",\n  ".join(json.dumps(item, ensure_ascii=False) for item in value) + "]"


def save(made: Mapping[str, bytes], folder: Path) -> None:
    for name, content in made.items():
        (folder / f"{name}.json").write_bytes(content)


if __name__ == "__main__":
    save(asyncio.run(recordings()), RECORDED)
