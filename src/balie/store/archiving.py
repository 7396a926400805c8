"""The oldest lines of the audit are taken out, into a file: what stays goes on being proved.

In their place stays how far each chain was (`chain.Archive`), stamped with a key: whoever owns the
database alone can make none, so lines that are missing for another reason are still told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from django.db import transaction
from django.db.models import QuerySet

from balie.store.append_only import unguarded
from balie.store.audit import Trail, entry_of
from balie.store.chain import Archive, Entry, Head, archived
from balie.store.models import Audit, AuditArchive

_AT_ONCE = 2_000


class NotAsItWas(Exception):
    """The lines are not those of which the archive was made: somebody else archived meanwhile."""


@dataclass(frozen=True, slots=True)
class Archiving:
    """Takes lines out of an audit."""

    trail: Trail

    def oldest(self, before: datetime) -> Archive | None:
        """What can go: of each chain its lines up to the first that is not older than `before`, but
        for the very last. None when nothing is that old.
        """
        heads = [head for lane in _lanes() if (head := _last_before(lane, before)) is not None]
        if not heads:
            return None
        lines = sum(_up_to(head).count() for head in heads)
        made = Archive(at=self.trail.now(), before=before, lines=lines, heads=tuple(heads))
        return archived(made, self.trail.stamps)

    @transaction.atomic
    def take_out(self, archive: Archive) -> None:
        """Takes the lines out and leaves the archive in their place, and a line that tells of it:
        all of that or nothing. Raises NotAsItWas.
        """
        lines = sum(_up_to(head).count() for head in archive.heads)
        if lines != archive.lines or not all(map(_is_there, archive.heads)):
            raise NotAsItWas
        AuditArchive.objects.create(
            at=archive.at,
            before=archive.before,
            lines=archive.lines,
            heads=msgspec.to_builtins(archive.heads),
            key=archive.key,
            digest=archive.digest,
        )
        self.trail.note("archived", who="", more=str(archive.lines))
        with unguarded():
            for head in archive.heads:
                _up_to(head).delete()


def lines_of(archive: Archive) -> Iterator[Entry]:
    """The lines that go, by lane and number; not all in memory."""
    for head in sorted(archive.heads, key=lambda one: one.lane):
        rows = _up_to(head).order_by("number").iterator(chunk_size=_AT_ONCE)
        yield from map(entry_of, rows)


def _lanes() -> Sequence[int]:
    return list(Audit.objects.order_by("lane").values_list("lane", flat=True).distinct())


def _last_before(lane: int, before: datetime) -> Head | None:
    """The last line of a chain that may go; the last of all stays, for the next to follow on."""
    chain = Audit.objects.filter(lane=lane)
    newer = chain.filter(at__gte=before).order_by("number").values_list("number", flat=True)
    stays = newer.first() or chain.order_by("-number").values_list("number", flat=True)[0]
    older = chain.filter(number__lt=stays).order_by("-number")
    row = older.values_list("number", "digest").first()
    return None if row is None else Head(lane, *row)


def _up_to(head: Head) -> "QuerySet[Audit]":
    return Audit.objects.filter(lane=head.lane, number__lte=head.number)


def _is_there(head: Head) -> bool:
    return Audit.objects.filter(lane=head.lane, number=head.number, digest=head.digest).exists()
