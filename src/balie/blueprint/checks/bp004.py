"""Parts of YAML that a blueprint does not have."""

from balie.blueprint.checks.check import About, Change, said_while_reading
from balie.blueprint.finding import Severity

ABOUT = About(
    code="BP004",
    severity=Severity.ERROR,
    title="An anchor, a tag, or a second document",
    why="A blueprint is read by people who never saw YAML. What refers to another place, or "
    "changes what a text means, hides the story from them.",
    example=Change(
        "story.yaml",
        "for: [member]\n        customer does: Asks",
        "for: &who [member]\n        customer does: Asks",
    ),
    near_miss=Change("story.yaml", "title: Keep it longer", 'title: "&more time"'),
)

check = said_while_reading
