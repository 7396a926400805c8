"""An address that does not say which row it is about."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.checks.pages import Brace, braces
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.model import Thing
from balie.blueprint.source import Text
from balie.blueprint.spelling import did_you_mean

ABOUT = About(
    code="BP416",
    severity=Severity.ERROR,
    title="An address does not say which row it is about",
    why="What stands in an address is looked up as the key of one thing. With anything else "
    "between the braces the page would never be found.",
    example=Change(
        "story.yaml", "address: /wishes/{wish.number}", "address: /wishes/{wish.reason}"
    ),
    near_miss=Change(
        "story.yaml", "address: /wishes/{wish.number}", "address: /wishes/{wish.number}/answer"
    ),
)


def check(subject: Subject) -> Iterator[Finding]:
    for step in subject.blueprint.steps:
        address = step.screen.address if step.screen else None
        if address is not None:
            yield from _look(subject, address)


def _look(subject: Subject, address: Text) -> Iterator[Finding]:
    between = braces(address)
    written = [part for part in address.split("/") if "{" in part or "}" in part]
    if not address.startswith("/") or written != [f"{{{brace.text}}}" for brace in between]:
        yield ABOUT.finding(
            f'the address "{address}" cannot be read',
            place(address, "written here"),
            help_=("begin with / and let braces fill a whole part:  /orders/{order.number}",),
        )
    elif len(between) > 1:
        yield ABOUT.finding(
            f'the address "{address}" has more than one pair of braces',
            place(between[1].text, "a page is about one thing, the first"),
            help_=("keep the first; what belongs to it is shown on its page",),
        )
    elif between:
        yield from _one(subject, between[0])


def _one(subject: Subject, brace: Brace) -> Iterator[Finding]:
    things = subject.blueprint.things
    thing = things.get(brace.thing)
    if thing is None:
        yield ABOUT.finding(
            f'there is no thing "{brace.thing}"',
            place(brace.text, "this page would be about one"),
            help_=did_you_mean(brace.thing, things),
        )
    elif thing.in_ is not None:
        yield ABOUT.finding(
            f'"{thing.id}" has no page of its own: it stands in "{thing.parent}"',
            place(brace.text, "this page would be about one"),
            place(thing.in_, "it stands in this"),
            help_=(f'show it on the page of "{thing.parent}"',),
        )
    elif not _is_key(thing, brace.field):
        yield ABOUT.finding(
            f'"{brace.text}" is not what tells one "{thing.id}" from another',
            place(brace.text, "looked up as the key"),
            place(thing.key or thing.id, "this is the key" if thing.key else "it has no key"),
            help_=_help(thing),
        )


def _is_key(thing: Thing, name: str) -> bool:
    """Whether a field is the key, or shows the raw field that is."""
    if thing.key is None:
        return False
    field = thing.fields.get(name)
    if field is None or (name == thing.key and len(thing.from_) > 1):
        return name == thing.key
    return {str(line.path) for line in field.from_} == {str(thing.key)}


def _help(thing: Thing) -> tuple[str, ...]:
    named = [name for name in thing.fields if _is_key(thing, name)]
    return tuple(f"write  {{{thing.id}.{name}}}" for name in named[:1])
