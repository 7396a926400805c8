"""Pages of staff: letters with a code, to be printed at once or as a file for the printer.

The codes stand on that one answer alone: nothing of it is kept, here or in the browser. Whoever
asks again makes new ones, and those of before end.
"""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods

from balie.backstage.addressing import Made
from balie.identity.desk import Desk, MakesLetters, desk_of, who_asks
from balie.identity.linking.activation import LIFE
from balie.identity.pages.connections import for_portal_administrators
from balie.systems.errors import SystemFault

MOST = 50
"""Letters that one answer can hold; for more there is `balie letters make`."""

_LONGEST = 40  # characters of one number
_ABOUT_IT = frozenset({"number", "postcode", "code"})
_ACTIVATE = "/accounts/activate/"
log = logging.getLogger(__name__)


@require_http_methods(["GET", "POST"])
@for_portal_administrators
def letters(request: HttpRequest) -> HttpResponse:
    """Makes letters for customer numbers, or takes those of a number back. 404 where the blueprint
    has no letters.
    """
    desk = desk_of(request)
    making = desk.makes_letters
    if making is None:
        raise Http404
    if request.method == "POST" and request.POST.get("do") == "revoke":
        return _taken_back(request, desk, making)
    numbers = _numbers(request.POST.get("numbers", ""))
    wrong = _wrong(numbers) if request.method == "POST" else ""
    if request.method != "POST" or wrong:
        return _form(request, making, wrong=wrong)
    name = request.POST.get("name", making.names[0])
    if name not in making.names:
        raise Http404
    try:
        made = making.make(name, numbers, who_asks(request).pk.hex)
    except SystemFault as fault:
        log.warning("Letters could not be made: %s", fault.staff)
        return _form(request, making, wrong="away", status=HTTPStatus.SERVICE_UNAVAILABLE)
    return _file(desk, made) if request.POST.get("as") == "csv" else _printed(request, desk, made)


def _numbers(said: str) -> Sequence[str]:
    """Customer numbers, a line each or with commas; each once."""
    found = (one.strip() for one in said.replace(",", "\n").replace(";", "\n").splitlines())
    return tuple(dict.fromkeys(one for one in found if one))


def _wrong(numbers: Sequence[str]) -> str:
    """What is wrong with what was filled in, a key of our words; "" for nothing."""
    if not numbers:
        return "missing"
    if len(numbers) > MOST:
        return "too_many"
    return "no_number" if any(len(one) > _LONGEST for one in numbers) else ""


def _form(
    request: HttpRequest,
    making: MakesLetters,
    *,
    wrong: str = "",
    status: HTTPStatus | None = None,
    **more: object,
) -> HttpResponse:
    shown = {
        "names": making.names,
        "said": request.POST if wrong else {},
        "wrong": wrong,
        "most": MOST,
        "weeks": LIFE.days // 7,
        **more,
    }
    if status is None:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return render(request, "known/letters.html", shown, status=status)


def _taken_back(request: HttpRequest, desk: Desk, making: MakesLetters) -> HttpResponse:
    number = request.POST.get("number", "").strip()
    if not number or desk.codes is None:
        return _form(request, making, wrong="missing_number")
    count = desk.codes.revoke(number, now(), who_asks(request).pk.hex)
    return _form(request, making, taken_back=count)


def _file(desk: Desk, made: Made) -> HttpResponse:
    """The file for the printer."""
    text = made.csv(desk.logins.public_url.rstrip("/") + _ACTIVATE)
    return HttpResponse(
        text.encode("utf-8-sig"),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="letters.csv"'},
    )


def _printed(request: HttpRequest, desk: Desk, made: Made) -> HttpResponse:
    """A page with a letter on each sheet."""
    shown = {
        "letters": [(_lines(one), one) for one in made.letters],
        "missed": [(number, why.name.lower()) for number, why in made.missed],
        "address": desk.logins.public_url.rstrip("/") + _ACTIVATE,
        "service": desk.blueprint.say(desk.blueprint.service, desk.language(request)),
        "ends": now() + LIFE,
    }
    return render(request, "known/printed.html", shown)


def _lines(letter: Mapping[str, str]) -> Sequence[str]:
    """What stands above a letter: the fields that the blueprint prints, in its order."""
    return [text for field, text in letter.items() if field not in _ABOUT_IT and text]
