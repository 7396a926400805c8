"""The stories that run, kept: the adapter of `backstage.process.instance.Instances`.

A move is one transaction: the instance, its log, its work, the actions and the mails it causes.
"""

import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec
from django.db import IntegrityError
from django.db.models import F

from balie.backstage import actions as ours
from balie.backstage.actions import Begins
from balie.backstage.process import instance as told
from balie.backstage.process.beginning import begun
from balie.backstage.process.instance import Move, What
from balie.store.ciphers import Cipher
from balie.store.instance_models import Event, Instance, Mail, Note, Work
from balie.store.unit_of_work import UnitOfWork

Accept = Callable[[ours.Action], None]
"""Accepts an action in the transaction that is open."""


def nothing_is_sent(_action: ours.Action) -> None:
    """Where no move is made, nothing is ever accepted."""
    raise TypeError("no move is made here")


EVENTS_ARE_KEPT = timedelta(days=30)


class _Overtaken(Exception):
    """Somebody else made a move meanwhile: nothing of this one is kept."""


@dataclass(frozen=True)
class Records:
    """What instances are as rows. secret: 32 bytes or more, for what is looked up by.

    The methods work in the transaction that is open.
    """

    cipher: Cipher
    secret: bytes

    def begin(self, action: ours.Action, begins: Begins) -> None:
        """Keeps the instance that an action begins, beside the action."""
        move = begun(action, begins)
        self.insert(move.instance)
        self.log(move)

    def insert(self, instance: told.Instance) -> None:
        """Keeps an instance for the first time. Raises IntegrityError when it is there."""
        Instance(id=instance.id, **self._columns(instance)).save(force_insert=True)

    def replace(self, instance: told.Instance) -> bool:
        """Keeps an instance in place of the revision before it; False when that is not kept."""
        before = Instance.objects.filter(id=instance.id, revision=instance.revision - 1)
        return before.update(**self._columns(instance)) == 1

    def log(self, move: Move) -> None:
        """Adds what a move notes."""
        Note.objects.bulk_create(
            Note(
                instance_id=move.instance.id,
                at=note.at,
                step=note.step,
                what=note.what.value,
                about=note.about[:500],
                by=note.by,
            )
            for note in move.notes
        )

    def work(self, instance: told.Instance) -> None:
        """Brings the rows of its work items up to date."""
        Work.objects.bulk_create(
            [
                Work(
                    item=item.id,
                    team=team,
                    instance_id=instance.id,
                    kind=item.kind.value,
                    opened=item.opened,
                    due=item.due,
                    closed_at=item.closed,
                )
                for item in instance.items
                for team in item.teams
            ],
            update_conflicts=True,
            unique_fields=["item", "team"],
            update_fields=["closed_at"],
        )

    def mail(self, mails: Sequence[told.Mail]) -> None:
        """Keeps mails that are due; one that is kept already is not kept again."""
        Mail.objects.bulk_create(
            [
                Mail(
                    id=self.digest(mail.id),
                    person=mail.person,
                    at=mail.at,
                    next_at=mail.at,
                    closed=self.cipher.seal(_written(mail)),
                )
                for mail in mails
            ],
            ignore_conflicts=True,
        )

    def read(self, row: Instance) -> told.Instance | None:
        """An instance out of its row; None when its key is gone, or it was erased."""
        plain = self.cipher.unseal(bytes(row.closed)) if row.closed else None
        return None if plain is None else msgspec.json.decode(plain, type=told.Instance)

    def digest(self, text: str) -> str:
        """What a text is looked up by. It cannot be read back."""
        return hmac.new(self.secret, text.encode(), sha256).hexdigest()

    def about(self, thing: str, row: str) -> str:
        """What instances about this row are looked up by."""
        return self.digest(f"{thing}\0{row}")

    def _columns(self, instance: told.Instance) -> Mapping[str, object]:
        return {
            "revision": instance.revision,
            "version": instance.version,
            "person": instance.whose.person,
            "step": instance.step,
            "wake_at": instance.wake_at,
            "expects": self.digest(instance.expects) if instance.expects else "",
            "about": "" if instance.row is None else self.about(instance.thing, instance.row),
            "is_over": instance.is_over,
            "closed": self.cipher.seal(_written(instance)),
        }


@dataclass(frozen=True)
class StoredInstances:
    """Fulfils `Instances`, and finds the work that they have for people."""

    unit: UnitOfWork
    records: Records
    accept: Accept

    # ---- Instances

    async def get(self, id_: str) -> told.Instance | None:
        """An instance as it was kept last."""
        found = Instance.objects.filter(id=id_)
        return next(iter(await self.unit.read(lambda: self._read(found))), None)

    async def keep(self, move: Move) -> bool:
        """Keeps a move and all that it causes; False when somebody else made one meanwhile."""
        try:
            await self.unit.write(lambda: self._keep(move))
        except _Overtaken:
            return False
        except IntegrityError:
            kept = await self.get(move.instance.id)
            if kept is None or kept.revision < move.instance.revision:
                raise
            return False
        return True

    async def due(self, now: datetime) -> Sequence[str]:
        """Ids of those whose time has come, oldest first."""
        due = Instance.objects.filter(is_over=False, wake_at__lte=now).order_by("wake_at", "id")
        return await self.unit.read(lambda: list(due.values_list("id", flat=True)))

    async def expecting(self, what: str) -> Sequence[str]:
        """Ids of those that expect this action or event."""
        found = Instance.objects.filter(expects=self.records.digest(what)).order_by("id")
        return await self.unit.read(lambda: list(found.values_list("id", flat=True)))

    async def about(self, thing: str, row: str) -> Sequence[str]:
        """Ids of those that are about this row and not over."""
        digest = self.records.about(thing, row)
        found = Instance.objects.filter(about=digest, is_over=False).order_by("id")
        return await self.unit.read(lambda: list(found.values_list("id", flat=True)))

    async def hear(self, event: told.Event) -> None:
        """Keeps an event for 30 days. Told again, whoever waits is told again too."""
        await self.unit.write(lambda: self._hear(event))

    async def heard(self, event_id: str) -> told.Event | None:
        """An event that was kept."""
        found = Event.objects.filter(id=self.records.digest(event_id))
        return next(iter(await self.unit.read(lambda: self._events(found))), None)

    # ---- news for whoever waits

    async def unseen(self, most: int = 100) -> Sequence[told.Event]:
        """Events of which nobody was told yet, oldest first."""
        found = Event.objects.filter(seen=False).order_by("at")[:most]
        return await self.unit.read(lambda: self._events(found))

    async def seen(self, event: told.Event) -> None:
        """Whoever waited for this was told, unless it was told again meanwhile."""
        found = Event.objects.filter(id=self.records.digest(event.id), at=event.at)
        await self.unit.write(lambda: found.update(seen=True))

    async def forget_events(self, now: datetime) -> int:
        """Forgets what was told more than 30 days ago; says how many."""
        old = Event.objects.filter(at__lt=now - EVENTS_ARE_KEPT)
        return (await self.unit.write(old.delete))[0]

    # ---- for staff

    async def open_for(self, teams: frozenset[str], most: int = 200) -> Sequence[told.WorkItem]:
        """The open work items of these teams: what is due first stands first."""
        return await self.unit.read(lambda: self._open_work(teams, most))

    async def item(self, id_: str) -> told.WorkItem | None:
        """A work item, open or closed."""
        instance = await self.get(id_.partition(":")[0])
        return None if instance is None else instance.item(id_)

    async def stories_of(self, person: str, most: int = 50) -> Sequence[told.Instance]:
        """The newest instances of a customer."""
        mine = Instance.objects.filter(person=person).order_by("-id")[:most]
        return await self.unit.read(lambda: self._read(mine))

    async def log(self, instance: str) -> Sequence[told.Note]:
        """Every line of an instance's log, oldest first."""
        rows = Note.objects.filter(instance=instance)
        return await self.unit.read(lambda: [_note(row) for row in rows])

    # ---- parts

    def _keep(self, move: Move) -> None:
        if move.instance.revision == 1:
            if Instance.objects.filter(id=move.instance.id).exists():
                raise _Overtaken
            self.records.insert(move.instance)
        elif not self.records.replace(move.instance):
            raise _Overtaken
        if any(note.what is What.OVER for note in move.notes):
            now = move.notes[-1].at
            Instance.objects.filter(id=move.instance.id).update(ended_at=now)
        self.records.log(move)
        self.records.work(move.instance)
        self.records.mail(move.mails)
        for action in move.actions:
            self.accept(action)

    def _hear(self, event: told.Event) -> None:
        digest, sealed = self.records.digest(event.id), self.records.cipher.seal(_written(event))
        Event.objects.bulk_create(
            [Event(id=digest, system=event.system, name=event.name, at=event.at, closed=sealed)],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["at", "closed", "seen"],
        )

    def _open_work(self, teams: frozenset[str], most: int) -> list[told.WorkItem]:
        rows = Work.objects.filter(closed_at=None, team__in=teams).order_by(
            F("due").asc(nulls_last=True), "opened", "item"
        )
        # An item of two of these teams has two rows.
        ids = dict.fromkeys(rows.values_list("item", flat=True)[: most * 2])
        of = {id_.partition(":")[0] for id_ in ids}
        kept = {one.id: one for one in self._read(Instance.objects.filter(id__in=of))}
        found = (kept[id_.partition(":")[0]].item(id_) for id_ in ids if id_.split(":")[0] in kept)
        return [item for item in found if item is not None][:most]

    def _read(self, rows: Iterable[Instance]) -> list[told.Instance]:
        read = (self.records.read(row) for row in rows)
        return [instance for instance in read if instance is not None]

    def _events(self, rows: Iterable[Event]) -> list[told.Event]:
        opened = (self.records.cipher.unseal(bytes(row.closed)) for row in rows)
        return [msgspec.json.decode(one, type=told.Event) for one in opened if one is not None]


def _note(row: Note) -> told.Note:
    return told.Note(at=row.at, step=row.step, what=What(row.what), about=row.about, by=row.by)


def _written(value: object) -> bytes:
    return msgspec.json.encode(value, enc_hook=_plain)


def _plain(value: object) -> object:
    """What msgspec does not know: mappings that cannot be changed, and texts with a place."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, str):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} cannot be kept")
