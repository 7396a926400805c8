"""Links of people to the systems, for the command line."""

from balie.identity.linking import unlink_by_mail
from balie.site.configuration import Configuration
from balie.site.sealing import trail_of


def unlink(configuration: Configuration, email: str, name: str, key: str) -> int:
    """Ends links of whoever has this mail address; how many."""
    return unlink_by_mail(email, name, key, trail_of(configuration).note)
