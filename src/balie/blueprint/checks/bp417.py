"""Something that a page names and would not show."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.checks.pages import is_single
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.lineage import nested_list
from balie.blueprint.model import Blueprint, FieldRef, Screen

ABOUT = About(
    code="BP417",
    severity=Severity.ERROR,
    title="A page names something that it would not show",
    why="A page is about one thing, or lists one thing, or says how everything stands: figures, "
    "and what there is one of. What fits none of these would be left out, and nobody would say so.",
    example=Change(
        "story.yaml",
        "shows: [loan.number, loan.status, loan.due_on]\n",
        "shows: [loan.number, loan.status, loan.due_on]\n"
        "          figures: [{name: Fee, of: loan.fee, as: sum}]\n",
    ),
    near_miss=Change(
        "story.yaml",
        "shows: [loan.number, loan.status, loan.due_on]\n",
        "figures: [{name: Fee, of: loan.fee, as: sum}]\n",
    ),
)


def check(subject: Subject) -> Iterator[Finding]:
    for step in subject.blueprint.steps:
        screen = step.screen
        if screen is None or screen.is_form or "{" in (screen.address or ""):
            continue
        yield from _lists_inside(subject.blueprint, screen)
        if screen.figures:
            yield from _beside_figures(subject.blueprint, screen)
        else:
            yield from _beside_a_list(subject.blueprint, screen)


def _lists_inside(blueprint: Blueprint, screen: Screen) -> Iterator[Finding]:
    """The rows inside a row of which there is one: shown only where an address names the row."""
    for ref in screen.shows:
        nested = nested_list(blueprint, ref.thing, ref.field.partition(".")[0])
        if nested is not None and is_single(blueprint.things[ref.thing]):
            yield ABOUT.finding(
                f'this page would not show "{ref.text}"',
                place(ref.text, "left out"),
                place(nested.in_ or nested.id, "a list inside the one row"),
                why="a list inside a row is shown on the page of that one row",
                help_=(f"show it on a page with  {{{ref.thing}.<key>}}  in its address",),
            )


def _beside_figures(blueprint: Blueprint, screen: Screen) -> Iterator[Finding]:
    for ref in _refs(blueprint, screen):
        if not is_single(blueprint.things[ref.thing]) or ref is screen.timeline:
            yield ABOUT.finding(
                f'this page has figures, and would not show "{ref.text}"',
                place(ref.text, "left out"),
                *(place(figure.name, "a figure") for figure in screen.figures[:1]),
                why="beside figures stands only what there is one of",
                help_=(f'give "{ref.thing}" a page of its own, or count it in a figure',),
            )


def _beside_a_list(blueprint: Blueprint, screen: Screen) -> Iterator[Finding]:
    refs = _refs(blueprint, screen)
    listed = [ref for ref in refs if _is_listed(blueprint, ref)]
    for ref in refs if listed else ():
        if ref.thing != listed[0].thing or ref is screen.timeline:
            yield ABOUT.finding(
                f'this page lists "{listed[0].thing}", and would not show "{ref.text}"',
                place(ref.text, "left out"),
                place(listed[0].text, "this makes it a list"),
                why="a list shows one thing, in columns",
                help_=("show it on the page of one row, or on a page of its own",),
            )


def _refs(blueprint: Blueprint, screen: Screen) -> list[FieldRef]:
    timeline = () if screen.timeline is None else (screen.timeline,)
    return [ref for ref in (*screen.shows, *timeline) if ref.thing in blueprint.things]


def _is_listed(blueprint: Blueprint, ref: FieldRef) -> bool:
    thing = blueprint.things[ref.thing]
    return thing.in_ is None and not is_single(thing)
