"""A thing without an owner."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place, plain_name
from balie.blueprint.checks.privacy import ties_to_me
from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.model import Thing

ABOUT = About(
    code="BP310",
    severity=Severity.ERROR,
    title="A thing belongs to nobody, so everybody would see it",
    why="Users see only what is meant for them. Whose a row is must be said before anybody can "
    "see one. Nothing can accept this away.",
    example=Change("things.yaml", "    owner: memberNumber = me.member\n", ""),
    near_miss=Change(
        "things.yaml",
        "    owner: memberNumber = me.member\n",
        '    owner: status = "out" and memberNumber = me.member\n',
    ),
    missing_at=0,
)


def check(subject: Subject) -> Iterator[Finding]:
    first = _first_uses(subject)
    for thing in subject.blueprint.things.values():
        if thing.in_ is None and ties_to_me(thing) is None and thing.id in first:
            yield _whose(subject, thing, *first[thing.id])


def _first_uses(subject: Subject) -> dict[str, tuple[str, Place]]:
    """How customers meet each thing first, and where."""
    first: dict[str, tuple[str, Place]] = {}
    for step in subject.blueprint.steps:
        screen = step.screen
        made = None if screen is None or step.is_for_everybody else screen.creates
        asked = () if screen is None else ((screen.changes, "changed"), (made, "made"))
        for text, done in asked:
            if text is not None:
                first.setdefault(text, ("asked of customers", place(text, f"{done} here")))
    for use in subject.uses:
        if use.is_seen:
            first.setdefault(
                use.ref.thing, ("shown to customers", place(use.ref.text, "shown here"))
            )
    return first


def _whose(subject: Subject, thing: Thing, how: str, used: Place) -> Finding:
    return ABOUT.finding(
        f'whose "{plain_name(thing)}" is it? '
        f"Every {_kind_of_customer(subject, thing)} would see everybody's",
        place(thing.id, f'{how}, without "owner:"'),
        used,
        why="users see only what is meant for them",
        help_=(f"add  owner: <field> = me.{_nearest_me(subject)}",),
    )


def _kind_of_customer(subject: Subject, thing: Thing) -> str:
    """The kind of customer who sees it, in English; "customer" when there are several."""
    customers = subject.blueprint.people.customers
    kinds = [customers[kind] for kind in thing.seen_by if kind in customers]
    if len(kinds) != 1:
        return "customer"
    return subject.blueprint.say(kinds[0].name, "en").lower()


def _nearest_me(subject: Subject) -> str:
    """The name of `me` that rows most often belong to: the last one, which builds on the others."""
    names = [name for name in subject.blueprint.me.names if name != "roles"]
    return names[-1] if names else "<name>"
