"""Memberships that rest on what a party says at a sign-in. They count in that sign-in alone.

The connection names the claims: that of the name of `me` which kinds of customer belong to, and
that of `roles`. A role that is written `<key of the organisation>/<role>` is of that organisation;
others are of the one organisation that is said. With several, they are of none: never of all.
"""

from collections.abc import Iterable, Mapping, Sequence

from balie.backstage.recognition import ROLES
from balie.blueprint.model import Blueprint, Says
from balie.identity.connections.claims import Said
from balie.identity.models import Membership, Person


def keep_claimed(
    person: Person, sign_in: str, said: Mapping[str, Said], blueprint: Blueprint
) -> None:
    """Keeps what was said at this sign-in, instead of what was said in it before.

    sign_in: digest of its cookie.
    """
    if Says.CLAIMS not in blueprint.memberships.roles:
        return
    Membership.objects.filter(person=person, source=Says.CLAIMS.value, sign_in=sign_in).delete()
    Membership.objects.bulk_create(
        Membership(
            person=person,
            organisation=organisation,
            role=role,
            source=Says.CLAIMS.value,
            sign_in=sign_in,
        )
        for organisation, role in sorted(set(claimed(said, blueprint)))
    )


def claimed(said: Mapping[str, Said], blueprint: Blueprint) -> Iterable[tuple[str, str]]:
    """Organisation and kind of customer, for each role that is said and that the blueprint knows.

    The organisation of a kind that belongs to none is "".
    """
    customers, words = blueprint.people.customers, blueprint.memberships.words
    for text in _values(said, ROLES):
        key, slash, name = text.rpartition("/")
        kind = str(words.get(name, name))
        if kind not in customers:
            continue
        belongs_to = customers[kind].belongs_to
        if belongs_to is None:
            yield "", kind
            continue
        keys = _values(said, str(belongs_to))
        if slash and key in keys:
            yield key, kind
        elif not slash and len(keys) == 1:
            yield keys[0], kind


def _values(said: Mapping[str, Said], name: str) -> Sequence[str]:
    return said[name].values if name in said else ()
