"""The memberships that Balie keeps, as they count."""

from balie.identity.models import Membership, Organisation, Person
from balie.identity.reader import Member, members_of


def members(person: Person, sign_in: str = "") -> tuple[Member, ...]:
    """What Balie keeps of this person's memberships; sign_in: with what came with that one."""
    rows = Membership.objects.filter(person=person).exclude(source="api")
    kept = rows.filter(sign_in__in=["", sign_in]).values_list(*_COLUMNS)
    names = dict(
        Organisation.objects.filter(key__in=[row[0] for row in kept]).values_list("key", "name")
    )
    return members_of([(*row, names.get(row[0], "")) for row in kept])


_COLUMNS = ("organisation", "role", "is_administrator", "begins", "ends", "source")
