"""The first screen of staff, and the drawing of the blueprint that runs."""

from asgiref.sync import async_to_sync
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from markupsafe import Markup

from balie.access.viewer import ADMINISTRATORS
from balie.backstage.service_desk.stuck import FOR_PEOPLE
from balie.console.doors import for_staff
from balie.console.findings import system_states, together
from balie.console.service_desk import Colleague, ServiceDesk, colleague_of
from balie.console.told import Told, load_lines, stuck_lines, work_lines
from balie.console.watch import watch_of


@for_staff
def first_screen(request: HttpRequest) -> HttpResponse:
    """What is stuck, since when, and what the customer sees; then how the systems are."""
    watch, language = watch_of(request), str(get_language())
    told = Told(watch.blueprint, language)
    context: dict[str, object] = {
        "systems": system_states(watch.blueprint, watch.health(), language),
        "findings": together(watch.noted(), watch.blueprint, language),
        "version": watch.blueprint.version,
        "desk": watch.desk is not None,
        "mine": (),
        "others": 0,
        "work": (),
        "references": {},
        "waiting": (),
        "administers": ADMINISTRATORS in getattr(request.user, "staff_roles", ()),
    }
    if watch.desk is not None:
        context |= _to_do(watch.desk, told, colleague_of(request))
    return render(request, "console/first_screen.html", context)


def _to_do(desk: ServiceDesk, told: Told, colleague: Colleague) -> dict[str, object]:
    held = async_to_sync(desk.actions.held_up)(FOR_PEOPLE)
    loads = [load for load in async_to_sync(desk.actions.loads)() if load.waiting]
    mine = stuck_lines(held, told, colleague.teams)
    items = async_to_sync(desk.work.items.open_for)(colleague.teams) if desk.work else ()
    work = work_lines(items, told, desk.now())
    return {
        "mine": mine,
        "others": len(held) - len(mine),
        "work": work,
        "references": async_to_sync(desk.actions.references)([line.instance for line in work]),
        "waiting": load_lines(loads, told),
    }


@for_staff
def drawing(request: HttpRequest) -> HttpResponse:
    """The blueprint that runs, drawn, and the same as a table."""
    watch, language = watch_of(request), str(get_language())
    return render(
        request,
        "console/blueprint.html",
        {
            "drawing": Markup(watch.drawing(language)),  # noqa: S704 - made by us, every text escaped
            "table": Markup(watch.table(language)),  # noqa: S704
            "cards": Markup(watch.cards(language)),  # noqa: S704
            "pages": watch.origins(language),
            "version": watch.blueprint.version,
        },
    )


@for_staff
def origins(request: HttpRequest, step: str) -> HttpResponse:
    """Where every value on the pages of a step comes from, and who sees it."""
    watch, language = watch_of(request), str(get_language())
    pages = [page for page in watch.origins(language) if page.plan.step.id == step]
    if not pages:
        raise Http404
    return render(request, "console/origins.html", {"pages": pages, "title": pages[-1].title})
