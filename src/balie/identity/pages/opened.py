"""The page that a link from a mail opens, for whoever has that mail: one row, to read."""

from http import HTTPStatus

from asgiref.sync import async_to_sync
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from balie.identity.desk import desk_of
from balie.identity.linking.mail_links import end, with_token
from balie.identity.models import MailLink
from balie.identity.signing_in import visitor_acting_for

LASTS = 60 * 60
"""Seconds in which a browser goes on showing it; after that the mail's link opens it again."""

_ROBOTS = "noindex, nofollow, noarchive"


@require_GET
@never_cache
def arrive(request: HttpRequest, token: str) -> HttpResponse:
    """Where the mail leads. The token goes from the address into a cookie of this host alone."""
    if with_token(token, now()) is None:
        return _over(request)
    answer = HttpResponseRedirect(reverse("opened"))
    answer.set_cookie(
        cookie_name(),
        token,
        max_age=LASTS,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )
    answer["Referrer-Policy"] = "no-referrer"
    return _quiet(answer)


@require_http_methods(["GET", "POST"])
@never_cache
def opened(request: HttpRequest) -> HttpResponse:
    """The row, as the person whom the mail went to sees it now; a button ends the link for good."""
    link = with_token(request.COOKIES.get(cookie_name(), ""), now())
    if link is None or link.person.is_staff:  # staff have no pages of customers
        return _over(request)
    if request.method == "POST":
        return _ended(request, link)
    desk = desk_of(request)
    visitor = visitor_acting_for(link.person, link.acting_for)
    page = async_to_sync(desk.alone)(link.page, visitor, str(get_language()))
    if page is None:
        return _over(request)
    person = link.person.pk.hex
    desk.note("opened by a mail's link", who=person, about=person, record=page.step)
    context = {"page": page, "until": link.expires, "here": link.page}
    return _quiet(render(request, "opened.html", context))


def cookie_name() -> str:
    """`__Host-` binds it to this host, and needs https."""
    return f"{settings.SESSION_COOKIE_NAME}-mail"


def _ended(request: HttpRequest, link: MailLink) -> HttpResponse:
    if end(link, now()):
        person = link.person.pk.hex
        desk_of(request).note("ended a mail's link", who=person, about=person)
    answer = _over(request)
    answer.delete_cookie(cookie_name())
    return answer


def _over(request: HttpRequest) -> HttpResponse:
    """One answer for what ran out, was ended, is not theirs any more, and never was."""
    return _quiet(render(request, "opened_over.html", status=HTTPStatus.NOT_FOUND))


def _quiet(response: HttpResponse) -> HttpResponse:
    """Nobody keeps it. Other sites are told nothing by the policy of every page; without a referrer
    for ourselves a browser would not say where a form comes from, and it would be refused.
    """
    response["X-Robots-Tag"] = _ROBOTS
    return response
