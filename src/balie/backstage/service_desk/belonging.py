"""Of which organisations a customer is, as staff read it: who says so, and since when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from balie.access.viewer import Membership
from balie.backstage.acting import Context, Contexts, OwnMemberships
from balie.blueprint.model import Blueprint, Says


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A membership as Balie keeps it. organisation: its key, PRIVATE for in private.

    role: a kind of customer, "" for an administrator who has no pages by it. source: `local` or
    `claims`. begins: None: since ever. ends: None: it does not end by itself.
    """

    organisation: str
    name: str
    role: str
    is_administrator: bool
    administers_below: bool
    begins: datetime | None
    ends: datetime | None
    source: str

    def holds(self, now: datetime) -> bool:
        """Whether it began and is not over."""
        return (self.begins is None or self.begins <= now) and (
            self.ends is None or now < self.ends
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """That somebody is something for an organisation, and who says so: `local`, `claims`, `api`.

    counts: it gives them something now. What the systems say has no dates of its own.
    """

    organisation: str
    name: str
    kind: str
    source: str
    counts: bool
    is_administrator: bool = False
    administers_below: bool = False
    begins: datetime | None = None
    ends: datetime | None = None


def belongings(
    blueprint: Blueprint, kept: Iterable[Kept], contexts: Contexts, now: datetime
) -> Sequence[Belonging]:
    """What Balie keeps of somebody's memberships and what the systems say now, by organisation."""
    rows = list(kept)
    own = OwnMemberships(blueprint, [_judged(row, now) for row in rows])
    found = [_of_row(blueprint, row, own, contexts, now) for row in rows]
    for context in contexts.found:
        found += _of_systems(context, own)
    return sorted(found, key=lambda one: (one.name or one.organisation, one.source, one.kind))


def _judged(row: Kept, now: datetime) -> Membership:
    return Membership(
        organisation=row.organisation,
        kind=row.role,
        is_administrator=row.is_administrator,
        source=row.source,
        name=row.name,
        holds=row.holds(now),
    )


def _of_row(
    blueprint: Blueprint, row: Kept, own: OwnMemberships, contexts: Contexts, now: datetime
) -> Belonging:
    there = _context(contexts, row.organisation)
    is_heard = row.source in blueprint.memberships.roles
    stands = row.source == Says.LOCAL or not own.decides(row.organisation)
    return Belonging(
        organisation=row.organisation,
        name=row.name or (there.name if there and there.name else ""),
        kind=row.role,
        source=row.source,
        counts=is_heard and stands and row.holds(now),
        is_administrator=row.is_administrator,
        administers_below=row.administers_below,
        begins=row.begins,
        ends=row.ends,
    )


def _of_systems(context: Context, own: OwnMemberships) -> Iterable[Belonging]:
    """What is said there beside what Balie keeps."""
    if own.decides(context.organisation):
        return
    for kind in sorted(context.kinds - own.kinds(context.organisation)):
        yield Belonging(
            organisation=context.organisation,
            name=context.name or "",
            kind=kind,
            source=Says.API.value,
            counts=True,
        )


def _context(contexts: Contexts, organisation: str) -> Context | None:
    return next((one for one in contexts.found if one.organisation == organisation), None)


def knows_organisations(blueprint: Blueprint) -> bool:
    """Whether some kind of customer belongs to an organisation."""
    return any(kind.belongs_to for kind in blueprint.people.customers.values())
