"""A number or a length of time that is none."""

from balie.blueprint.checks.check import About, Change, said_while_reading
from balie.blueprint.finding import Severity

ABOUT = About(
    code="BP012",
    severity=Severity.ERROR,
    title="This is not a number, or not a length of time",
    why="A promise on time is measured, so it must say how much of what.",
    example=Change("story.yaml", "at most old: 5 minutes", "at most old: a few minutes"),
    near_miss=Change("story.yaml", "at most old: 5 minutes", "at most old: 300 seconds"),
    leaves_unread=True,
)

check = said_while_reading
