"""A stored key that would mean two tables."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Severity

ABOUT = About(
    code="BP318",
    severity=Severity.ERROR,
    title="A stored key must mean one table",
    why="Who is recognised once is known by the stored key from then on. When a name can come "
    "from two places, nobody knows in which of them that key is to be looked up, and somebody "
    "else could have the same key there.",
    example=Change(
        "systems.yaml",
        "      then goes to: desk\n",
        "      then goes to: desk\n"
        "    - from: crm.people.memberNumber\n      where: email = login.email\n",
    ),
    near_miss=Change(
        "systems.yaml",
        "      where: id = person\n",
        "      where: id = person\n      for: [member]\n"
        "    - from: crm.people.cardNumber\n      where: id = person\n      for: [school]\n",
    ),
)


def check(subject: Subject) -> Iterator[Finding]:
    for name, lines in subject.blueprint.me.names.items():
        once = [line for line in lines if line.once]
        others = [line for line in lines if once and line is not once[0]]
        for line in others:
            if line.once or line.by_letter or line.from_ != once[0].from_:
                yield ABOUT.finding(
                    f'"{name}" is recognised once, and comes from two places',
                    place(line.from_, "the key could be one of these"),
                    place(once[0].from_, "or one of these"),
                    help_=("let one line recognise it, or give the other a name of its own",),
                )
