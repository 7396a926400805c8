"""A condition that cannot be understood."""

from balie.blueprint.checks.check import About, Change, said_while_reading
from balie.blueprint.finding import Severity

ABOUT = About(
    code="BP010",
    severity=Severity.ERROR,
    title="A condition is not understood",
    why="A condition decides what customers see. It is read once, when the blueprint is, so that "
    "it can never fail while somebody waits.",
    example=Change("things.yaml", 'running.status == "draft"', 'running.status = "draft"'),
    near_miss=Change("things.yaml", 'running.status == "draft"', 'running.status in ["draft"]'),
    leaves_unread=True,
)

check = said_while_reading
