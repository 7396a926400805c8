"""The page on which somebody says for whom they act: in private, or for one organisation."""

from dataclasses import dataclass

from allauth.account.utils import get_next_redirect_url
from asgiref.sync import async_to_sync
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from balie.access.viewer import Visitor
from balie.backstage.acting import Context, Contexts
from balie.identity.desk import desk_of
from balie.identity.models import Person, ViewerSession
from balie.identity.reader import cookie_digest
from balie.identity.signing_in import visitor_in


@dataclass(frozen=True, slots=True)
class Choice:
    """One of those for whom somebody can act. name: "" for in private."""

    key: str
    name: str
    is_chosen: bool


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def acting_for(request: HttpRequest) -> HttpResponse:
    """Asks for whom somebody acts from now on, in this browser; then on to where they were."""
    visitor = visitor_here(request)
    contexts = async_to_sync(desk_of(request).contexts)(visitor)
    onward = get_next_redirect_url(request) or "/"
    if request.method == "POST":
        chosen = contexts.chosen(request.POST.get("organisation", ""))
        if chosen is None:
            raise Http404
        act_for(request, chosen)
        return HttpResponseRedirect(onward)
    shown = {
        "choices": _choices(visitor, contexts),
        "onward": onward,
        "is_away": _is_away(contexts),
    }
    return render(request, "organisations/acting_for.html", shown)


def visitor_here(request: HttpRequest) -> Visitor:
    """The customer whose browser this is. Raises Http404 for staff."""
    person = request.user
    if not isinstance(person, Person) or person.is_staff:
        raise Http404
    visitor = visitor_in(person, request.session.session_key or "")
    if visitor is None:
        raise Http404
    return visitor


def act_for(request: HttpRequest, context: Context) -> None:
    """From now on this browser acts for this one: every page believes what stands here."""
    here = cookie_digest(request.session.session_key or "")
    ViewerSession.objects.filter(pk=here).update(acting_for=context.organisation)


def _choices(visitor: Visitor, contexts: Contexts) -> list[Choice]:
    chosen = contexts.chosen(visitor.acting_for)
    return [Choice(one.organisation, one.name or "", one == chosen) for one in contexts.found]


def _is_away(contexts: Contexts) -> bool:
    return not contexts.are_all
