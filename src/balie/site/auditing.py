"""The audit for the command line: looked over, sealed, listed."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import msgspec
from django.utils.timezone import localtime

from balie.identity.signing_in import somebody
from balie.site.configuration import Configuration
from balie.site.refusal import Refusal, WrongUse
from balie.site.sealing import seal_file, seals_in, trail_of
from balie.store.archiving import Archiving, NotAsItWas, lines_of
from balie.store.audit import Wanted, archives
from balie.store.chain import Entry, Finding
from balie.store.models import Audit

_AN_ARCHIVE = b'{"at":'
"""How the last line of an archive begins; a line of the audit says its chain first."""

_MOST = 100
"""Faults that are told; of a table that was filled with nonsense not each of a million."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedOver:
    """What came of looking the audit over. findings: the first hundred. more: whether there are.

    archived: lines that were taken out, be they looked at too or not.
    """

    lines: int
    archived: int
    chains: int
    seals: int
    findings: tuple[Finding, ...]
    more: bool


def look_over(
    configuration: Configuration, files: Sequence[Path], taken_out: Sequence[Path] = ()
) -> LookedOver:
    """Looks whether the audit is whole. files: of seals; the carrier's own is always read too.
    taken_out: files with lines of before, as `archive` made them.

    Raises WrongUse for a file without seals, or without lines.
    """
    kept = seal_file(configuration)
    seals = [seal for file in files for seal in seals_in(file)]
    seals += seals_in(kept) if kept.is_file() else []
    trail = trail_of(configuration)
    findings = []
    for finding in trail.faults(seals, [lines_in(file) for file in taken_out]):
        findings.append(finding)
        if len(findings) > _MOST:
            break
    heads = trail.seal().heads
    return LookedOver(
        lines=Audit.objects.count(),
        archived=sum(archive.lines for archive in archives()),
        chains=len(heads),
        seals=len(seals),
        findings=tuple(findings[:_MOST]),
        more=len(findings) > _MOST,
    )


YOUNGEST = timedelta(days=30)
"""Younger lines stay: they are about what is under way, and customers read them."""


def archive(configuration: Configuration, before: datetime, file: Path) -> int:
    """Takes the lines of before a moment out, into a new file; how many. Raises Refusal.

    The file is whole, and on the disk, before anything is taken out.
    """
    trail = trail_of(configuration)
    if before > trail.now() - YOUNGEST:
        raise WrongUse(
            "AUDIT", f"Lines of the last {YOUNGEST.days} days stay.", ["Name a day before."]
        )
    if next(trail.faults(), None) is not None:
        raise Refusal(
            "AUDIT", "The audit is not whole: nothing was taken out.", ["balie audit verify"]
        )
    archiving = Archiving(trail)
    made = archiving.oldest(before)
    if made is None:
        return 0
    with _new(file) as lines:
        for entry in lines_of(made):
            lines.write(msgspec.json.encode(entry) + b"\n")
        lines.write(msgspec.json.encode(made) + b"\n")
        lines.flush()
        os.fsync(lines.fileno())
    try:
        archiving.take_out(made)
    except NotAsItWas as error:
        raise Refusal(
            "AUDIT", "Somebody else archived at this moment.", ["Look, and try again."]
        ) from error
    return made.lines


def _new(file: Path) -> BinaryIO:
    try:
        return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError as error:
        said = f"{file} cannot be made: {error.strerror}."
        raise Refusal("AUDIT", said, ["Name a file that is not there yet."]) from error


def lines_in(file: Path) -> Iterator[Entry]:
    """The lines of an archive, by lane and number; not all in memory. Raises WrongUse."""
    try:
        with file.open("rb") as lines:
            for line in lines:
                if not line.startswith(_AN_ARCHIVE):
                    yield msgspec.json.decode(line, type=Entry)
    except (OSError, msgspec.DecodeError) as error:
        said = f"{file} holds no lines of an audit."
        raise WrongUse("AUDIT", said, ["A file as  balie audit archive  makes it."]) from error


def sealed_now(configuration: Configuration) -> bytes:
    """A seal of now, as one line of JSON."""
    return msgspec.json.encode(trail_of(configuration).seal())


def listed(
    configuration: Configuration,
    *,
    who: str,
    about: str,
    what: Sequence[str],
    since: datetime | None,
    most: int | None,
) -> Iterator[Mapping[str, str]]:
    """Lines for people and programs, the oldest first: the newest of them, or all when most is
    None. who, about: an id, or the mail address of somebody who is here. Raises Refusal.
    """
    trail = trail_of(configuration)
    wanted = Wanted(who=_id_of(who), about=_id_of(about), since=since, what=what)
    rows = trail.every(wanted) if most is None else reversed(trail.lines(wanted, most))
    return (_told(row) for row in rows)


def _id_of(text: str) -> str:
    if "@" not in text:
        return text
    visitor = somebody(text.strip().lower())
    if visitor is None:
        raise Refusal("AUDIT", f"Nobody here has the address {text}.", ["Their id will do too."])
    return visitor.person


def _told(row: Audit) -> Mapping[str, str]:
    return {
        "chain": str(row.lane),
        "line": str(row.number),
        "at": localtime(row.at).isoformat(timespec="seconds"),
        "who": row.who,
        "what": row.what,
        "about": row.about,
        "record": row.record,
        "more": row.more,
        "organisation": row.organisation,
    }
