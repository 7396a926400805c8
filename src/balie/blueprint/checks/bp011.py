"""A relation that cannot be understood."""

from balie.blueprint.checks.check import About, Change, said_while_reading
from balie.blueprint.finding import Severity

ABOUT = About(
    code="BP011",
    severity=Severity.ERROR,
    title="A relation is not understood",
    why="A relation is what a system is asked, and what every row is checked with again. So it "
    "says only that fields are equal to something.",
    example=Change("things.yaml", "owner: memberId = me.person", "owner: memberId is me.person"),
    near_miss=Change(
        "things.yaml",
        "owner: memberId = me.person",
        'owner: memberId = me.person and kind = "longer"',
    ),
    leaves_unread=True,
)

check = said_while_reading
