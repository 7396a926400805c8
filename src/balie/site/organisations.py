"""`balie organisations`, where the database is: who belongs to which organisation."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from django.db import transaction

from balie.backstage.auditing import Note
from balie.blueprint.model import Blueprint
from balie.identity.models import Membership, Organisation, OrganisationDomain, Person
from balie.identity.organisations.domains import PUBLIC, is_domain, prove
from balie.identity.organisations.domains import remove as drop
from balie.identity.organisations.members import (
    Doing,
    Given,
    LastAdministrator,
    colleagues,
    give,
    remove,
)
from balie.identity.people import enrol
from balie.site.configuration import Configuration
from balie.site.refusal import Refusal
from balie.site.sealing import trail_of

Row = Mapping[str, str]


def listed() -> Sequence[Mapping[str, str]]:
    """Every organisation of the own list, and those that somebody belongs to."""
    own = {one.key: one for one in Organisation.objects.all()}
    keys = set(Membership.objects.exclude(organisation="").values_list("organisation", flat=True))
    return [
        {
            "key": key,
            "name": own[key].name if key in own else "",
            "parent": own[key].parent if key in own else "",
        }
        for key in sorted(keys | set(own))
    ]


def members_of(organisation: str) -> Sequence[Mapping[str, object]]:
    """Everybody who is something there now, or will be."""
    return [asdict(one) for one in colleagues(organisation)]


@transaction.atomic
def import_members(configuration: Configuration, blueprint: Blueprint, rows: Sequence[Row]) -> int:
    """Gives memberships, all of them or none; how many. Raises Refusal."""
    note = trail_of(configuration).note
    for number, row in enumerate(rows, start=2):
        _give(blueprint, row, f"line {number}", note)
    return len(rows)


def take_out(configuration: Configuration, organisation: str, mail: str) -> bool:
    """Removes somebody; False when there is nobody of that address. Raises Refusal."""
    person = Person.objects.filter(email=mail.strip().lower()).first()
    if person is None:
        return False
    doing = Doing(organisation=organisation, by="", note=trail_of(configuration).note)
    try:
        remove(doing, person)
    except LastAdministrator as last:
        raise Refusal(
            "ORGANISATIONS",
            f"{mail} is the last who administers {organisation}.",
            ["First make somebody else administrator, without an end."],
        ) from last
    return True


def name_organisation(key: str, name: str, parent: str) -> None:
    """Keeps what an organisation is called, and which one is above it."""
    Organisation.objects.update_or_create(key=key, defaults={"name": name, "parent": parent})


def domains() -> Sequence[Mapping[str, str]]:
    """Every mail domain of an organisation, also those that an administrator asked for."""
    rows = OrganisationDomain.objects.order_by("organisation", "domain")
    return [
        {
            "key": one.organisation,
            "domain": one.domain,
            "counts": "" if one.proven is None else one.proven.isoformat(timespec="seconds"),
        }
        for one in rows
    ]


def let_domain_count(configuration: Configuration, key: str, domain: str) -> None:
    """People of this mail domain may ask to join from now on. Raises Refusal."""
    folded = domain.strip().lower().removeprefix("@")
    if not is_domain(folded):
        raise _no_domain(f"{domain!r} is no mail domain")
    if folded in PUBLIC:
        raise _no_domain(f"everybody can get an address of {folded}")
    prove(key, folded, trail_of(configuration).note)


def drop_domain(configuration: Configuration, key: str, domain: str) -> bool:
    """They may not any more; False when they could not."""
    folded = domain.strip().lower().removeprefix("@")
    return drop(key, folded, trail_of(configuration).note)


def _no_domain(why: str) -> Refusal:
    example = ["Name what stands behind the @ of that organisation alone: vandalen.example"]
    return Refusal("ORGANISATIONS", f"{why}; nothing was changed.", example)


def _give(blueprint: Blueprint, row: Row, where: str, note: Note) -> None:
    key, role, mail = (row.get(name, "").strip() for name in ("organisation", "role", "mail"))
    known = blueprint.people.customers.get(role)
    if "@" not in mail:
        raise _refused(f"{where}: {mail!r} is no mail address")
    if role and (known is None or (known.belongs_to is None) == bool(key)):
        raise _refused(f"{where}: {role!r} is no kind of customer that fits there")
    administers = row.get("administrator", "").strip().lower()
    is_administrator = administers in ("yes", "below")
    if not role and not is_administrator:
        raise _refused(f"{where}: {mail} is given nothing")
    person, _ = enrol(mail, name=row.get("name", "").strip(), verified=True)
    given = Given(
        role=role,
        is_administrator=is_administrator,
        ends=_moment(row, "until", where),
        administers_below=administers == "below",
    )
    try:
        give(Doing(organisation=key, by="", note=note), person, given)
    except LastAdministrator as last:
        raise _refused(f"{where}: nobody would be left who administers {key}") from last
    begins = _moment(row, "from", where)
    if begins is not None:
        theirs = Membership.objects.filter(person=person, organisation=key, source="local")
        theirs.filter(ends=given.ends).update(begins=begins)


def _moment(row: Row, name: str, where: str) -> int | None:
    """Seconds since 1970 at midnight (UTC) of a day; `until` is the first day without it."""
    text = row.get(name, "").strip()
    if not text:
        return None
    try:
        return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
    except ValueError as error:
        raise _refused(f"{where}: {text!r} is no day") from error


def _refused(why: str) -> Refusal:
    return Refusal(
        "ORGANISATIONS",
        f"{why}; nobody was added.",
        ["The first line says:  mail,name,organisation,role,administrator,from,until"],
    )
