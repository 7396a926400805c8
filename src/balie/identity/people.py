"""Bringing people in."""

from collections.abc import Sequence

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import now

from balie.backstage.auditing import Note
from balie.identity.desk import Recognise
from balie.identity.invitations import is_invited
from balie.identity.models import (
    DemoMail,
    Invitation,
    JoinRequest,
    LetterCode,
    MailLink,
    Person,
    ProviderIdentity,
    Recognition,
    Representation,
    Session,
    ViewerSession,
)
from balie.identity.organisations.domains import has_organisation
from balie.identity.signing_in import end_everywhere, knows


@transaction.atomic
def enrol(
    email: str, *, name: str = "", staff_roles: tuple[str, ...] = (), verified: bool
) -> tuple[Person, bool]:
    """The person with this address, made or brought up to date, and whether they are new.

    verified: whether somebody vouches for the address; else the first code by mail must.
    """
    folded = email.strip().lower()
    person, new = Person.objects.get_or_create(
        email=folded, defaults={"password": make_password(None)}
    )
    person.name = name or person.name
    person.staff_roles, person.is_staff = list(staff_roles), bool(staff_roles)
    person.save()
    address, _ = EmailAddress.objects.get_or_create(
        user=person, email=folded, defaults={"primary": True, "verified": verified}
    )
    if verified and not address.verified:
        address.verified = True
        address.save()
    return person, new


def welcome(email: str, recognise: Recognise) -> Person | None:
    """A new person for an address that we do not know yet, and that a system knows, that somebody
    invited, or that is of a domain whose people may ask to join an organisation; else None.
    """
    asked = knows(recognise, email.strip().lower())  # always, so that the answer takes as long
    known_there = asked or is_invited(email, now()) or has_organisation(email)
    known_here = Person.objects.filter(email=email.strip().lower()).exists()
    if known_here or not known_there:
        return None
    person, _ = enrol(email, verified=False)
    return person


def admit(address: str) -> Person | None:
    """A new person for an address that is to be proved next; None when somebody has it already."""
    folded = address.strip().lower()
    if Person.objects.filter(email=folded).exists():
        return None
    person, _ = enrol(folded, verified=False)
    return person


@transaction.atomic
def enrol_all(people: Sequence[tuple[str, str, tuple[str, ...]]]) -> int:
    """Enrols (mail, name, staff roles), vouched for by whoever brings them; how many are new."""
    enrolled = [
        enrol(mail, name=name, staff_roles=roles, verified=True) for mail, name, roles in people
    ]
    return sum(new for _, new in enrolled)


def close_account(email: str) -> bool:
    """Signs somebody out everywhere and lets them in no more; False when there is nobody."""
    person = Person.objects.filter(email=email.strip().lower()).first()
    if person is None:
        return False
    person.is_active = False
    person.save()
    end_everywhere(person)
    return True


def unlink(email: str) -> int | None:
    """Forgets who somebody is to other parties: they are linked anew at their next sign-in there.
    Says how many; None when there is nobody.
    """
    person = Person.objects.filter(email=email.strip().lower()).first()
    if person is None:
        return None
    count, _ = ProviderIdentity.objects.filter(person=person).delete()
    end_everywhere(person)
    return count


@transaction.atomic
def reset_second_step(email: str, note: Note) -> int | None:
    """Takes every second step of somebody away, and ends every sign-in of theirs: they sign in with
    one step, and get a new one. Says how many there were; None when there is nobody.
    """
    person = Person.objects.filter(email=email.strip().lower()).first()
    if person is None:
        return None
    count, _ = Authenticator.objects.filter(user=person).delete()
    end_everywhere(person)
    note("second step reset", who="", about=person.pk.hex)
    return count


@transaction.atomic
def forget(person: str, *, keep_account: bool) -> dict[str, int]:
    """Erases what identity holds of a person: what it is -> how many.

    person: an id. keep_account: they can still be reached, and sign in: something is under way.
    """
    found = Person.objects.get(pk=person)
    gone = {
        "sign-ins": ViewerSession.objects.filter(person=found).delete()[0],
        "browser sessions": Session.objects.filter(person=found).delete()[0],
        "recognitions": Recognition.objects.filter(person=found).delete()[0],
        "links to other parties": ProviderIdentity.objects.filter(person=found).delete()[0],
        "invitations": Invitation.objects.filter(address=found.email).delete()[0],
        "letters": LetterCode.objects.filter(used_by=found).delete()[0],
        "representations": Representation.objects.filter(
            Q(represented=found) | Q(representative=found)
        ).delete()[0],
        "requests to join": JoinRequest.objects.filter(person=found).delete()[0],
        "links in mails": MailLink.objects.filter(person=found).delete()[0],
        "mails of the demo": DemoMail.objects.filter(to__iexact=found.email).delete()[0],
    }
    if not keep_account:
        found.delete()
        gone["account"] = 1
    return gone
