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


class Fault(StrEnum):
    """What is wrong with a line, or with a place where a line should be."""

    CHANGED = "changed"
    MISSING = "missing"
    MOVED = "moved"
    UNLINKED = "unlinked"
    CUT = "cut"
    NO_KEY = "no key"
    NO_SEAL = "no seal"


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


def faults(entries: Iterable[Entry], seals: Sequence[Seal], stamps: Stamps) -> Iterator[Finding]:
    """Everything that is wrong. entries: all lines, by lane and number."""
    wanted = _wanted(seals, stamps)
    yield from wanted.findings
    ends: dict[int, int] = {}
    last: Entry | None = None
    for entry in entries:
        before = last if last is not None and last.lane == entry.lane else None
        yield from _of_line(entry, before, stamps)
        if wanted.digests.get((entry.lane, entry.number), entry.digest) != entry.digest:
            yield _at(Fault.CHANGED, entry.lane, entry.number)
        ends[entry.lane] = entry.number
        last = entry
    for lane, number in wanted.ends.items():
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


def _of_line(entry: Entry, before: Entry | None, stamps: Stamps) -> Iterator[Finding]:
    number, digest = (before.number, before.digest) if before else (0, BEGINNING)
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
