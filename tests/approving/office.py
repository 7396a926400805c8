"""A portal in which finance approves questions about orders above 100 euros, on the real store."""

import shutil
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from textwrap import indent
from typing import TypeVar

from cryptography.fernet import Fernet
from django.db import connection
from httpx import AsyncClient, Response

from balie.access.viewer import Visitor
from balie.steps.approve.asking import Asking
from balie.steps.approve.step import Approving
from balie.store.actions import StoredActions
from balie.store.approvals import Asks, StoredApprovals
from balie.store.ciphers import Cipher
from balie.store.instances import Records
from balie.store.unit_of_work import UnitOfWork
from balie.systems.rows import Row
from tests.frontstage.site import FROM_HERE, Site, site
from tests.semantics.world import LINDEMAN, ROOT, World, rows_of, world

T = TypeVar("T")
ASK, ORDER, AT = "/vraag/nieuw", "VO-26107", "/goedkeuren"
GUIDE = ROOT / "docs" / "how-to" / "have-a-colleague-approve.md"
_BILLING = "          asks: [billing.email, billing.street, billing.postcode, billing.city]\n"
_KARIM = {
    "id": "00000000-0000-4000-8000-0000000000c9",
    "accountId": "00000000-0000-4000-8000-0000000000a1",
    "erpNumber": None,
    "role": "FIN",
    "firstName": "Karim",
    "lastName": "Haddad",
    "email": "karim@example.nl",
}
_PIET = {
    **_KARIM,
    "id": "00000000-0000-4000-8000-0000000000c8",
    "role": "BUY",
    "firstName": "Piet",
    "lastName": "Smit",
    "email": "piet@example.nl",
}


def said_in_the_guide() -> str:
    """The lines that the guide tells to write at a form."""
    return GUIDE.read_text().partition("```yaml\n")[2].partition("```")[0]


ONE_AFTER_ANOTHER = """approve:
  - {if: order.total > 100, by: [buyer, finance], within: 2 days, then: refuse}
  - if: order.total > 300
    by: [finance]
    within: 1 day
    then: give to a person
    then goes to: service
"""
FOUR_EYES = "approve: {by: [finance], within: 2 working days, then: refuse}\n"


def with_approval(folder: Path, asked: str = "") -> Path:
    """A copy of the example in which a question about a large order must be approved, and every
    change of the address for invoices. asked: `approve:` of the question, when it is another.
    """
    shutil.copytree(LINDEMAN, folder)
    story = folder / "story.yaml"
    text = story.read_text()
    for before, approve in (
        ("          button: Vraag versturen\n", asked or said_in_the_guide()),
        (f"{_BILLING}          button: Opslaan\n", FOUR_EYES),
    ):
        assert text.count(before) == 1
        text = text.replace(before, before + indent(approve, 8 * " "))
    story.write_text(text)
    return folder


@dataclass
class Office:
    """What runs, and what it put in the engine's queue."""

    world: World
    site: Site
    actions: StoredActions
    approvals: StoredApprovals
    approving: Approving
    queue: list[str]
    refuses: list[str] = field(default_factory=list)

    def visit(self, who: str) -> AsyncClient:
        return self.site.visit(who, **FROM_HERE, accept="application/json")

    def order(self) -> Row:
        """The row of the order, as its system holds it."""
        rows = self.world.systems["erp"].rows["salesOrders"]
        return next(row for row in rows if row["number"] == ORDER)

    async def ask(self, who: str = "bram", key: str = "k1", order: str = ORDER) -> str:
        """Sends a question about an order; the reference of its receipt."""
        async with self.visit(who) as browser:
            sent = await browser.post(
                ASK,
                json={"order": order, "text": "Kan dit op factuur?"},
                headers={"Idempotency-Key": key},
            )
        assert sent.status_code == 201, sent.text
        return str(sent.json()["reference"])

    async def get(self, who: str, address: str) -> Response:
        async with self.visit(who) as browser:
            return await browser.get(address)

    async def decide(self, who: str, reference: str, answer: str, words: str = "") -> Response:
        async with self.visit(who) as browser:
            body = {"answer": answer, "words": words}
            return await browser.post(f"{AT}/{reference}", json=body)

    async def receipt(self, who: str, reference: str) -> dict[str, object]:
        """The sender's own receipt."""
        found: dict[str, object] = (await self.get(who, f"/ontvangst/{reference}")).json()
        return found


async def _visitor(person: str, acting_for: str | None) -> Visitor | None:
    mail = person.removeprefix("person of ")
    return Visitor(person=person, email=mail, acting_for=acting_for)


async def _name(person: str) -> str:
    return person.removeprefix("person of ").partition("@")[0].title()


@asynccontextmanager
async def office(
    folder: Path, cipher: Cipher | None = None, left: frozenset[str] = frozenset()
) -> AsyncIterator[Office]:
    """The portal of a folder, on the tables of this test. left: asked by an earlier version."""
    queue: list[str] = []
    refuses: list[str] = []

    def enqueue(action: str, _order: str) -> None:
        if refuses:
            raise ConnectionError(refuses[0])
        queue.append(action)

    unit, cipher = UnitOfWork(4), cipher or Cipher([Fernet.generate_key().decode()])
    records = Records(cipher, b"a secret of the tests, 32 bytes.")
    worlds: list[World] = []

    def now() -> datetime:
        return worlds[0].hands.now()

    actions = StoredActions(unit, cipher, enqueue, now, records.begin, ask=Asks(records))
    rows = {name: dict(tables) for name, tables in rows_of(LINDEMAN).items()}
    rows["crm"]["contacts"] = [*rows["crm"]["contacts"], _KARIM, _PIET]
    here = world(folder, rows, actions=actions, asks=Asking)
    worlds.append(here)
    approvals = StoredApprovals(actions, records)
    approving = Approving(
        service=here.service,
        approvals=approvals,
        visitor=_visitor,
        name=_name,
        clock=here.hands.clock,
        address=here.service.approvals_at,
        seconds=lambda: here.hands.now().timestamp(),
        lately=lambda at: at.replace(year=2000),
        left=left,
    )
    around = site(here, approving=approving)
    yield Office(here, around, actions, approvals, approving, queue, refuses)
    await here.service.close()
    await unit.close()


def looked(work: Callable[[], T]) -> T:
    """Reads tables in a thread of its own, also where a loop runs."""

    def there() -> T:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(there).result()
