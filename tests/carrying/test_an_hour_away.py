"""A system is away for an hour while 200 customers send something that must go there.

The hour passes in a minute or two: whoever asks for the time is told one that is moved on by hand.
Everything else is real: our rows, the engine, the transport with its breaker and limits, and the
system, which is asked over HTTP and says itself what was done.
"""

import asyncio
import random
import resource
import secrets
import shutil
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from balie.backstage.actions import Action, Errand
from balie.backstage.carrying import Carrier
from balie.engines.sweep import Sweep
from balie.rehearsal.launch import RehearsedSystem, launched, settings
from balie.site.blueprints import checked
from balie.site.systems import repeats, writers
from balie.store.actions import StoredActions
from balie.store.ciphers import Cipher
from balie.store.unit_of_work import UnitOfWork
from balie.systems.rehearsed import Deed
from balie.transport.http import Network, Trace
from tests.telling import LINDEMAN
from tests.writing.world import NoUploads

pytestmark = pytest.mark.django_db(transaction=True)

CUSTOMERS = 200
A_MINUTE, AN_HOUR = 60.0, 3600.0
LIMIT = 120  # calls a minute, of which two for each row: a look-up, then the row


@dataclass
class Time:
    """The time, which also passes by hand."""

    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    moved: float = 0.0

    def clock(self) -> float:
        return time.monotonic() + self.moved

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.moved)

    def passes(self, seconds: float) -> None:
        self.moved += seconds


@dataclass
class Portal:
    """What carries, without what shows pages."""

    time: Time
    actions: StoredActions
    erp: RehearsedSystem
    calls: list[float]  # when the ERP was asked something, as the clock counts
    failed: list[Exception]
    carrier: Carrier
    under_way: int = 0

    async def carry(self, action: str) -> float | None:
        self.under_way += 1
        try:
            return await self.carrier.carry(action)
        finally:
            self.under_way -= 1

    def done(self) -> int:
        made = {one.key for one in self.erp.effects() if one.deed is Deed.MADE}
        assert len(made) == sum(one.deed is Deed.MADE for one in self.erp.effects())
        return len(made)

    async def lives(self, seconds: float, step: float) -> None:
        """So much time passes, in steps; the engine looks in each.

        While something is carried no time is moved by hand: waiting for a turn takes what it takes.
        """
        until = self.time.clock() + seconds
        while self.time.clock() < until:
            if not self.under_way:
                self.time.passes(step)
            await asyncio.sleep(0.03)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, with an ERP that allows little."""
    copy = Path(shutil.copytree(LINDEMAN, tmp_path_factory.mktemp("hour") / "copy"))
    file = copy / "systems.yaml"
    said = file.read_text()
    assert "limit: 6000 per 5 minutes, 5 at once" in said
    file.write_text(
        said.replace(
            "limit: 6000 per 5 minutes, 5 at once", f"limit: {LIMIT} per minute, 5 at once"
        )
    )
    return copy


@pytest.fixture
async def portal(folder: Path) -> AsyncIterator[Portal]:
    found = checked(folder)
    with launched(folder, today=datetime.now(UTC).date(), only_examples=True) as systems:
        time_, calls, failed = Time(), [], []
        work = UnitOfWork()

        def heard(trace: Trace) -> None:
            calls.append(time_.clock() - trace.ms / 1000)

        network = Network(
            allowed_private=frozenset({"127.0.0.1"}),
            traces=heard,
            clock=time_.clock,
            now=time_.now,
        )
        cipher = Cipher([Fernet.generate_key().decode()])
        actions = StoredActions(work, cipher, lambda _action, _order: None, time_.now)
        said = repeats(found.blueprint)
        values = settings(folder, systems)
        carrier = Carrier(
            actions=actions,
            uploads=NoUploads(),
            writers=writers(found.blueprint, found.contracts, network, values),
            repeats=lambda system, table: said.get((system, table)),
            now=time_.now,
            jitter=lambda: random.uniform(0.5, 1.5),  # noqa: S311
        )
        portal = Portal(time_, actions, systems["erp"], calls, failed, carrier)
        sweep = Sweep(portal.carry, actions.waiting, failed.append, every=0.02, clock=time_.clock)
        running = asyncio.create_task(sweep.run())
        yield portal
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await network.close()
        await work.close()


def a_refund(number: int, now: datetime) -> Action:
    """What a customer sends: a row of the ERP."""
    id_ = f"{int(now.timestamp() * 1_000_000):016x}{secrets.token_hex(8)}"
    errand = Errand(
        id=f"{id_}:1",
        action=id_,
        number=1,
        system="erp",
        table="salesCreditMemos",
        is_master=True,
        fields={"customerNumber": "10085", "externalDocumentNumber": f"H-{number:05}"},
        give_up=now + timedelta(hours=48),
        goes_to="service",
    )
    return Action(
        id=id_,
        reference=f"H{number:03}-{secrets.token_hex(2).upper()}",
        step="ask-return",
        version="proof",
        person=f"person {number}",
        acting_for=None,
        language="nl",
        token=f"token {number}",
        digest="d",
        at=now,
        errands=(errand,),
        order_with=f"person {number}",
    )


async def accepted(portal: Portal, customers: range, every: float) -> list[float]:
    """They send, one after another. How many milliseconds each waited for the receipt."""
    took = []
    for number in customers:
        await portal.lives(every, every / 2)
        began = time.perf_counter()
        await portal.actions.accept(a_refund(number, portal.time.now()))
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)


def busiest(calls: list[float], seconds: float) -> int:
    """Most calls in any stretch of so many seconds."""
    first = most = 0
    calls = sorted(calls)
    for last, at in enumerate(calls):
        while calls[first] <= at - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.mark.proof
async def test_an_hour_without_the_erp(portal: Portal) -> None:
    before = await accepted(portal, range(20), every=4.0)
    await portal.lives(A_MINUTE, 2.0)
    assert portal.done() == 20
    portal.erp.mode(down=True)

    took = await accepted(portal, range(20, 20 + CUSTOMERS), every=6.0)  # 20 minutes
    at_20_minutes = megabytes()
    await portal.lives(AN_HOUR - CUSTOMERS * 6.0, 5.0)
    grown = megabytes() - at_20_minutes
    assert portal.done() == 20
    assert len(await portal.actions.waiting()) == CUSTOMERS

    portal.erp.mode(down=False)
    portal.calls.clear()
    back = portal.time.clock()
    for _ in range(120):
        await portal.lives(20.0, 0.5)
        if portal.done() == 20 + CUSTOMERS:
            break
    minutes = (portal.time.clock() - back) / 60
    p95, p95_before = took[int(len(took) * 0.95)], before[int(len(before) * 0.95)]
    sys.stdout.write(
        f"\n{CUSTOMERS} receipts while the ERP was away: p95 {p95:.1f} ms (before: "
        f"{p95_before:.1f} ms); {grown:.1f} MB grown in the last 40 minutes; back: all "
        f"{portal.done() - 20} delivered in {minutes:.1f} minutes, at most "
        f"{busiest(portal.calls, 60.0)} calls in any minute of {LIMIT} allowed\n"
    )
    assert portal.done() == 20 + CUSTOMERS
    assert await portal.actions.waiting() == []
    # A turn is given to the moment; on a busy machine a call may begin a little after its turn.
    assert busiest(portal.calls, 60.0) <= LIMIT * 1.05
    assert grown < 10
    assert portal.failed == []
    assert p95 < 1000
