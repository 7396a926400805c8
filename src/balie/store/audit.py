"""The audit: who did what, when, about whom. Written in the transaction of what it tells; see
`store.chain` for what guards it.

There are as many chains as there are writers at one moment, so that none waits for another to
commit: one with SQLite, which has one writer at a time, and up to `_LANES` with PostgreSQL.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge

import msgspec
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from balie.backstage.auditing import Deed, Line
from balie.backstage.readings import READ
from balie.store.chain import (
    BEGINNING,
    Archive,
    Entry,
    Finding,
    Head,
    Seal,
    chained,
    faults,
    sealed,
)
from balie.store.models import Action, Audit, AuditArchive, Errand
from balie.store.stamps import Stamps

_LANES = 64
_LOCKS = 724_190_551  # any number; the same for every process
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which lines are wanted; what is empty is not asked. since, until: until is not included.

    about: one whom or which a line is about. organisation: its key.
    """

    who: str = ""
    what: Sequence[str] = ()
    about: str = ""
    organisation: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Trail:
    """Writes and reads the audit. now: for lines that bring no time of their own."""

    stamps: Stamps
    now: Callable[[], datetime]

    def note(
        self,
        what: str,
        *,
        who: str,
        about: str = "",
        more: str = "",
        record: str = "",
        organisation: str = "",
    ) -> None:
        """Adds a line: in the transaction that is open, or in one of its own. Words and ids only.

        who: a person's id; "" is Balie itself. about: the id of whom or what it is about. more: a
        word, such as a reason. record: which record, as step and key. organisation: its key, for
        which `who` acted; kept as a mark that only the keys can make.
        """
        line = Line(
            who=who, what=what, about=about, more=more, record=record, organisation=organisation
        )
        self.add(line, self.now())

    def add(self, line: Line, at: datetime) -> None:
        """The same, at a time."""
        with _in_a_transaction():
            _write(self._entry(line, at, _lane()))

    def add_all(self, lines: Sequence[tuple[Line, datetime]]) -> None:
        """Adds lines with their times: all of them or none."""
        with transaction.atomic():
            for line, at in lines:
                self.add(line, at)

    def lines(self, wanted: Wanted, most: int = 200) -> Sequence[Audit]:
        """The newest lines that are wanted."""
        return list(self._found(wanted).order_by("-at", "-id")[:most])

    def every(self, wanted: Wanted) -> Iterator[Audit]:
        """All lines that are wanted, the oldest first; not all in memory."""
        return self._found(wanted).order_by("at", "id").iterator(chunk_size=_AT_ONCE)

    def about_person(self, person: str, mail: str, most: int = 100) -> Sequence[Deed]:
        """What others did about somebody and about what they sent, newest first. Fulfils
        `backstage.auditing.Deeds`.
        """
        abouts = Q(about__in=[*self.marks(mail), *([person] if person else [])])
        if person:
            sent = Action.objects.filter(person=person)
            abouts |= Q(about__in=sent.values("id"))
            abouts |= Q(about__in=Errand.objects.filter(action__person=person).values("id"))
        others = Audit.objects.filter(abouts).exclude(who="").exclude(who=person)
        return _deeds(others.order_by("-at", "-id")[:most])

    def refused_at(self, party: str, most: int = 50) -> Sequence[Deed]:
        """Sign-ins with another party that were refused in the last week, newest first."""
        since = self.now() - timedelta(days=7)
        found = self._found(Wanted(what=["sign-in refused"], about=party, since=since))
        return _deeds(found.order_by("-at", "-id")[:most])

    def in_organisation(self, organisation: str, most: int = 100) -> Sequence[Deed]:
        """What was done for an organisation and in it, newest first; not what was only read."""
        done = self._found(Wanted(organisation=organisation)).exclude(what=READ)
        return _deeds(done.order_by("-at", "-id")[:most])

    def marks(self, mail: str) -> Sequence[str]:
        """What stands in `about` for somebody who has no account, by their mail address."""
        return self.stamps.marks(mail.strip().casefold())

    def seal(self) -> Seal:
        """How far every chain is now, to be kept somewhere else."""
        return sealed(_heads(), self.now(), self.stamps)

    def faults(
        self, seals: Sequence[Seal] = (), elsewhere: Sequence[Iterable[Entry]] = ()
    ) -> Iterator[Finding]:
        """Whatever is wrong with the audit, and with it according to seals of before.

        elsewhere: lines that were taken out, each by lane and number; without them it is only
        looked whether what is here follows on what went.
        """
        rows = Audit.objects.order_by("lane", "number").iterator(chunk_size=_AT_ONCE)
        entries = merge(*elsewhere, map(entry_of, rows), key=_place)
        return faults(entries, seals, self.stamps, archives())

    # ---- parts

    def _entry(self, line: Line, at: datetime, lane: int) -> Entry:
        head = _head(lane)
        entry = Entry(
            lane=lane,
            number=head.number + 1,
            at=at,
            who=line.who,
            what=line.what,
            about=line.about,
            record=line.record,
            organisation=self.stamps.marks(line.organisation)[0],
            more=line.more,
            before=head.digest,
        )
        return chained(entry, self.stamps)

    def _found(self, wanted: Wanted) -> "QuerySet[Audit]":
        asked = Q()
        if wanted.who:
            asked &= Q(who=wanted.who)
        if wanted.what:
            asked &= Q(what__in=wanted.what)
        if wanted.about:
            asked &= Q(about=wanted.about)
        if wanted.organisation:
            asked &= Q(organisation__in=self.stamps.marks(wanted.organisation))
        if wanted.since is not None:
            asked &= Q(at__gte=wanted.since)
        if wanted.until is not None:
            asked &= Q(at__lt=wanted.until)
        return Audit.objects.filter(asked)


def archives() -> Sequence[Archive]:
    """What was taken out so far, the oldest first: `store.archiving`."""
    return [
        Archive(
            at=row.at,
            before=row.before,
            lines=row.lines,
            heads=msgspec.convert(row.heads, tuple[Head, ...]),
            key=row.key,
            digest=row.digest,
        )
        for row in AuditArchive.objects.order_by("at", "id")
    ]


def _place(entry: Entry) -> tuple[int, int]:
    return entry.lane, entry.number


def _deeds(rows: "QuerySet[Audit]") -> Sequence[Deed]:
    """The lines with what is known of the actions that they are about."""
    lines = list(rows)
    ids = {line.about.partition(":")[0] for line in lines}
    sent = Action.objects.filter(id__in=ids).values_list("id", "reference", "step")
    actions = {id_: (reference, step) for id_, reference, step in sent}
    return [_deed(line, actions) for line in lines]


def _deed(line: Audit, actions: Mapping[str, tuple[str, str]]) -> Deed:
    action = line.about.partition(":")[0]
    reference, step = actions.get(action, ("", ""))
    return Deed(
        at=line.at,
        who=line.who,
        what=line.what,
        about=line.about,
        record=line.record,
        more=line.more,
        action=action if reference else "",
        reference=reference,
        step=step,
    )


def entry_of(row: Audit) -> Entry:
    """A row of the table as a line in its place."""
    return Entry(
        lane=row.lane,
        number=row.number,
        at=row.at,
        who=row.who,
        what=row.what,
        about=row.about,
        record=row.record,
        organisation=row.organisation,
        more=row.more,
        before=row.before,
        key=row.key,
        digest=row.digest,
    )


def _write(entry: Entry) -> None:
    Audit.objects.create(
        lane=entry.lane,
        number=entry.number,
        at=entry.at,
        who=entry.who,
        what=entry.what,
        about=entry.about,
        record=entry.record,
        organisation=entry.organisation,
        more=entry.more,
        before=entry.before,
        key=entry.key,
        digest=entry.digest,
    )


@contextmanager
def _in_a_transaction() -> Iterator[None]:
    """The one that is open: a savepoint would cost two statements more."""
    if connection.in_atomic_block:
        yield
    else:
        with transaction.atomic():
            yield


def _lane() -> int:
    """A chain that nobody else writes on until this transaction ends."""
    if connection.vendor == "sqlite":
        return 1
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lane FROM generate_series(1, %s) AS lane "
            "WHERE pg_try_advisory_xact_lock(%s, lane) LIMIT 1",
            [_LANES, _LOCKS],
        )
        free = cursor.fetchone()
        if free is not None:
            return int(free[0])
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCKS, _LANES])
        return _LANES


def _head(lane: int) -> Head:
    """The end of a chain. A statement of its own, so that it sees what the last writer wrote."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, digest FROM audit WHERE lane = %s ORDER BY number DESC LIMIT 1", [lane]
        )
        number, digest = cursor.fetchone() or (0, BEGINNING)
    return Head(lane, number, digest)


def _heads() -> Sequence[Head]:
    """The ends of all chains."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lane, number, digest FROM audit AS line WHERE number = "
            "(SELECT max(number) FROM audit WHERE lane = line.lane) ORDER BY lane"
        )
        return [Head(*row) for row in cursor.fetchall()]
