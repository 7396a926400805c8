"""What stands before every operation for front ends, so that allauth's own code sees only what is
meant: the switch, the method, where it comes from, and JSON of a size that people need.
"""

import json
from collections.abc import Callable, Sequence
from functools import wraps
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from balie.access.origin import is_from_here
from balie.identity.desk import desk_of
from balie.identity.lockout import know_again
from balie.identity.models import Person

LONGEST = 32 * 1024
"""Bytes of a body. What a browser says about a passkey is two thousand at most."""

DEEPEST = 40
"""Lists and objects in a body."""

View = Callable[..., HttpResponseBase]


def operation(view: View, *methods: str, signs_in: bool = False) -> View:
    """One address of the API. signs_in: it is only for who is not signed in yet.

    No token against forgery is asked: the browser's own word counts, as at the service's own API.
    """

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, *args: object, **named: object) -> HttpResponseBase:
        if not desk_of(request).headless:
            raise Http404
        if request.method not in methods:
            return refusal(HTTPStatus.METHOD_NOT_ALLOWED, allow=methods)
        if request.method != "GET":
            wrong = _wrong(request, signs_in=signs_in)
            if wrong is not None:
                return refusal(wrong)
        was_somebody = request.user.is_authenticated
        response = view(request, *args, **named)
        person = request.user
        if not was_somebody and isinstance(person, Person) and isinstance(response, HttpResponse):
            know_again(request, response, person)
        return response

    return answer


def refusal(status: HTTPStatus, *, allow: Sequence[str] = ()) -> JsonResponse:
    """A refusal in the form of all answers here."""
    headers = {"Allow": ", ".join(allow)} if allow else {}
    return JsonResponse({"status": status}, status=status, headers=headers)


def _wrong(request: HttpRequest, *, signs_in: bool) -> HTTPStatus | None:
    said, here = request.headers, f"{request.scheme}://{request.get_host()}"
    if not is_from_here(said.get("sec-fetch-site"), said.get("origin"), here):
        return HTTPStatus.FORBIDDEN
    if signs_in and request.user.is_authenticated:
        return HTTPStatus.CONFLICT
    if not request.body:
        return None
    if request.content_type != "application/json":
        return HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    if len(request.body) > LONGEST:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return None if _is_plain(request.body) else HTTPStatus.BAD_REQUEST


def _is_plain(body: bytes) -> bool:
    """Whether it is a JSON object of text that can be written down, and not nested without end."""
    if body.count(b"[") + body.count(b"{") > DEEPEST:
        return False
    try:
        said = json.loads(body.decode())
        json.dumps(said, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except ValueError:
        return False
    return isinstance(said, dict)
