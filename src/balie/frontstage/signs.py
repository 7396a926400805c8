"""An icon for each entry of the menu, from what its page is about. Words always stand beside it."""

from collections.abc import Iterable, Iterator, Mapping

from balie.backstage.forms.plan import Control, FormPlan
from balie.backstage.plans import is_single
from balie.backstage.service import Route
from balie.blueprint.model import Blueprint
from balie.mapping.kinds import Kind
from balie.mapping.thing import MappedThing

_OTHERS = ("layers", "tag", "list")


def signs_of(
    routes: Iterable[Route],
    things: Mapping[str, MappedThing],
    blueprint: Blueprint,
    forms: Iterable[FormPlan] = (),
) -> Mapping[str, str]:
    """Address -> the name of an icon, for the pages and forms that have one address."""
    others = _in_turn(_OTHERS)
    created = frozenset(str(s.screen.creates) for s in blueprint.steps if s.screen)
    signs = {form.address: _sign_of_form(form) for form in forms}
    for route in routes:
        if route.plan.is_fixed:
            subject = route.plan.subject
            thing = things[subject.thing] if subject else None
            signs[route.address] = _sign(thing, created, blueprint) or next(others)
    return signs


def _sign_of_form(form: FormPlan) -> str:
    if form.is_change:
        return "edit"
    if form.rows is not None:
        return "back"
    asks_to_be_called = any(one.control is Control.PHONE for one in form.questions)
    return "phone" if asks_to_be_called else "chat"


def _sign(thing: MappedThing | None, created: frozenset[str], blueprint: Blueprint) -> str | None:
    if thing is None:
        return "home"
    if is_single(thing.thing):
        return "user"
    has_lines = any(t.parent == thing.id and t.list_name for t in blueprint.things.values())
    if thing.id in created:  # customers begin it themselves: they send us things, or words
        return "inbox" if has_lines else "chat"
    if has_lines:
        return "box"
    if any(field.kind is Kind.DOCUMENT for field in thing.fields.values()):
        return "file"
    return None


def _in_turn(names: tuple[str, ...]) -> Iterator[str]:
    yield from names[:-1]
    while True:
        yield names[-1]
