"""A line of `me` that finds nobody, or anybody."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.model import MeLine
from balie.blueprint.relations import Literal

ABOUT = About(
    code="BP321",
    severity=Severity.ERROR,
    title="A line of me does not say who it is",
    why="Somebody is found by one comparison with what is known of them: their sign-in, or an "
    "earlier name. Without it everybody would be the same person.",
    example=Change("systems.yaml", "where: id = person", 'where: id = "P-1"'),
    near_miss=Change("systems.yaml", "where: id = person", "where: id = me.person"),
)


def check(subject: Subject) -> Iterator[Finding]:
    for name, lines in subject.blueprint.me.names.items():
        for line in lines:
            yield from _look(name, line)


def _look(name: str, line: MeLine) -> Iterator[Finding]:
    if not line.where:
        return  # BP009 says so
    if len(line.where) > 1:
        yield ABOUT.finding(
            f'"{name}" is found by several comparisons, and only one can be made',
            place(line.where[1].text, "not looked at"),
            place(line.where[0].text, "somebody is found by this one"),
            help_=("leave one, and let the system keep the rest apart",),
        )
    elif isinstance(line.where[0].value, Literal):
        yield ABOUT.finding(
            f'"{name}" would be the same person for everybody',
            place(line.where[0].text, "compared with a text that is always the same"),
            help_=("compare with  login.email  or an earlier name",),
        )
