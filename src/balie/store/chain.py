"""The audit as chains: each line holds a digest of itself and of the line before it.

Whoever owns the database can change, take away or turn around lines, and is found out: new digests
need a key that is not in the database. Only lines at the very end of a chain can be cut off without
a gap; a seal that is kept somewhere else tells of those.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import msgspec

from balie.store.stamps import Stamp, Stamps

BEGINNING = ""
"""What stands as the digest before the first line of a chain."""

_NEAR = 200
"""Places before and after its own in which a line that was moved is told to be just that."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the audit in its place. lane: which chain. number: 1, 2, 3 in it.

    before: digest of the line before it. key: id of the key of its own digest.
    """

    lane: int
    number: int
    at: datetime
    who: str
    what: str
    about: str
    record: str
    organisation: str
    more: str
    before: str
    key: str = ""
    digest: str = ""


class Head(msgspec.Struct, frozen=True, array_like=True):
    """The last line of a chain."""

    lane: int
    number: int
    digest: str


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """How far every chain was at a moment: to be kept somewhere else than the database."""

    at: datetime
    heads: tuple[Head, ...]
    key: str
    digest: str


class Archive(msgspec.Struct, frozen=True, kw_only=True):
    """That the beginning of chains was taken out of the database, and kept elsewhere.

    heads: the last line of each chain that went. before: all that went is older. lines: how many.
    """

    at: datetime
    before: datetime
    lines: int
    heads: tuple[Head, ...]
    key: str = ""
    digest: str = ""


class Fault(StrEnum):
    """What is wrong with a line, or with a place where a line should be."""

    CHANGED = "changed"
    MISSING = "missing"
    MOVED = "moved"
    UNLINKED = "unlinked"
    CUT = "cut"
    NO_KEY = "no key"
    NO_SEAL = "no seal"
    NO_ARCHIVE = "no archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A fault and its place. until: the last of several lines that are missing; of a line that was
    moved, its own place; else `number`.
    """

    fault: Fault
    lane: int
    number: int
    until: int


def content(entry: Entry) -> bytes:
    """What a line's digest is made of: all of it but the digest, in one form for ever."""
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    told = (entry.who, entry.what, entry.about, entry.record, entry.organisation, entry.more)
    return msgspec.json.encode((entry.lane, entry.number, at, *told, entry.before))


def chained(entry: Entry, stamps: Stamps) -> Entry:
    """The line with its digest."""
    stamp = stamps.stamp(content(entry))
    return msgspec.structs.replace(entry, key=stamp.key, digest=stamp.digest)


def sealed(heads: Sequence[Head], at: datetime, stamps: Stamps) -> Seal:
    """A seal over the ends of all chains."""
    stamp = stamps.stamp(_sealed_content(heads, at))
    return Seal(at=at, heads=tuple(heads), key=stamp.key, digest=stamp.digest)


def archived(archive: Archive, stamps: Stamps) -> Archive:
    """The same with its digest."""
    stamp = stamps.stamp(_archived_content(archive))
    return msgspec.structs.replace(archive, key=stamp.key, digest=stamp.digest)


def faults(
    entries: Iterable[Entry],
    seals: Sequence[Seal],
    stamps: Stamps,
    archives: Sequence[Archive] = (),
) -> Iterator[Finding]:
    """Everything that is wrong. entries: all lines, by lane and number. archives: what was taken
    out; entries may hold it, or begin after it.
    """
    wanted = _wanted(seals, stamps)
    begins = _begins(archives, stamps)
    yield from (*wanted.findings, *begins.findings)
    ends: dict[int, int] = {}
    last: Entry | None = None
    for entry in entries:
        if last is not None and last.lane == entry.lane:
            before = Head(last.lane, last.number, last.digest)
        else:
            before = begins.of(entry)
        yield from _of_line(entry, before, stamps)
        if wanted.digests.get((entry.lane, entry.number), entry.digest) != entry.digest:
            yield _at(Fault.CHANGED, entry.lane, entry.number)
        ends[entry.lane] = entry.number
        last = entry
    for lane, number in _at_least(wanted.ends, begins).items():
        if ends.get(lane, 0) < number:
            yield Finding(fault=Fault.CUT, lane=lane, number=ends.get(lane, 0) + 1, until=number)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What seals say must be there: digests by lane and number, and how far each lane went."""

    digests: Mapping[tuple[int, int], str]
    ends: Mapping[int, int]
    findings: Sequence[Finding]


def _wanted(seals: Sequence[Seal], stamps: Stamps) -> _Wanted:
    digests: dict[tuple[int, int], str] = {}
    ends: dict[int, int] = {}
    findings = []
    for seal in seals:
        if not stamps.holds(_sealed_content(seal.heads, seal.at), Stamp(seal.key, seal.digest)):
            findings.append(_at(Fault.NO_SEAL, 0, 0))
            continue
        for head in seal.heads:
            digests[head.lane, head.number] = head.digest
            ends[head.lane] = max(head.number, ends.get(head.lane, 0))
    return _Wanted(digests, ends, findings)


@dataclass(frozen=True, slots=True)
class _Begins:
    """After which lines a chain may begin, as archives say; the highest first."""

    heads: Mapping[int, Sequence[Head]]
    findings: Sequence[Finding]

    def of(self, first: Entry) -> Head:
        """What the first line that is there follows on."""
        beginning = Head(first.lane, 0, BEGINNING)
        known = self.heads.get(first.lane, ())
        return next((head for head in known if head.number < first.number), beginning)


def _begins(archives: Sequence[Archive], stamps: Stamps) -> _Begins:
    """One whose key is gone is told, and believed: as a line of which the key is gone."""
    heads: dict[int, list[Head]] = {}
    findings = []
    for archive in archives:
        holds = stamps.holds(_archived_content(archive), Stamp(archive.key, archive.digest))
        if holds is not True:
            findings.append(_at(Fault.NO_KEY if holds is None else Fault.NO_ARCHIVE, 0, 0))
        for head in archive.heads if holds is not False else ():
            heads.setdefault(head.lane, []).append(head)
    by_number = {lane: sorted(found, reverse=True, key=_number) for lane, found in heads.items()}
    return _Begins(by_number, findings)


def _number(head: Head) -> int:
    return head.number


def _at_least(ends: Mapping[int, int], begins: _Begins) -> Mapping[int, int]:
    """How far each chain must go: one line of each stays behind when the others are taken out."""
    after = {lane: heads[0].number + 1 for lane, heads in begins.heads.items()}
    return {lane: max(ends.get(lane, 0), after.get(lane, 0)) for lane in {**after, **ends}}


def _of_line(entry: Entry, before: Head, stamps: Stamps) -> Iterator[Finding]:
    number, digest = before.number, before.digest
    if entry.number > number + 1:
        yield Finding(
            fault=Fault.MISSING, lane=entry.lane, number=number + 1, until=entry.number - 1
        )
    elif entry.before != digest:
        yield _at(Fault.UNLINKED, entry.lane, entry.number)
    holds = stamps.holds(content(entry), Stamp(entry.key, entry.digest))
    if holds is None:
        yield _at(Fault.NO_KEY, entry.lane, entry.number)
    elif not holds:
        own = _own_place(entry, stamps)
        fault = Fault.CHANGED if own is None else Fault.MOVED
        yield Finding(fault=fault, lane=entry.lane, number=entry.number, until=own or entry.number)


def _own_place(entry: Entry, stamps: Stamps) -> int | None:
    """Where a line stood when it was written, when that is near and nothing else was changed."""
    stamp = Stamp(entry.key, entry.digest)
    for number in range(max(1, entry.number - _NEAR), entry.number + _NEAR):
        if stamps.holds(content(msgspec.structs.replace(entry, number=number)), stamp):
            return number
    return None


def _at(fault: Fault, lane: int, number: int) -> Finding:
    return Finding(fault=fault, lane=lane, number=number, until=number)


def _sealed_content(heads: Sequence[Head], at: datetime) -> bytes:
    when = at.astimezone(UTC).isoformat(timespec="microseconds")
    return msgspec.json.encode(("seal", when, heads))


def _archived_content(archive: Archive) -> bytes:
    """Never what a seal is made of: whoever has a seal could else take out what is before it."""
    when = [one.astimezone(UTC).isoformat(timespec="microseconds")
            for one in (archive.at, archive.before)]  # fmt: skip
    return msgspec.json.encode(("archive", *when, archive.lines, archive.heads))
