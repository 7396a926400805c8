"""A file that is named and is not there."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.source import Text
from balie.blueprint.spelling import did_you_mean

ABOUT = About(
    code="BP121",
    severity=Severity.ERROR,
    title="A file is named that is not there",
    why="The page would have no logo, or the system would be asked without what its profile says.",
    example=Change(
        "systems.yaml", "profile: profiles/shelf.yaml", "profile: profiles/shelves.yaml"
    ),
    near_miss=Change(
        "systems.yaml", "profile: profiles/shelf.yaml", 'profile: "profiles/shelf.yaml"'
    ),
)


def check(subject: Subject) -> Iterator[Finding]:
    blueprint = subject.blueprint
    there = {*blueprint.files, *blueprint.texts}
    for name in _named(subject):
        if name not in there:
            yield ABOUT.finding(
                f'there is no file "{name}"',
                place(name, "looked for from the blueprint's folder"),
                help_=did_you_mean(name, sorted(there)),
            )


def _named(subject: Subject) -> Iterator[Text]:
    logo = subject.blueprint.brand.logo
    if logo is not None:
        yield logo
    for system in subject.blueprint.systems.values():
        if system.profile is not None:
            yield system.profile
