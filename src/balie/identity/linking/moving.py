"""People who sign in with one party go on with another, and stay who they are.

Both are there side by side for a while. Whom a map names is linked to the new party at once; others
are when they first sign in there with their address, proved. At the end the old one lets nobody in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from allauth.account.models import EmailAddress
from django.db import transaction

from balie.backstage.auditing import Note
from balie.identity.connections.connection import Connection
from balie.identity.connections.register import Seal, keep
from balie.identity.models import Person, ProviderIdentity, ViewerSession


class Outcome(StrEnum):
    """What became of somebody."""

    THERE = "signs in there already"
    MOVED = "moved by the map"
    BY_MAIL = "comes by mail, at the first sign-in there"
    CLOSED = "not moved: the account is closed"
    STAFF = "not moved: is of staff, who sign in locally"
    TAKEN = "not moved: the new name belongs to somebody else here"
    NO_MAIL = "not moved: no address is proved, and the map does not name them"
    NOT_HERE = "not moved: nobody here has the old name"

    @property
    def is_well(self) -> bool:
        """Whether nobody needs to look at it."""
        return self in (Outcome.THERE, Outcome.MOVED, Outcome.BY_MAIL)


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one person. Personal. mail: "" for a line of the map that is nobody's."""

    mail: str
    subject: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Move:
    """From one connection to another. names: old name at the provider -> new one; may be empty."""

    old: Connection
    new: Connection
    names: Mapping[str, str]

    def run(self, note: Note, *, dry: bool) -> Sequence[Moved]:
        """Moves whom the map names; tells of everybody. dry: changes nothing."""
        with transaction.atomic():
            here = ProviderIdentity.objects.select_related("person").filter(issuer=self.old.issuer)
            told = [self._move(one, note) for one in here.order_by("person__email", "subject")]
            if dry:
                transaction.set_rollback(True)
        known = {one.subject for one in told}
        strange = [name for name in self.names if name not in known]
        return [*told, *(Moved("", name, Outcome.NOT_HERE) for name in strange)]

    def finish(self, seal: Seal, note: Note) -> int:
        """The old connection lets nobody in any more; ends the sign-ins made by it, says how many.

        Its mail domains lead to the new one.
        """
        with transaction.atomic():
            domains = tuple(dict.fromkeys((*self.new.mail_domains, *self.old.mail_domains)))
            keep(replace(self.old, moved_to=self.new.name, mail_domains=()), seal)
            keep(replace(self.new, mail_domains=domains), seal)
            ending = ViewerSession.objects.filter(at_provider__connection=self.old.name)
            count = ending.count()
            ending.delete()
            note("finished a move", who="", more=f"{self.old.name} to {self.new.name}")
        return count

    def _move(self, known: ProviderIdentity, note: Note) -> Moved:
        return Moved(known.person.email, known.subject, self._outcome(known, note))

    def _outcome(self, known: ProviderIdentity, note: Note) -> Outcome:
        person, name = known.person, self.names.get(known.subject)
        if not person.is_active:
            return Outcome.CLOSED
        if person.is_staff:
            return Outcome.STAFF
        there = ProviderIdentity.objects.filter(issuer=self.new.issuer)
        if there.filter(person=person).exists():
            return Outcome.THERE
        if name is None:
            return Outcome.BY_MAIL if _is_proved(person) else Outcome.NO_MAIL
        if there.filter(subject=name).exists():
            return Outcome.TAKEN
        there.create(
            issuer=self.new.issuer,
            subject=name,
            person=person,
            connection=self.new.name,
            why=f"moved from {self.old.name}",
        )
        note("linked", who="", about=person.pk.hex, more=self.new.name)
        return Outcome.MOVED


def _is_proved(person: Person) -> bool:
    return EmailAddress.objects.filter(user=person, email=person.email, verified=True).exists()
