"""The address that somebody signs in with, changed. Fulfils
`backstage.forms.sign_in_changes.SignIns`.
"""

import logging
from dataclasses import dataclass

from allauth.account.models import EmailAddress

from balie.identity.letters import Letters
from balie.identity.models import Person
from balie.identity.work import Work

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SignInAddresses:
    """Sign-ins by mail address."""

    work: Work
    letters: Letters

    async def tell(self, person: str, language: str) -> bool:
        """Writes to the address of before; False when the mail did not go out."""
        return await self.work.read(lambda: self._tell(person, language))

    async def change(self, person: str, address: str, stays: str) -> bool:
        """The person signs in with this address from now on, and their other sign-ins end; False
        when somebody else signs in with it. stays: the sign-in that goes on, as a digest.
        """
        return await self.work.write(lambda: changed(person, address.casefold(), stays))

    def _tell(self, person: str, language: str) -> bool:
        found = Person.objects.filter(pk=person).first()
        try:
            if found is not None:
                self.letters.write(language, found.email, "guard_told").send()
        except OSError as error:  # also what smtplib raises
            log.warning("A notice could not be sent: %s", type(error).__name__)
            return False
        return True


def changed(person: str, address: str, stays: str) -> bool:
    """Changes it, in the transaction that is open, and ends every sign-in but `stays`: whoever is
    in with the address of before is out. address: in small letters. False: somebody else signs in
    with it.
    """
    found = Person.objects.select_for_update().filter(pk=person).first()
    others = Person.objects.filter(email=address).exclude(pk=person)
    if found is None or others.exists():
        return False
    before, found.email = found.email, address
    found.save(update_fields=["email"])
    EmailAddress.objects.filter(user=found).delete()
    if found.is_demo:  # the demo's front door knows its people by the addresses of its files
        EmailAddress.objects.create(user=found, email=before)
    EmailAddress.objects.create(user=found, email=address, primary=True, verified=True)
    found.viewer_sessions.exclude(pk=stays).delete()
    return True
