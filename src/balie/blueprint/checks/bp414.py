"""Two steps at one address."""

import re
from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.source import Text

ABOUT = About(
    code="BP414",
    severity=Severity.ERROR,
    title="Two steps share an address",
    why="An address shows one page: customers would never see the other.",
    example=Change("story.yaml", "address: /wishes/{wish.number}", "address: /loans/{wish.number}"),
    near_miss=Change(
        "story.yaml", "address: /wishes/{wish.number}", "address: /loans/wish/{wish.number}"
    ),
)


def check(subject: Subject) -> Iterator[Finding]:
    first: dict[str, Text] = {}
    for step in subject.blueprint.steps:
        address = step.screen.address if step.screen else None
        if address is None:
            continue
        form = re.sub(r"\{[^}]*\}", "{}", address).rstrip("/") or "/"
        if form in first:
            yield ABOUT.finding(
                f'two steps share the address "{address}"',
                place(address, "never seen"),
                place(first[form], "this one is shown"),
                help_=("give one of them another address",),
            )
        else:
            first[form] = address
