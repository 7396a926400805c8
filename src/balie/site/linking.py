"""Links of people to the systems, for the command line."""

from django.db import transaction

from balie.blueprint.model import Blueprint
from balie.identity.invitations import Invited, invite, mail_of
from balie.identity.linking.links import unlink_by_mail
from balie.identity.linking.mail_links import end_all
from balie.identity.models import Person
from balie.site.configuration import Configuration
from balie.site.connecting import utc_now
from balie.site.inputs import letters_of
from balie.site.refusal import Refusal
from balie.site.sealing import trail_of


def unlink(configuration: Configuration, email: str, name: str, key: str) -> int:
    """Ends links of whoever has this mail address; how many."""
    return unlink_by_mail(email, name, key, trail_of(configuration).note)


def end_mail_links(configuration: Configuration, email: str) -> int:
    """Ends the links in mails to whoever has this mail address; how many worked."""
    person = Person.objects.filter(email=email.strip().lower()).first()
    count = 0 if person is None else end_all(person, utc_now())
    if person is not None and count:
        trail_of(configuration).note("ended mails' links", who="", about=person.pk.hex)
    return count


def invite_to_link(
    configuration: Configuration,
    blueprint: Blueprint,
    language: str,
    email: str,
    name: str,
    key: str,
) -> None:
    """Sends an invitation to be the row with this key of a name of `me`. Raises Refusal."""
    invited = Invited(address=email, purpose="link", about={"name": name, "key": key})
    note, here = trail_of(configuration).note, configuration.public_url
    with transaction.atomic():  # what was not sent is no invitation
        invitation, token = invite(invited, utc_now(), note)
        try:
            mail_of(letters_of(blueprint), language, invitation, token, here).send()
        except OSError as error:  # also what smtplib raises
            said = f"The mail could not be sent: {type(error).__name__}."
            raise Refusal("PEOPLE", said, ["balie doctor  looks at the mail server"]) from error
