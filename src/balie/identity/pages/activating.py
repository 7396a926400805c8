"""The page on which somebody fills in the code of a letter.

Whoever is not signed in fills in their mail address too; a code by mail proves it before the letter
is used up. A wrong combination is answered in one way, whatever was wrong.
"""

import time

import msgspec
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from balie.identity.desk import desk_of
from balie.identity.forms import LetterForm
from balie.identity.linking.activation import Asker, Codes, Filled
from balie.identity.models import Person
from balie.identity.people import admit

ACTIVATING = "activating"
"""Where the browser's session keeps a letter until the address is proved."""

_PROVES_WITHIN = 30 * 60


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A letter in the browser's session. address: to be proved. at: seconds since 1970."""

    letter: int
    address: str
    at: float


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@never_cache
def activate(request: HttpRequest) -> HttpResponse:
    """Takes number, postcode and code. Does not exist where the blueprint knows no letters."""
    codes = desk_of(request).codes
    person = request.user if isinstance(request.user, Person) else None
    if codes is None or (person is not None and person.is_staff):
        raise Http404
    form = LetterForm(request.POST or None, signed_in=person is not None)
    if request.method == "POST" and form.is_valid():
        answer = _taken(request, codes, form, person)
        if answer is not None:
            return answer
        form.add_error(None, form.not_activated())
    status = 422 if form.errors else 200
    return render(request, "activate.html", {"form": form, "person": person}, status=status)


def settle_letter(request: HttpRequest, person: Person) -> None:
    """Links whoever proved the address that was filled in with a letter. Else it does nothing."""
    kept = request.session.pop(ACTIVATING, None)
    codes = desk_of(request).codes
    if kept is None or codes is None:
        return
    found = msgspec.convert(kept, _Kept)
    if found.address == person.email and time.time() - found.at <= _PROVES_WITHIN:
        codes.use(found.letter, person, now())


def _taken(
    request: HttpRequest, codes: Codes, form: LetterForm, person: Person | None
) -> HttpResponse | None:
    """What follows from a letter that is right; None when it is not."""
    filled = Filled(
        number=form.cleaned_data["number"],
        postcode=form.cleaned_data["postcode"],
        code=form.cleaned_data["code"],
    )
    asker = Asker(person=person.pk.hex if person else "", network=request.META["REMOTE_ADDR"])
    letter = codes.look(filled, asker, now())
    if letter is None:
        return None
    if person is not None:
        used = codes.use(letter.pk, person, now())
        return HttpResponseRedirect("/") if used else None
    address = form.cleaned_data["email"].strip().lower()
    admit(address)
    kept = _Kept(letter=letter.pk, address=address, at=time.time())
    request.session[ACTIVATING] = msgspec.to_builtins(kept)
    return render(request, "activate_prove.html", {"email": address})
