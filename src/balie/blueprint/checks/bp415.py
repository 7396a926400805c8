"""An address that Balie needs itself."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Severity
from balie.words.languages import flat, part, spoken

ABOUT = About(
    code="BP415",
    severity=Severity.ERROR,
    title="This address is taken",
    why="Some addresses are Balie's own: signing in, staff, the API, receipts.",
    example=Change("story.yaml", "address: /longer", "address: /staff/longer"),
    near_miss=Change("story.yaml", "address: /longer", "address: /staffed"),
)

OURS = ("accounts", "admin", "staff", "api", "in", "static", "healthz", "readyz")


def receipts() -> frozenset[str]:
    """The word of the address that receipts have, in each language."""
    return frozenset(flat(part(code, "language"), "u")["addresses.receipts"] for code in spoken())


def check(subject: Subject) -> Iterator[Finding]:
    for step in subject.blueprint.steps:
        address = step.screen.address if step.screen else None
        if address is None:
            continue
        first = address.strip("/").partition("/")[0]
        if first in OURS or first in receipts():
            yield ABOUT.finding(
                f'the address "{address}" is taken',
                place(address, f"/{first} is Balie's own"),
                help_=("choose another first word",),
            )
