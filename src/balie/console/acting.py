"""Acting as a customer: begun from looking along, ended on any page of the portal."""

from asgiref.sync import async_to_sync
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from balie.access.acting import cookie_beside, extent_of
from balie.access.origin import is_from_here
from balie.backstage.auditing import Line
from balie.console.customers import begun, pass_is_over
from balie.console.doors import staff_sends
from balie.console.service_desk import colleague_of
from balie.console.watch import desk_of, watch_of


@staff_sends
def begin(request: HttpRequest, key: str) -> HttpResponse:
    """Goes on in the portal as the customer of this pass, for the reason that it was given for.

    404 for a team that may not, and for a customer as whom nobody can be.
    """
    desk, colleague = desk_of(request), colleague_of(request)
    if extent_of(watch_of(request).blueprint.people.staff, colleague.teams) is None:
        raise Http404
    found = begun(request, key)
    if found is None:
        return pass_is_over(request)
    _, given, visitor = found
    if request.method != "POST" or not visitor.person or desk.acts is None:
        raise Http404
    cookie = desk.acts.begin(
        visitor.person, request.session.session_key or "", given.why, given.acting_for
    )
    if cookie is None:
        raise Http404
    line = Line(
        who=colleague.id,
        what="acted as",
        about=visitor.person,
        more=given.why,
        organisation=given.acting_for or "",
    )
    async_to_sync(desk.actions.note)(line)
    answer = HttpResponseRedirect("/")
    answer.set_cookie(
        cookie_beside(settings.SESSION_COOKIE_NAME),
        cookie,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return answer


@csrf_exempt
@require_POST
@never_cache
def stop(request: HttpRequest) -> HttpResponse:
    """Ends it, and leads back to staff's own pages.

    The button stands on pages of the other layer, which have no token of Django's; so it is the
    browser's own word that counts.
    """
    said, here = request.headers, f"{request.scheme}://{request.get_host()}"
    if not is_from_here(said.get("sec-fetch-site"), said.get("origin"), here):
        raise Http404
    answer = HttpResponseRedirect("/staff")
    answer.delete_cookie(cookie_beside(settings.SESSION_COOKIE_NAME), samesite="Strict")
    if getattr(request.user, "is_staff", False):
        desk, own = desk_of(request), request.session.session_key or ""
        customer = desk.acts.stop(own) if desk.acts is not None else ""
        if customer:
            line = Line(who=colleague_of(request).id, what="stopped acting as", about=customer)
            async_to_sync(desk.actions.note)(line)
    return answer
