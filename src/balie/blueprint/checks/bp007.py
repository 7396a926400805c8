"""A text that cannot be read as YAML."""

from balie.blueprint.checks.check import About, Change, said_while_reading
from balie.blueprint.finding import Severity

ABOUT = About(
    code="BP007",
    severity=Severity.ERROR,
    title="The text stops making sense",
    why="From here on nobody can tell what belongs to what.",
    example=Change("story.yaml", "title: My loans", "title: My loans: all of them"),
    near_miss=Change("story.yaml", "title: My loans", 'title: "My loans: all of them"'),
)

check = said_while_reading
