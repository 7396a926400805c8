"""Who a person is to the systems: links of names of `me` to keys, how they are made and unmade.

A link that was taken away stays as a row that ended. A mail address never brings it back; a claim,
a letter, an invitation or somebody of staff may.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from django.db import transaction
from django.utils.timezone import now

from balie.backstage.auditing import Note
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


def link_by_mail(person: Person, found: Mapping[str, str], connection: str, note: Note) -> None:
    """Keeps what the systems said of a mail address that is proved: name -> key.

    Only for names of which there is no link at all, held or ended: so it happens once.
    connection: the party by which they signed in, "" for our own ways.
    """
    linked = set(person.recognitions.values_list("name", flat=True))
    for name, key in found.items():
        if name not in linked:
            link(person, name, key, Why.MAIL, note, connection=connection)


@transaction.atomic
def link(
    person: Person,
    name: str,
    key: str,
    why: Why,
    note: Note,
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
    if not new and row.ended is None:
        return False
    _note(note, "linked", person, name, key, why, by)
    if new:
        return True
    row.why, row.connection, row.claim, row.by = why, connection, claim, by
    row.since, row.ended = now(), None
    row.save()
    return True


@transaction.atomic
def unlink(
    person: Person, name: str, note: Note, key: str = "", *, by: str = "", why: str = "taken away"
) -> int:
    """Ends the links of a name, or one of them; how many. The next page knows them no more.

    by: who does it, an id of a person; "" is Balie itself.
    """
    holding = Recognition.objects.filter(person=person, name=name, ended=None)
    ending = [row.key for row in holding if key in ("", row.key)]
    for one in ending:
        _note(note, "unlinked", person, name, one, why, by)
    return holding.filter(key__in=ending).update(ended=now())


def _note(note: Note, what: str, person: Person, name: str, key: str, why: str, by: str) -> None:
    note(what, who=by or person.pk.hex, about=person.pk.hex, more=why, record=f"{name} {key}")


# ---- for commands


def told_of(email: str) -> Sequence[Sequence[str]] | None:
    """Every link that somebody has or had, as texts: name, key, why, connection, since, until."""
    person = Person.objects.filter(email=email.strip().lower()).first()
    if person is None:
        return None
    return [
        (
            row.name,
            row.key,
            row.why,
            row.connection,
            f"since {row.since:%Y-%m-%d}",
            f"until {row.ended:%Y-%m-%d}" if row.ended else "",
        )
        for row in person.recognitions.order_by("name", "since")
    ]


def unlink_by_mail(email: str, name: str, key: str, note: Note) -> int:
    """Ends links of whoever has this mail address; how many."""
    person = Person.objects.filter(email=email.strip().lower()).first()
    return 0 if person is None else unlink(person, name, note, key)
