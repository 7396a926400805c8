"""The memberships that Balie keeps, as they count."""

from collections.abc import Iterable

from balie.identity.models import Membership, Organisation, Person
from balie.identity.reader import Member, MemberRow, members_of


def members(person: Person, sign_in: str = "") -> tuple[Member, ...]:
    """What Balie keeps of this person's memberships; sign_in: with what came with that one."""
    rows = Membership.objects.filter(person=person).exclude(source="api")
    kept = rows.filter(sign_in__in=["", sign_in]).values_list(*_COLUMNS)
    names = dict(
        Organisation.objects.filter(key__in=[row[0] for row in kept]).values_list("key", "name")
    )
    own = [(*row, names.get(row[0], "")) for row in kept]
    return members_of([*own, *_below(person)])


def _below(person: Person) -> Iterable[MemberRow]:
    """To administer what is right below an organisation, for who was given that."""
    above = Membership.objects.filter(person=person, is_administrator=True, administers_below=True)
    for row in above.exclude(source="api"):
        for one in Organisation.objects.filter(parent=row.organisation):
            yield one.key, "", True, row.begins, row.ends, row.source, one.name


_COLUMNS = ("organisation", "role", "is_administrator", "begins", "ends", "source")
