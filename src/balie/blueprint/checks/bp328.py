"""Representatives of nobody, or who may do what is nobody's."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.model import Blueprint, Representatives

_ME = "me:\n"

ABOUT = About(
    code="BP328",
    severity=Severity.ERROR,
    title="Representatives who could do nothing",
    why="A customer may let somebody else act for them in private, where  representatives:  says "
    "so. In an organisation administrators say who does what. A step that is not for these kinds "
    "of customer is not theirs to give away.",
    example=Change("systems.yaml", _ME, "representatives: {for: [member]}\n\nme:\n"),
    near_miss=Change(
        "systems.yaml",
        _ME,
        "representatives: {for: [school], steps: [my-loans, see-loan]}\n\nme:\n",
    ),
)


def check(subject: Subject) -> Iterator[Finding]:
    said = subject.blueprint.representatives
    if said is None:
        return
    yield from _kinds(said, subject.blueprint)
    yield from _steps(said, subject.blueprint)


def _kinds(said: Representatives, blueprint: Blueprint) -> Iterator[Finding]:
    customers = blueprint.people.customers
    for kind in said.for_:
        known = customers.get(kind)
        if known is None:
            yield ABOUT.finding(
                f'"{kind}" is no kind of customer',
                place(kind, "not among  people: customers:"),
                help_=(f"use one of: {', '.join(customers)}",),
            )
        elif known.belongs_to is not None:
            yield ABOUT.finding(
                f'"{kind}" lets somebody act for them, and belongs to an organisation',
                place(kind, "in private only"),
                place(known.belongs_to, "of an organisation"),
                help_=("leave it out: an administrator gives others a role there",),
            )


def _steps(said: Representatives, blueprint: Blueprint) -> Iterator[Finding]:
    steps = {str(step.id): step for step in blueprint.steps}
    kinds = frozenset(map(str, said.for_))
    for name in said.steps or ():
        step = steps.get(name)
        if step is None:
            yield ABOUT.finding(
                f'representatives may do "{name}", and no step is called so',
                place(name, "no step of the story"),
                help_=(f"use some of: {', '.join(steps)}",),
            )
        elif kinds.isdisjoint(map(str, step.for_)):
            yield ABOUT.finding(
                f'representatives may do "{name}", and that is for others',
                place(name, f"by whoever acts for  {', '.join(said.for_)}"),
                *(place(one, "for these") for one in step.for_[:1]),
                help_=("leave it out",),
            )
