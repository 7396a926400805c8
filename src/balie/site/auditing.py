"""The audit for the command line: looked over, sealed, listed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from django.utils.timezone import localtime

from balie.identity.signing_in import somebody
from balie.site.configuration import Configuration
from balie.site.refusal import Refusal
from balie.site.sealing import seal_file, seals_in, trail_of
from balie.store.audit import Wanted
from balie.store.chain import Finding
from balie.store.models import Audit

_MOST = 100
"""Faults that are told; of a table that was filled with nonsense not each of a million."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedOver:
    """What came of looking the audit over. findings: the first hundred. more: whether there are."""

    lines: int
    chains: int
    seals: int
    findings: tuple[Finding, ...]
    more: bool


def look_over(configuration: Configuration, files: Sequence[Path]) -> LookedOver:
    """Looks whether the audit is whole. files: of seals; the carrier's own is always read too.

    Raises WrongUse for a file without seals.
    """
    kept = seal_file(configuration)
    seals = [seal for file in files for seal in seals_in(file)]
    seals += seals_in(kept) if kept.is_file() else []
    trail = trail_of(configuration)
    findings = []
    for finding in trail.faults(seals):
        findings.append(finding)
        if len(findings) > _MOST:
            break
    heads = trail.seal().heads
    return LookedOver(
        lines=Audit.objects.count(),
        chains=len(heads),
        seals=len(seals),
        findings=tuple(findings[:_MOST]),
        more=len(findings) > _MOST,
    )


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
