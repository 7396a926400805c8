"""Whether somebody proved well enough who they are: what `extra check` of the blueprint asks.

It is no question of what is theirs: who did not prove it is asked to, and never told "not found".
"""

from collections.abc import Iterable

from balie.access.viewer import Viewer, Visitor
from balie.blueprint.model import ExtraCheck

TWO_STEPS = 2
"""The level of who proved in two steps who they are."""


class ProveFirst(Exception):
    """Two steps must be proved first. within: no longer ago than so many seconds; None: at all."""

    def __init__(self, within: int | None) -> None:
        super().__init__("two steps must be proved first")
        self.within = within


def check_proof(checks: Iterable[ExtraCheck | None], viewer: Viewer | Visitor, now: float) -> None:
    """Raises ProveFirst unless the viewer proved what all of these ask. now: seconds since 1970."""
    asked = [check for check in checks if check is not None]
    ages = [check.within.length.total_seconds() for check in asked if check.within is not None]
    within = int(min(ages)) if ages else None
    is_proved = viewer.level >= TWO_STEPS and (within is None or now - viewer.level_at <= within)
    if asked and not is_proved:
        raise ProveFirst(within)
