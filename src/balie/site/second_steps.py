"""Second steps of people, for the command line."""

from balie.identity.people import reset_second_step
from balie.site.configuration import Configuration
from balie.site.sealing import trail_of


def reset(configuration: Configuration, email: str) -> int | None:
    """Takes the second steps of whoever has this mail address away; None when there is nobody."""
    return reset_second_step(email, trail_of(configuration).note)
