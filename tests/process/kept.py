"""Instances and actions in the store itself, told to the tests as those in memory are."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import msgspec
from cryptography.fernet import Fernet
from django.db import connection

from balie.backstage import actions as told
from balie.backstage.actions import Begins, Progress, Receipt
from balie.backstage.process.instance import Event, Instance, Mail, Move, Note, What
from balie.store import instance_models as rows
from balie.store.actions import StoredActions
from balie.store.ciphers import Cipher
from balie.store.instances import Records, StoredInstances
from balie.store.models import Action, Audit
from balie.store.unit_of_work import UnitOfWork
from tests.writing.world import HeldActions

T = TypeVar("T")


@dataclass
class Shelf:
    """The store of one test, with a thread of its own to look into the tables."""

    now: Callable[[], datetime]
    queue: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.unit = UnitOfWork(2)
        self.cipher = Cipher([Fernet.generate_key().decode()])
        self.records = Records(self.cipher, b"a secret of the tests, 32 bytes.")
        self.stored_actions = StoredActions(
            self.unit,
            self.cipher,
            lambda action, _order: self.queue.append(action),
            self.now,
            self.records.begin,
        )
        self.stored = StoredInstances(self.unit, self.records, self.stored_actions.accept_now)
        self._thread = ThreadPoolExecutor(1)

    def look(self, work: Callable[[], T]) -> T:
        """Reads tables from wherever, also where a loop runs."""
        return self._thread.submit(work).result()

    def empty(self) -> None:
        """Takes away what an earlier story of the same test left."""
        models = (rows.Instance, rows.Event, rows.Mail, rows.Further, Action, Audit)
        self.look(lambda: [model.objects.all().delete() for model in models])

    async def close(self) -> None:
        """Lets go of every connection."""
        self.look(_let_go)
        self._thread.shutdown()
        await self.unit.close()

    def mail(self, closed: bytes) -> Mail:
        plain = self.cipher.unseal(bytes(closed))
        assert plain is not None
        return msgspec.json.decode(plain, type=Mail)


@dataclass
class KeptActions(HeldActions):
    """`StoredActions`, and what they hold by now."""

    shelf: Shelf | None = None

    @property
    def stored(self) -> StoredActions:
        assert self.shelf is not None
        return self.shelf.stored_actions

    async def accept(self, action: told.Action, begins: Begins | None = None) -> Receipt:
        receipt = await self.stored.accept(action, begins)
        self.take(receipt.action)
        return receipt

    def take(self, action: told.Action) -> None:
        self.kept.setdefault(action.id, action)
        self.progress.setdefault(action.id, {})

    async def carry(self, action: str) -> Receipt | None:
        receipt = await self.stored.carry(action)
        if receipt is not None:
            self.progress[action] = {one.errand: one for one in receipt.progress}
        return receipt

    async def note(self, progress: Progress) -> bool:
        self.before_note(progress)
        kept = await self.stored.note(progress)
        await self.carry(progress.errand.partition(":")[0])
        self.after_note(progress)
        return kept

    async def waiting(self) -> Sequence[str]:
        return await self.stored.waiting()


@dataclass
class KeptInstances:
    """`StoredInstances`, and what they hold by now. `mishap` may kill around each transaction."""

    actions: KeptActions
    shelf: Shelf
    mishap: Callable[[], None] = lambda: None

    async def get(self, id_: str) -> Instance | None:
        return await self.shelf.stored.get(id_)

    async def keep(self, move: Move) -> bool:
        self.mishap()
        done = await self.shelf.stored.keep(move)
        for action in move.actions if done else ():
            self.actions.take(action)
        self.mishap()
        return done

    async def due(self, now: datetime) -> Sequence[str]:
        return await self.shelf.stored.due(now)

    async def expecting(self, what: str) -> Sequence[str]:
        return await self.shelf.stored.expecting(what)

    async def hear(self, event: Event) -> None:
        self.mishap()
        await self.shelf.stored.hear(event)
        self.mishap()

    async def heard(self, event_id: str) -> Event | None:
        return await self.shelf.stored.heard(event_id)

    # ---- what the tables hold

    @property
    def kept(self) -> dict[str, Instance]:
        read = self.shelf.records.read
        found = self.shelf.look(lambda: [read(r) for r in rows.Instance.objects.order_by("pk")])
        return {one.id: one for one in found if one is not None}

    def force(self, instance: Instance) -> None:
        """Puts an instance there as it can never be kept by a move."""
        records = self.shelf.records
        before = rows.Instance.objects.filter(id=instance.id)
        self.shelf.look(
            lambda: (before.update(revision=instance.revision - 1), records.replace(instance))
        )

    @property
    def notes(self) -> list[Note]:
        found = self.shelf.look(lambda: list(rows.Note.objects.order_by("pk")))
        return [
            Note(at=row.at, step=row.step, what=What(row.what), about=row.about, by=row.by)
            for row in found
        ]

    @property
    def mails(self) -> list[Mail]:
        found = self.shelf.look(lambda: list(rows.Mail.objects.order_by("at", "pk")))
        return [self.shelf.mail(row.closed) for row in found]


def _let_go() -> None:
    """The connection of the thread that does this."""
    connection.close()
