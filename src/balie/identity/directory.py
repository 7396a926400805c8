"""Who signs in here, for the pages of staff."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from balie.access.viewer import Visitor
from balie.backstage.service_desk.belonging import Kept
from balie.identity.models import Membership, Organisation, Person, Recognition
from balie.identity.signing_in import visitor_of

_MOST = 20


class PeopleHere:
    """Fulfils `console.service_desk.Directory`."""

    def with_mail(self, mail: str) -> Visitor | None:
        """Whoever signs in with exactly this address, capitals aside."""
        return _visitor(Person.objects.filter(email=mail.strip().lower()).first())

    def with_id(self, person: str) -> Visitor | None:
        """Whoever has this id."""
        return _visitor(Person.objects.filter(pk__in=_ids([person])).first())

    def with_ids(self, people: Iterable[str]) -> Mapping[str, Visitor]:
        """Id -> who has it, of those who are still there."""
        found = Person.objects.filter(pk__in=_ids(people))
        return {person.pk.hex: visitor_of(person) for person in found}

    def called(self, name: str) -> Sequence[Visitor]:
        """Customers in whose name these words stand; twenty at most."""
        found = Person.objects.filter(name__icontains=name, is_staff=False).order_by("name")
        return [visitor_of(person) for person in found[:_MOST]]

    def memberships(self, person: str) -> Sequence[Kept]:
        """What Balie keeps of a person's memberships, also of those that are over."""
        rows = Membership.objects.filter(person__in=_ids([person])).exclude(source="api")
        kept = list(rows.order_by("organisation", "role", "begins"))
        listed = Organisation.objects.filter(key__in=[row.organisation for row in kept])
        names = dict(listed.values_list("key", "name"))
        return [_kept(row, names.get(row.organisation, "")) for row in kept]

    def recognised(self, person: str) -> Mapping[str, datetime]:
        """Names of `me` that are kept of a person, and since when."""
        kept = Recognition.objects.filter(person__in=_ids([person]), ended=None)
        return dict(kept.order_by("-since").values_list("name", "since"))

    def names(self, people: Iterable[str]) -> Mapping[str, str]:
        """Id -> name, else mail address, of those who are still there."""
        found = Person.objects.filter(pk__in=_ids(people))
        return {person.pk.hex: person.name or person.email for person in found}


def _visitor(person: Person | None) -> Visitor | None:
    return None if person is None else visitor_of(person)


def _kept(row: Membership, name: str) -> Kept:
    return Kept(
        organisation=row.organisation,
        name=name,
        role=row.role,
        is_administrator=row.is_administrator,
        administers_below=row.administers_below,
        begins=_moment(row.begins),
        ends=_moment(row.ends),
        source=row.source,
    )


def _moment(seconds: int | None) -> datetime | None:
    """Seconds since 1970 as a moment; None for never, and for since ever."""
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _ids(texts: Iterable[str]) -> list[UUID]:
    """Those that are ids of people; actions of Balie itself have none."""
    found = []
    for text in texts:
        try:
            found.append(UUID(hex=text))
        except ValueError:
            continue
    return found
