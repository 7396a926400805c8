"""Who may see a step, a thing, a field: by kind of customer, declared once in the blueprint."""

from collections.abc import Collection

from balie.access.viewer import Viewer
from balie.blueprint.model import Step, Thing, ThingField


def is_for(kinds: Collection[str], viewer: Viewer) -> bool:
    """Whether a list of kinds holds one of the viewer's. No list means everybody."""
    return not kinds or not viewer.kinds.isdisjoint(kinds)


def may_open(step: Step, viewer: Viewer) -> bool:
    """Whether this step is for this viewer. A step for nobody in particular is for nobody."""
    return bool(step.for_) and is_for(step.for_, viewer) and may_do(step, viewer)


def may_do(step: Step, viewer: Viewer) -> bool:
    """Whether the viewer does this step themselves, or may do it for the customer they act for."""
    return step.by_representatives or not viewer.represents


def may_see(thing: Thing, viewer: Viewer) -> bool:
    """Whether the viewer may see a thing at all; which rows is for the scope."""
    return is_for(thing.seen_by, viewer)


def may_see_field(thing: Thing, field: ThingField, viewer: Viewer) -> bool:
    """Whether the viewer may see this field of a thing."""
    return may_see(thing, viewer) and is_for(field.seen_by, viewer)
