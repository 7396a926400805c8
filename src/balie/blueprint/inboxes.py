"""What can be told of a piece of work where it arrives beside Balie: `sends:` of `inboxes:`.

subject: work.title
contactId: work.contact     # a name of `me`: whose work it is about
"""

from balie.blueprint.model import Blueprint

TITLE, WHY, TEAM, NUMBER, DUE, ADDRESS = (
    f"work.{name}" for name in ("title", "why", "team", "number", "due", "address")
)
"""title: what is to be done. why: what is the matter, and where it is settled. team: as the other
system calls it. number: what the customer has of it. due: a moment. address: of its page."""


def of_me(name: str) -> str:
    """How a name of `me` is written here."""
    return f"work.{name}"


def known_of_work(blueprint: Blueprint) -> frozenset[str]:
    """Every name that `sends:` can use."""
    mine = (of_me(name) for name in blueprint.me.names if name != "roles")
    return frozenset((TITLE, WHY, TEAM, NUMBER, DUE, ADDRESS, *mine))
