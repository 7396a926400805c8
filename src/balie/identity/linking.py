"""Who a person is to the systems: links of names of `me` to keys, how they are made and unmade.

A link that was taken away stays as a row that ended. A mail address never brings it back; a claim,
a letter, an invitation or somebody of staff may.
"""

from collections.abc import Mapping
from enum import StrEnum

from django.db import transaction
from django.utils.timezone import now

from balie.identity.models import Person, Recognition
from balie.identity.reader import by_name


class Why(StrEnum):
    """What a link rests on."""

    MAIL = "verified mail at sign-in"
    CLAIM = "claim of a party"
    LETTER = "letter"
    INVITATION = "invitation"


def links_of(person: Person) -> Mapping[str, tuple[str, ...]]:
    """Names of `me` -> keys, as they hold now."""
    holding = person.recognitions.filter(ended=None)
    return by_name((str(name), str(key)) for name, key in holding.values_list("name", "key"))


def link_by_mail(person: Person, found: Mapping[str, str], connection: str) -> None:
    """Keeps what the systems said of a mail address that is proved: name -> key.

    Only for names of which there is no link at all, held or ended: so it happens once.
    connection: the party by which they signed in, "" for our own ways.
    """
    linked = set(person.recognitions.values_list("name", flat=True))
    Recognition.objects.bulk_create(
        [
            Recognition(person=person, name=name, key=key, why=Why.MAIL, connection=connection)
            for name, key in found.items()
            if name not in linked
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def link(
    person: Person,
    name: str,
    key: str,
    why: Why,
    *,
    connection: str = "",
    claim: str = "",
    by: str = "",
) -> bool:
    """Links one more key of a name; False when it held already. See `Recognition`."""
    row, new = Recognition.objects.select_for_update().get_or_create(
        person=person,
        name=name,
        key=key,
        defaults={"why": why, "connection": connection, "claim": claim, "by": by},
    )
    if new or row.ended is None:
        return new
    row.why, row.connection, row.claim, row.by = why, connection, claim, by
    row.since, row.ended = now(), None
    row.save()
    return True


@transaction.atomic
def unlink(person: Person, name: str, key: str = "") -> int:
    """Ends the links of a name, or one of them; how many. The next page knows them no more."""
    holding = Recognition.objects.filter(person=person, name=name, ended=None)
    return (holding.filter(key=key) if key else holding).update(ended=now())
