"""Acting as a customer: what somebody of staff may do in a customer's portal, on their behalf."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from balie.blueprint.model import Colleague


class Extent(StrEnum):
    """How far it goes, as the blueprint says of a team: `may act for customers:`."""

    READ = "read"
    WRITE = "write"


def extent_of(staff: Mapping[str, Colleague], teams: Iterable[str]) -> Extent | None:
    """What whoever is in these teams may do; None: they may not act as a customer at all."""
    said = {str(staff[team].acts_for_customers) for team in teams if team in staff}
    return next((one for one in (Extent.WRITE, Extent.READ) if one.value in said), None)


def team_of(staff: Mapping[str, Colleague], teams: Iterable[str]) -> str:
    """The team in whose name they do it: the first of the blueprint that goes so far."""
    mine = frozenset(teams)
    extent = extent_of(staff, mine)
    if extent is None:
        return ""
    return next(
        str(id_)
        for id_, one in staff.items()
        if id_ in mine and str(one.acts_for_customers) == extent.value
    )


def cookie_beside(session_cookie: str) -> str:
    """The name of the cookie of whoever acts as a customer; their own session stays beside it."""
    return f"{session_cookie}-as"
