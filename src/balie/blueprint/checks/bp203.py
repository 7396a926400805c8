"""A limit that cannot be kept."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Severity
from balie.systems.pace import read_pace

ABOUT = About(
    code="BP203",
    severity=Severity.ERROR,
    title="A limit is not understood",
    why="A system that is asked too often stops answering, for everybody who uses it. So Balie "
    "does not begin before it knows how often is allowed.",
    example=Change(
        "systems.yaml",
        "    usually answers within: 300 ms\n",
        "    usually answers within: 300 ms\n    limit: 20 a second\n",
    ),
    near_miss=Change(
        "systems.yaml",
        "    usually answers within: 300 ms\n",
        "    usually answers within: 300 ms\n    limit: 20 per second, 5 at once\n",
    ),
)


def check(subject: Subject) -> Iterator[Finding]:
    for system in subject.blueprint.systems.values():
        if system.limit is None:
            continue
        try:
            read_pace(system.limit)
        except ValueError as problem:
            yield ABOUT.finding(
                str(problem),
                place(system.limit, "how often may it be asked?"),
                help_=("write it like  6000 per 5 minutes, 5 at once",),
            )
