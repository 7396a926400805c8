"""Links that rest on a claim of a party: made, replaced and ended at each sign-in by it.

They count in sign-ins with that party alone: whoever came in by another way is not vouched for.
"""

from collections.abc import Mapping

from django.db import transaction

from balie.backstage.auditing import Note
from balie.backstage.recognition import ROLES
from balie.identity.connections.claims import Said
from balie.identity.linking.links import Why, link, unlink
from balie.identity.models import Person, Recognition


@transaction.atomic
def settle_claims(person: Person, connection: str, said: Mapping[str, Said], note: Note) -> None:
    """Makes the links of this party what it says now: of names that it does not tell, none."""
    held = Recognition.objects.filter(person=person, connection=connection, ended=None)
    for row in held.exclude(claim=""):
        if row.key not in _values(said, row.name):
            unlink(person, row.name, note, row.key, why=f"{connection} says {row.claim} no more")
    for name, one in said.items():
        for key in () if name == ROLES else one.values:  # roles are no keys of systems
            link(person, name, key, Why.CLAIM, note, connection=connection, claim=one.claim)


def _values(said: Mapping[str, Said], name: str) -> tuple[str, ...]:
    return said[name].values if name in said else ()
