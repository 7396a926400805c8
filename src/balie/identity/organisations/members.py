"""Who belongs to an organisation: reading, giving and taking away, by whoever administers it.

Nothing here asks a system, and nothing gives a kind of customer that the blueprint does not let
administrators give: that is for the pages and commands that call it.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import now as now_in_time

from balie.backstage.auditing import Note
from balie.identity.invitations import open_ones
from balie.identity.models import Invitation, Membership, Organisation, Person

PURPOSE = "membership"
"""The purpose of invitations to an organisation."""


class LastAdministrator(Exception):
    """Nobody would be left who administers the organisation."""


class NotTheirs(Exception):
    """Whoever does it does not administer this organisation, or not any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody of an organisation. id: the person's. roles: kinds of customer.

    from_systems: the systems say what they are, as they did at their last sign-in.
    ends: seconds since 1970, when it ends by itself.
    """

    id: str
    name: str
    email: str
    roles: tuple[str, ...]
    is_administrator: bool
    from_systems: bool
    ends: int | None

    @property
    def called(self) -> str:
        """Their name, or else their mail address."""
        return self.name or self.email

    @property
    def last_day(self) -> datetime | None:
        """A moment of the last day on which it holds."""
        return None if self.ends is None else datetime.fromtimestamp(self.ends - 1, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What somebody is given in an organisation. role: a kind of customer; "" for none.

    ends: seconds since 1970; None: it does not end by itself. administers_below: an administrator
    of this one is one of those right below it too; None: as it is.
    """

    role: str
    is_administrator: bool = False
    ends: int | None = None
    administers_below: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """Who does something in which organisation. by: the id of an administrator of it; "" for staff
    and for Balie itself, who need not be one.
    """

    organisation: str
    by: str
    note: Note

    def noted(self, what: str, about: str, more: str = "") -> None:
        """Adds a line to the audit of this organisation."""
        self.note(what, who=self.by, about=about, more=more, organisation=self.organisation)


def colleagues(organisation: str) -> Sequence[Colleague]:
    """Everybody who is something there now, or will be, by name."""
    rows = _rows(organisation).filter(_not_over()).select_related("person")
    found: dict[UUID, list[Membership]] = {}
    for row in rows:
        found.setdefault(row.person_id, []).append(row)
    decided = _decided(organisation)
    everybody = [_colleague(mine, mine[0].person_id in decided) for mine in found.values()]
    there = [one for one in everybody if one.roles or one.is_administrator]
    return sorted(there, key=lambda one: one.called.casefold())


def colleague(organisation: str, person: str) -> Colleague | None:
    """One of them; None for everybody else, and for what is no id at all."""
    return next((one for one in colleagues(organisation) if one.id == person), None)


@transaction.atomic
def give(doing: Doing, person: Person, given: Given) -> None:
    """Makes somebody this, there, and nothing else, also not by an invitation of before. Raises
    LastAdministrator and NotTheirs.
    """
    check_administers(doing)
    before = colleague(doing.organisation, person.pk.hex)
    _check_last(doing.organisation, person, stays=given.is_administrator and given.ends is None)
    _administer(doing, person, given)
    if given.role:
        _give_role(doing, person, given, before)
    else:
        _end_roles(doing.organisation, person)
    _take_back_those_to(doing.organisation, person)
    doing.noted("role given", person.pk.hex, given.role)
    if given.is_administrator != (before is not None and before.is_administrator):
        what = "made administrator" if given.is_administrator else "no longer administrator"
        doing.noted(what, person.pk.hex)


@transaction.atomic
def remove(doing: Doing, person: Person) -> None:
    """Makes somebody nothing there, whatever the systems say: they are out at the next request.
    Raises LastAdministrator and NotTheirs.
    """
    check_administers(doing)
    _check_last(doing.organisation, person, stays=False)
    _end_roles(doing.organisation, person)
    _rows(doing.organisation).filter(_not_over(), person=person, source="local").update(ends=_now())
    take_back_all(doing.organisation, by=person.pk.hex)
    _take_back_those_to(doing.organisation, person)
    doing.noted("removed", person.pk.hex)


def check_administers(doing: Doing) -> None:
    """Looks again in this transaction: who was removed meanwhile does nothing any more. Raises
    NotTheirs.
    """
    if not doing.by:
        return
    by = UUID(doing.by)
    theirs = _administrators(doing.organisation).select_for_update().filter(person=by)
    above = Organisation.objects.filter(key=doing.organisation).exclude(parent="")
    parents = above.values_list("parent", flat=True)
    if theirs.exists() or any(_administers_below(parent, by) for parent in parents):
        return
    raise NotTheirs


def administrators(organisation: str) -> Sequence[Person]:
    """Those who administer it now, and can be written to."""
    rows = _administrators(organisation).select_related("person")
    return list({row.person_id: row.person for row in rows}.values())


@transaction.atomic
def give_back(doing: Doing, person: Person) -> None:
    """From now on the systems say again what somebody is there. For staff."""
    _rows(doing.organisation).filter(person=person, source="local", is_administrator=False).delete()
    doing.noted("left to the systems", person.pk.hex)


def told_by_systems(person: Person, organisations: Mapping[str, Iterable[str]]) -> None:
    """Keeps what the systems say of somebody just now: organisation -> roles. For lists alone."""
    now = _now()
    said = {(key, role) for key, roles in organisations.items() for role in roles}
    kept = Membership.objects.filter(person=person, source="api").filter(_not_over())
    before = set(kept.values_list("organisation", "role"))
    for key, role in before - said:
        kept.filter(organisation=key, role=role).update(ends=now)
    for key, role in said - before:
        Membership.objects.update_or_create(
            person=person,
            organisation=key,
            role=role,
            source="api",
            sign_in="",
            defaults={"begins": now, "ends": None},
        )


# ---- invitations


def open_invitations(organisation: str) -> Sequence[Invitation]:
    """Those to this organisation that can be taken up, the newest first."""
    ours = open_ones(now_in_time()).filter(purpose=PURPOSE, about__organisation=organisation)
    return list(ours.order_by("-at"))


def take_back_all(organisation: str, by: str) -> None:
    """Takes back whatever somebody invited others to there: who is out brings nobody in."""
    ours = open_ones(now_in_time()).filter(purpose=PURPOSE, about__organisation=organisation)
    ours.filter(by=by).update(revoked=now_in_time())


def _take_back_those_to(organisation: str, person: Person) -> None:
    """What was decided about somebody just now is not undone by a mail that they still have."""
    ours = open_ones(now_in_time()).filter(purpose=PURPOSE, about__organisation=organisation)
    ours.filter(address=person.email).update(revoked=now_in_time())


def take_up(person: Person, invitation: Invitation, note: Note) -> None:
    """Fulfils `invitations.TakeUp`: whoever takes it up belongs to the organisation."""
    about = invitation.about
    doing = Doing(organisation=about["organisation"], by="", note=note)
    ends = int(about["ends"]) if about.get("ends") else None
    is_administrator = about.get("administrator") == "yes"
    before = colleague(doing.organisation, person.pk.hex)
    given = Given(
        role=about["role"],
        is_administrator=is_administrator or (before is not None and before.is_administrator),
        ends=ends,
    )
    _administer(doing, person, given)
    if given.role:
        _give_role(doing, person, given, before)
    note(
        "joined",
        who=person.pk.hex,
        about=person.pk.hex,
        more=given.role,
        organisation=doing.organisation,
    )


# ---- parts


def _now() -> int:
    return int(time.time())


def _rows(organisation: str) -> QuerySet[Membership]:
    return Membership.objects.filter(organisation=organisation)


def _not_over() -> Q:
    return Q(ends=None) | Q(ends__gt=_now())


def _holding() -> Q:
    return _not_over() & Q(begins__lte=_now())


def _decided(organisation: str) -> set[UUID]:
    """Those of whom Balie alone says what they are there."""
    local = _rows(organisation).filter(source="local").exclude(role="")
    return set(local.values_list("person_id", flat=True))


def _colleague(mine: Sequence[Membership], is_decided: bool) -> Colleague:
    person = mine[0].person
    counting = [row for row in mine if row.role and (row.source == "local") == is_decided]
    administers = [row for row in mine if row.is_administrator]
    ends = [row.ends for row in (*counting, *administers)]
    return Colleague(
        id=person.pk.hex,
        name=person.name,
        email=person.email,
        roles=tuple(sorted({row.role for row in counting})),
        is_administrator=bool(administers),
        from_systems=bool(counting) and not is_decided,
        ends=None if None in ends else max((end for end in ends if end), default=None),
    )


def _administers_below(organisation: str, person: UUID) -> bool:
    ours = _administrators(organisation).select_for_update()
    return ours.filter(person=person, administers_below=True).exists()


def _administrators(organisation: str) -> QuerySet[Membership]:
    ours = _rows(organisation).filter(_holding(), is_administrator=True, source="local")
    return ours.filter(person__is_active=True)


def _check_last(organisation: str, person: Person, *, stays: bool) -> None:
    ours = list(_administrators(organisation).select_for_update())  # of two at once one waits
    is_one = any(row.person_id == person.pk for row in ours)
    others = any(row.person_id != person.pk and row.ends is None for row in ours)
    if is_one and not stays and not others:
        raise LastAdministrator


def _administer(doing: Doing, person: Person, given: Given) -> None:
    rows = _rows(doing.organisation).filter(person=person, role="", source="local")
    if not given.is_administrator:
        rows.filter(_not_over()).update(ends=_now())
        return
    below = (
        {} if given.administers_below is None else {"administers_below": given.administers_below}
    )
    said = {"is_administrator": True, "ends": given.ends, **below}
    Membership.objects.update_or_create(
        person=person,
        organisation=doing.organisation,
        role="",
        source="local",
        sign_in="",
        defaults=said,
        create_defaults={**said, "begins": _now()},
    )


def _give_role(doing: Doing, person: Person, given: Given, before: Colleague | None) -> None:
    """Gives a role, unless the systems give just that: then they go on saying so."""
    as_it_is = before is not None and before.from_systems and before.roles == (given.role,)
    if as_it_is and given.ends is None:
        return
    others = _rows(doing.organisation).filter(person=person, source="local").exclude(role="")
    others.exclude(role=given.role).filter(_not_over()).update(ends=_now())
    Membership.objects.update_or_create(
        person=person,
        organisation=doing.organisation,
        role=given.role,
        source="local",
        sign_in="",
        defaults={"ends": given.ends, "begins": 0},
    )


def _end_roles(organisation: str, person: Person) -> None:
    """Ends what somebody is there. A row stays that says so: it stands above the systems."""
    mine = _rows(organisation).filter(person=person)
    local = mine.filter(source="local").exclude(role="")
    if local.exists():
        local.filter(_not_over()).update(ends=_now())
        return
    for role in set(mine.exclude(role="").values_list("role", flat=True)):
        Membership.objects.create(
            person=person, organisation=organisation, role=role, source="local", ends=_now()
        )
