"""The pages of staff. For everybody else they do not exist."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from markupsafe import Markup

from balie.console.findings import findings, system_states
from balie.console.watch import watch_of

View = Callable[..., HttpResponse]


def for_staff(view: View) -> View:
    """The view for staff; 404 for whoever is not, signed in or out."""

    @require_safe
    @never_cache
    def guarded(request: HttpRequest, **named: str) -> HttpResponse:
        if not getattr(request.user, "is_staff", False):
            raise Http404
        return view(request, **named)

    return guarded


@for_staff
def first_screen(request: HttpRequest) -> HttpResponse:
    """What is down, since when, and what was found."""
    watch, language = watch_of(request), str(get_language())
    return render(
        request,
        "console/first_screen.html",
        {
            "systems": system_states(watch.blueprint, watch.health(), language),
            "findings": findings(watch.noted(), watch.blueprint, language),
            "version": watch.blueprint.version,
        },
    )


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
