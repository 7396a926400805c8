"""The page on which somebody says for whom they act: in private, for one organisation, or for one
other person who lets them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from allauth.account.utils import get_next_redirect_url
from asgiref.sync import async_to_sync
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from balie.access.viewer import SOMEBODY, Visitor
from balie.backstage.acting import Context, Contexts
from balie.identity.desk import desk_of, who_asks
from balie.identity.models import Person, Representation, ViewerSession
from balie.identity.reader import cookie_digest
from balie.identity.representing import that_hold
from balie.identity.signing_in import visitor_here


@dataclass(frozen=True, slots=True)
class Choice:
    """One of those for whom somebody can act. name: "" for in private. is_person: key is an id of a
    representation, not the key of an organisation.
    """

    key: str
    name: str
    is_chosen: bool
    is_person: bool = False


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def acting_for(request: HttpRequest) -> HttpResponse:
    """Asks for whom somebody acts from now on, in this browser; then on to where they were."""
    visitor = visitor_here(request)
    contexts = async_to_sync(desk_of(request).contexts)(visitor)
    onward = get_next_redirect_url(request) or "/"
    others = representing(request, who_asks(request))
    if request.method == "POST" and "person" in request.POST:
        other = next((one for one in others if one.pk.hex == request.POST["person"]), None)
        if other is None:
            raise Http404
        represent(request, other)
        return HttpResponseRedirect(onward)
    if request.method == "POST":
        chosen = contexts.chosen(request.POST.get("organisation", ""))
        if chosen is None:
            raise Http404
        act_for(request, chosen)
        return HttpResponseRedirect(onward)
    shown = {
        "choices": [*_choices(visitor, contexts), *_others(visitor, request, others)],
        "onward": onward,
        "is_away": _is_away(contexts),
    }
    return render(request, "organisations/acting_for.html", shown)


def act_for(request: HttpRequest, context: Context) -> None:
    """From now on this browser acts for this one: every page believes what stands here."""
    here = cookie_digest(request.session.session_key or "")
    chosen = {"acting_for": context.organisation, "representation": None}
    ViewerSession.objects.filter(pk=here).update(**chosen)


def represent(request: HttpRequest, one: Representation) -> None:
    """From now on this browser acts for somebody else, in private."""
    here = cookie_digest(request.session.session_key or "")
    ViewerSession.objects.filter(pk=here).update(acting_for=SOMEBODY, representation=one)
    person = who_asks(request)
    desk_of(request).note("represents", who=person.pk.hex, about=one.represented.pk.hex)


def representing(request: HttpRequest, person: Person) -> Sequence[Representation]:
    """Those for whom somebody may act now, where the blueprint lets anybody."""
    if desk_of(request).blueprint.representatives is None:
        return ()
    return that_hold(person)


def _choices(visitor: Visitor, contexts: Contexts) -> list[Choice]:
    chosen = contexts.chosen(visitor.acting_for)
    return [Choice(one.organisation, one.name or "", one == chosen) for one in contexts.found]


def _others(
    visitor: Visitor, request: HttpRequest, others: Sequence[Representation]
) -> Iterable[Choice]:
    chosen = None
    if visitor.acting_for == SOMEBODY:
        here = cookie_digest(request.session.session_key or "")
        row = ViewerSession.objects.filter(pk=here).first()
        chosen = None if row is None else row.representation_id
    for one in others:
        name = one.represented.name or one.represented.email
        yield Choice(one.pk.hex, name, one.pk == chosen, is_person=True)


def _is_away(contexts: Contexts) -> bool:
    return not contexts.are_all
