"""What the console gets from the rest of the site, by way of the request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.http import Http404, HttpRequest

from balie.backstage.lineage.origins import PageOrigins
from balie.backstage.ports import Health, Noted
from balie.blueprint.model import Blueprint
from balie.console.service_desk import ServiceDesk


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The running blueprint and what was noted while it ran.

    health: name of a system -> how it is now; asks them.
    drawing, table, cards: the blueprint in a language, as SVG and as HTML.
    origins: of every page in a language, where its values come from.
    desk: None in a portal where nothing can be sent.
    """

    blueprint: Blueprint
    health: Callable[[], Mapping[str, Health]]
    noted: Callable[[], tuple[Noted, ...]]
    drawing: Callable[[str], str]
    table: Callable[[str], str]
    cards: Callable[[str], str]
    origins: Callable[[str], tuple[PageOrigins, ...]]
    desk: ServiceDesk | None = None


def watch_of(request: HttpRequest) -> Watch:
    """What the site put beside this request."""
    watch: Watch = getattr(request, "scope")["state"]["console"]  # noqa: B009 - only ASGI has it
    return watch


def desk_of(request: HttpRequest) -> ServiceDesk:
    """The service desk; 404 in a portal that has nothing to settle."""
    desk = watch_of(request).desk
    if desk is None:
        raise Http404
    return desk
