"""The bridge between Django's session and the completed sign-in, and how faults are answered."""

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlencode

from allauth.core.internal import ratelimit
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation

from balie.identity.desk import desk_of
from balie.identity.factors.second_steps import has_second_step
from balie.identity.models import Person
from balie.identity.proofs import took_second_step, ways_to_prove
from balie.identity.reader import cookie_digest
from balie.identity.signing_in import still_holds

GET_ONE = "second_step_needed"
"""Name of the page where staff get a second step."""

GetResponse = Callable[[HttpRequest], HttpResponse]


class InTheirLanguage:
    """Django's own sentences are in the language of the page around them."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answers in the language that the visitor chose, of those of the blueprint."""
        with translation.override(desk_of(request).language(request)):
            return self._get_response(request)


class CompletedSignIn:
    """On Django's pages nobody is signed in either, once the completed sign-in is gone."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answers as somebody signed out when the sign-in does not hold any more."""
        if request.user.is_authenticated and not still_holds(request.session.session_key):
            logout(request)
        return self._get_response(request)


class NotTooOften:
    """One sign-in asks for so many pages a minute, of these and of the customer's together."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answers as asked, or says how long to wait."""
        often, cookie = desk_of(request).often, request.session.session_key
        if often is None or not cookie or not request.user.is_authenticated:
            return self._get_response(request)
        wait = often.wait(cookie_digest(cookie))
        if not wait:
            return self._get_response(request)
        refusal: HttpResponse = ratelimit.respond_429(request)
        refusal["Retry-After"] = str(wait)
        return refusal


class StaffTakeTwoSteps:
    """Outside a demo staff stand on two steps, or see no page of staff: whatever page that is."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answers as asked, or leads to the second step: to take it, or first to get one."""
        person = request.user
        if (
            not request.path.startswith("/staff")
            or not isinstance(person, Person)
            or not person.is_staff
            or desk_of(request).demo
            or took_second_step(request, person)
        ):
            return self._get_response(request)
        ways = ways_to_prove(person, demo=False) if has_second_step(person) else [GET_ONE]
        here = request.get_full_path() if request.method in ("GET", "HEAD") else "/staff"
        return HttpResponseRedirect(f"{reverse(ways[0])}?{urlencode({'next': here})}")


class FaultsHaveAStatus:
    """A form that is shown again because something is wrong with it answers 422."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answers as asked."""
        return self._get_response(request)

    def process_template_response(
        self, _request: HttpRequest, response: TemplateResponse
    ) -> TemplateResponse:
        """Looks whether the page holds a form with errors."""
        form = (response.context_data or {}).get("form")
        if response.status_code == HTTPStatus.OK and getattr(form, "errors", None):
            response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return response
