"""People whose address a system vouches for, before they ever came here."""

from collections.abc import Iterable, Mapping

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction

from balie.identity.models import Person


@transaction.atomic
def whoever_has(addresses: Iterable[str]) -> Mapping[str, str]:
    """The ids of the people with these addresses, by the address; staff are left out.

    Who is new here is made, so that they can be written to. They prove the address by their first
    code, as everybody does.
    """
    found = {}
    for folded in {address.strip().lower() for address in addresses}:
        person = Person.objects.filter(email=folded).first() or _new(folded)
        if person.is_active and not person.is_staff:
            found[folded] = person.pk.hex
    return found


def _new(address: str) -> Person:
    person = Person.objects.create(email=address, password=make_password(None))
    EmailAddress.objects.create(user=person, email=address, primary=True, verified=False)
    return person
