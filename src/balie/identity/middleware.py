"""The bridge between Django's session and the completed sign-in."""

from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from balie.identity.signing_in import still_holds


class CompletedSignIn:
    """On Django's pages nobody is signed in either, once the completed sign-in is gone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answers as somebody signed out when the sign-in does not hold any more."""
        if request.user.is_authenticated and not still_holds(request.session.session_key):
            logout(request)
        return self._get_response(request)
