"""Our own pages beside allauth's: the demo's front door and its outbox."""

from http import HTTPStatus

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import EmailAddress, Login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from balie.access.origin import is_from_here
from balie.identity.desk import desk_of
from balie.identity.models import DemoMail, Person
from balie.identity.stages import DEMO_DOOR


@csrf_exempt
@require_POST
def enter_as(request: HttpRequest, email: str) -> HttpResponse:
    """Signs in one of the demo's own people, without a password. Does not exist outside a demo.

    The button stands on a page of the other layer, which has no token of Django's; so it is the
    browser's own word that counts.
    """
    _only_in_the_demo(request)
    if not _is_from_here(request):
        return refused(request)
    address = email.lower()
    demo = Person.objects.filter(is_demo=True)
    before = demo.filter(pk__in=EmailAddress.objects.filter(email=address).values("user"))
    person = demo.filter(email=address).first() or before.first()
    if person is None:
        raise Http404
    request.session.flush()
    login = Login(user=person, email=person.email)
    login.state[DEMO_DOOR] = True
    return perform_login(request, login)


@require_GET
@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    """The mails that the demo did not send, newest first. Does not exist outside a demo."""
    _only_in_the_demo(request)
    return render(request, "outbox.html", {"mails": DemoMail.objects.all()[:50]})


def not_here(_request: HttpRequest, *_args: object, **_named: object) -> HttpResponse:
    """For pages of allauth that we do not offer."""
    raise Http404


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, in our layout."""
    del exception  # says no more than the page does
    return render(request, "not_found.html", status=HTTPStatus.NOT_FOUND)


def refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that came from elsewhere, or from a page that was open too long."""
    del reason  # is for developers
    return render(request, "form_expired.html", status=HTTPStatus.FORBIDDEN)


def _only_in_the_demo(request: HttpRequest) -> None:
    if not desk_of(request).demo:
        raise Http404


def _is_from_here(request: HttpRequest) -> bool:
    said, here = request.headers, f"{request.scheme}://{request.get_host()}"
    return is_from_here(said.get("sec-fetch-site"), said.get("origin"), here)
