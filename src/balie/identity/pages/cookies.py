"""The page about cookies: which there are, and what a visitor said about those of others."""

from http import HTTPStatus

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from balie.access.origin import is_from_here
from balie.backstage.consent import COOKIE, LASTS, Consent
from balie.identity.desk import desk_of
from balie.identity.lockout import bounded
from balie.identity.views import refused

OUR_OWN = ("signed_in", "form", "language", "colours", "known")
"""What our own cookies are for, as keys of our words: none of them needs to be asked."""


@bounded("60/m/ip")
@csrf_exempt
@require_http_methods(["GET", "POST"])
@never_cache
def cookies(request: HttpRequest) -> HttpResponse:
    """Tells which cookies there are; sent to, keeps an answer about those of others.

    The button stands on pages of the other layer too, which have no token of Django's; so it is the
    browser's own word that counts.
    """
    consent = Consent(desk_of(request).blueprint)
    if request.method == "POST":
        return _answered(request)
    context = {
        "own": OUR_OWN,
        "others": consent.told(str(get_language())),
        "answer": consent.answer(request.COOKIES.get(COOKIE, "")),
    }
    return render(request, "cookies.html", context)


def _answered(request: HttpRequest) -> HttpResponse:
    desk, said, headers = desk_of(request), request.POST.get("say"), request.headers
    consent = Consent(desk.blueprint)
    here = f"{request.scheme}://{request.get_host()}"
    if not is_from_here(headers.get("sec-fetch-site"), headers.get("origin"), here):
        return refused(request)
    if said not in ("yes", "no") or not consent.declared:
        raise Http404
    who = request.user.pk.hex if request.user.is_authenticated else ""
    desk.note("cookies", who=who, about=consent.mark, more=said)
    to = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(to, {request.get_host()}) and to.startswith("/")
    back = HttpResponseRedirect(to if is_ours else request.path, status=HTTPStatus.SEE_OTHER)
    back.set_cookie(
        COOKIE,
        consent.kept(said_yes=said == "yes"),
        max_age=LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return back
