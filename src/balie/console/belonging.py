"""Of which organisations a customer is, for the page on which staff look along with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from asgiref.sync import async_to_sync
from django.http import HttpRequest

from balie.access.viewer import Visitor
from balie.backstage.acting import Contexts
from balie.backstage.service_desk.belonging import belongings, knows_organisations
from balie.console.told import Told
from balie.console.watch import desk_of, watch_of


@dataclass(frozen=True, slots=True)
class Choice:
    """One of those for whom a customer can act. name: "" for in private."""

    key: str
    name: str
    is_chosen: bool


def belonging(request: HttpRequest, visitor: Visitor, told: Told) -> Mapping[str, object]:
    """What the page of a customer tells of their organisations; nothing where the blueprint knows
    none, and of whom the systems know in private alone: then the page says what they are already.
    """
    desk, blueprint = desk_of(request), watch_of(request).blueprint
    if not knows_organisations(blueprint):
        return {"knows_organisations": False}
    contexts = async_to_sync(desk.looking.contexts)(visitor)
    kept = desk.directory.memberships(visitor.person)
    found = belongings(blueprint, kept, contexts, desk.now())
    return {
        "knows_organisations": bool(kept) or any(one.organisation for one in found),
        "are_all": contexts.are_all,
        "belongs": [(one, told.kind(one.kind) if one.kind else "") for one in found],
        "choices": _choices(contexts, visitor.acting_for),
    }


def _choices(contexts: Contexts, acting_for: str | None) -> Sequence[Choice]:
    """Those to choose from; nobody chooses from one."""
    if len(contexts.found) < 2:
        return ()
    chosen = contexts.chosen(acting_for)
    return [
        Choice(one.organisation, one.name or one.organisation, one == chosen)
        for one in contexts.found
    ]
