"""Links of people to the systems, for the command line."""

from balie.identity.linking import unlink_by_mail
from balie.identity.mail_links import end_all
from balie.identity.models import Person
from balie.site.configuration import Configuration
from balie.site.connecting import utc_now
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
