"""The service on a real Tryton, for tests: all but the web, or the whole portal in a process.

Between the service and Tryton a transport may misbehave.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from balie.backstage.page import Listing, Page, Trust
from balie.backstage.service import Service
from balie.systems.connector import Connection
from balie.systems.contract import Contract
from balie.systems.kinds import installed
from balie.systems.transport import Request, Response, Transport
from balie.transport.http import Network
from tests.backoffices.tryton import shop
from tests.backoffices.tryton.demo import BLUEPRINT
from tests.backoffices.tryton.office import HOST, PATIENCE, TrytonOffice
from tests.semantics.world import (
    KINDS,
    SECRET,
    Hands,
    Notebook,
    Noticeboard,
    blueprint_of,
    contracts_of,
    visitor,
)

Change = Callable[[Transport], Transport]
SIGN_IN = "common.db.login"
A_WHILE = 0.2  # seconds


def as_it_is(transport: Transport) -> Transport:
    """No change."""
    return transport


@dataclass
class Counting:
    """Passes everything on, and remembers which methods were called. Signing in is not counted."""

    transport: Transport
    calls: list[str] = field(default_factory=list)

    async def send(self, request: Request) -> Response:
        if request.template != SIGN_IN:
            self.calls.append(request.template)
        return await self.transport.send(request)


@dataclass
class Slow:
    """A source that takes its time."""

    transport: Transport
    seconds: float

    async def send(self, request: Request) -> Response:
        await asyncio.sleep(self.seconds)
        return await self.transport.send(request)


@dataclass
class Deaf:
    """A source that does not hear the filter: everybody's rows come back."""

    transport: Transport

    async def send(self, request: Request) -> Response:
        call = json.loads(request.body or b"null")
        if request.template.endswith(".search_read"):
            call["params"][0] = []
        return await self.transport.send(replace(request, body=json.dumps(call).encode()))


@dataclass
class Running:
    """A service on a real Tryton."""

    service: Service
    wire: Counting
    hands: Hands
    noticeboard: Noticeboard
    contract: Contract
    connection: Connection

    async def open(self, who: str, address: str, after: str = "") -> Page | None:
        """The page at an address for whoever signs in with this mail address.

        On a machine that is busy with something else, once Tryton's answer is there.
        """
        async with asyncio.timeout(PATIENCE):
            viewer = await self.service.viewer(visitor(who))
            while not viewer.kinds_known:
                await asyncio.sleep(A_WHILE)
                viewer = await self.service.viewer(visitor(who))
            self.wire.calls.clear()
            page = await self.service.open(address, viewer, "nl", after)
            while page is not None and _is_waiting(page):
                await asyncio.sleep(A_WHILE)
                page = await self.service.open(address, viewer, "nl", after)
            return page

    async def whole_list(self, who: str, address: str) -> list[str]:
        """The keys of a list, page after page to its end."""
        keys: list[str] = []
        after: str | None = ""
        while after is not None:
            listing = listing_of(await self.open(who, address, after))
            keys += [record.key for record in listing.records]
            after = listing.older and listing.older.partition("?after=")[2]
        return keys


def _is_waiting(page: Page) -> bool:
    return any(block.freshness.trust is Trust.WAITING for block in page.blocks)


def listing_of(page: Page | None, name: str = "") -> Listing:
    """The list on a page, or the one of this thing."""
    assert page is not None
    lists = [block for block in page.blocks if isinstance(block, Listing)]
    return next(one for one in lists if name in ("", one.id))


@asynccontextmanager
async def running(
    office: TrytonOffice, change: Change = as_it_is, *, page_rows: int = 20
) -> AsyncIterator[Running]:
    """The service of `fietsen` on this office, with nothing remembered."""
    blueprint = blueprint_of(BLUEPRINT)
    system = blueprint.systems["tryton"]
    contract = contracts_of(blueprint)["tryton"]
    hands = Hands(datetime.now(UTC))
    noticeboard = Noticeboard()
    network = Network(allowed_private=frozenset({HOST}))
    wire = Counting(change(network.transport("tryton", title="Tryton")))
    connection = Connection(
        name="tryton",
        title="Tryton",
        at=office.url,
        contract=contract,
        profile=system.what_it_does_not_say,
        transport=wire,
        now=hands.now,
        settings={"TRYTON_USER": office.user, "TRYTON_PASSWORD": office.password},
        tables={ours: str(theirs) for ours, theirs in system.tables.items()},
    )
    service = Service(
        blueprint,
        {"tryton": contract},
        {"tryton": installed()["jsonrpc"].connect(connection)},
        KINDS,
        Notebook(hands),
        hands.clock,
        noticeboard,
        SECRET,
        page_rows=page_rows,
    )
    try:
        yield Running(service, wire, hands, noticeboard, contract, connection)
    finally:
        await service.close()
        await network.close()


def orders() -> Mapping[str, shop.Plan]:
    """Number -> plan of every order that has a number: they are given out oldest first."""
    plans = shop.plans(datetime.now(UTC).date())
    numbered = (plan for plan in plans if plan.fate != "draft")
    return {str(number): plan for number, plan in enumerate(numbered, start=1)}
