"""Asks a running Tryton what it is, and writes the contract of a blueprint.

    TRYTON_URL=... TRYTON_USER=... TRYTON_PASSWORD=... \\
        python -m tests.backoffices.tryton.describe blueprints/fietsen/contracts/tryton.json
"""

import asyncio
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from balie.connectors.jsonrpc.description import describe
from balie.connectors.jsonrpc.session import Account, Session
from balie.systems.transport import Request, Response

MODELS = (
    "account.invoice",
    "account.invoice.line",
    "account.invoice.payment_term",
    "account.move.line",
    "currency.currency",
    "party.address",
    "party.contact_mechanism",
    "party.party",
    "product.product",
    "product.uom",
    "sale.line",
    "sale.sale",
    "stock.move",
    "stock.shipment.out",
)
LANGUAGES = ("nl", "en")


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


async def contract(settings: Mapping[str, str]) -> bytes:
    """The bytes of the contract file."""
    account = Account(
        title="Tryton",
        at=settings["TRYTON_URL"],
        user=settings["TRYTON_USER"],
        password=settings["TRYTON_PASSWORD"],
        context={},
    )
    async with aiohttp.ClientSession() as client:
        session = Session(lambda: account, Wires(client), lambda: datetime.now(UTC))
        return await describe(session, MODELS, LANGUAGES)


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(asyncio.run(contract(os.environ)))
