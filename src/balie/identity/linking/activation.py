"""Codes in letters: whoever has the letter, and knows number and postcode, is that customer.

Kept are digests with the site's secret: neither code nor number can be read back. Guessing is
counted for each person, and for each network of those who did not sign in; not for each letter, so
that nobody can keep its holder out. What keeps the code safe is that it has 49 bits.
"""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address

import msgspec
from django.db import transaction
from django.db.models import Q, QuerySet

from balie.backstage.auditing import Note
from balie.identity.linking.links import Why, link
from balie.identity.models import ActivationTry, LetterCode, Person

LIFE = timedelta(weeks=6)
MOST_OF_A_PERSON = 5
MOST_OF_A_NETWORK = 20  # of whoever is not signed in
WITHIN = timedelta(hours=24)
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What somebody filled in."""

    number: str
    postcode: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who tries. person: an id, "" before they signed in. network: an address on the network."""

    person: str
    network: str


@dataclass(frozen=True, slots=True)
class Codes:
    """Makes codes and takes them. note: the audit.

    secrets: what digests are made with; with the first now, and with the others before.
    """

    secrets: tuple[bytes, ...]
    note: Note

    @transaction.atomic
    def make(
        self, name: str, key: str, number: str, postcode: str, now: datetime, by: str = ""
    ) -> str:
        """A code for who has this key; it is shown only here. Earlier ones stop working."""
        code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        earlier = LetterCode.objects.filter(name=name, key=key, used=None, revoked=None)
        earlier.update(revoked=now)
        LetterCode.objects.create(
            name=name,
            key=key,
            number=self._digest("number", _bare(number)),
            code=self._digest(*_said(Filled(number=number, postcode=postcode, code=code))),
            by=by,
            at=now,
            expires=now + LIFE,
        )
        self.note("made a letter", who=by, record=f"{name} {key}")
        return f"{code[:5]}-{code[5:]}"

    def look(self, filled: Filled, asker: Asker, now: datetime) -> LetterCode | None:
        """The letter with all three; None for whatever is wrong, and for who tries too often.

        The try is written down before it is looked at: of many at one moment no more are looked
        at than of many in a row.
        """
        tries = self._note(asker, now)
        found = _open(now).filter(code__in=self._digests(*_said(filled))).first()
        return None if tries.too_many else found

    @transaction.atomic
    def use(self, letter: int, person: Person, now: datetime) -> bool:
        """Links whoever has the letter, and uses it up: of two at one moment one succeeds."""
        if person.is_staff or _open(now).filter(pk=letter).update(used=now, used_by=person) == 0:
            return False
        found = LetterCode.objects.get(pk=letter)
        link(person, found.name, found.key, Why.LETTER, self.note)
        return True

    @transaction.atomic
    def revoke(self, number: str, now: datetime, by: str = "") -> int:
        """Takes the letters of a number back; how many."""
        of_it = _open(now).filter(number__in=self._digests("number", _bare(number)))
        for name, key in of_it.values_list("name", "key"):
            self.note("took a letter back", who=by, record=f"{name} {key}")
        return of_it.update(revoked=now)

    def _note(self, asker: Asker, now: datetime) -> "_Tries":
        person = self._digest("person", asker.person) if asker.person else ""
        network = self._digest("network", network_of(asker.network))
        with transaction.atomic():  # it is there for others before anything is counted
            ActivationTry.objects.filter(at__lte=now - WITHIN).delete()
            ActivationTry.objects.create(person=person, network=network, at=now)
        of_them = Q(network=network) | Q(person=person) if person else Q(network=network)
        lately = ActivationTry.objects.filter(of_them, at__gt=now - WITHIN)
        rows: Sequence[tuple[str, str]] = list(lately.values_list("person", "network"))
        return _Tries(
            of_person=sum(bool(person) and row[0] == person for row in rows),
            of_network=sum(row[1] == network for row in rows),
        )

    def _digest(self, *what: str) -> str:
        return self._digests(*what)[0]

    def _digests(self, *what: str) -> tuple[str, ...]:
        said = msgspec.json.encode(what)
        return tuple(hmac.new(one, said, sha256).hexdigest() for one in self.secrets)


@dataclass(frozen=True, slots=True)
class _Tries:
    of_person: int
    of_network: int

    @property
    def too_many(self) -> bool:
        if self.of_person:
            return self.of_person > MOST_OF_A_PERSON
        return self.of_network > MOST_OF_A_NETWORK


def _said(filled: Filled) -> tuple[str, ...]:
    return ("letter", _bare(filled.number), _bare(filled.postcode), _bare(filled.code))


def network_of(address: str) -> str:
    """What counts as one network: an IPv4 address, or the 64 bits that a house has of IPv6."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return found.exploded[:19]
    return str(getattr(found, "ipv4_mapped", None) or found)


def _open(now: datetime) -> QuerySet[LetterCode]:
    return LetterCode.objects.filter(used=None, revoked=None, expires__gt=now)


def _bare(text: str) -> str:
    """Letters and digits alone, as they are compared: people type spaces, dashes and capitals."""
    return "".join(letter for letter in text.upper() if letter.isalnum())[:60]
