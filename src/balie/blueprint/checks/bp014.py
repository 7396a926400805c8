"""Working days and hours that are none."""

from balie.blueprint.checks.check import About, Change, said_while_reading
from balie.blueprint.finding import Severity

ABOUT = About(
    code="BP014",
    severity=Severity.ERROR,
    title="This does not say when people work",
    why="A working day is counted in these days and hours: they say when work is late.",
    example=Change("story.yaml", "also: [nl]\n", "also: [nl]\ncalendar: {days: office hours}\n"),
    near_miss=Change(
        "story.yaml", "also: [nl]\n", "also: [nl]\ncalendar: {days: tue-sat 08:30-17}\n"
    ),
    leaves_unread=True,
)

check = said_while_reading
