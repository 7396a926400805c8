"""Pages of staff: who a customer is to the systems, how that came, and to take one link away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from balie.identity.desk import desk_of, who_asks
from balie.identity.linking.links import Why, unlink
from balie.identity.models import Person, Recognition, ViewerSession
from balie.identity.pages.connections import for_portal_administrators
from balie.identity.signing_in import end_everywhere

REASONS = ("asked", "wrong", "moved", "misused")
"""Why a link is taken away, as the audit keeps it: one of these words."""

_DONE = ("unlinked", "signed_out")
_LONGEST = 254
_WORDS = {one.value: one.name.lower() for one in Why}


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A link as the page shows it. how: key of our words; by: a colleague's name, "" for nobody."""

    id: int
    name: str
    key: str
    how: str
    connection: str
    by: str
    since: datetime
    ended: datetime | None


@sensitive_post_parameters("email")
@require_http_methods(["GET", "POST"])
@for_portal_administrators
def find(request: HttpRequest) -> HttpResponse:
    """Asks for a customer's mail address, and leads to their links."""
    email = request.POST.get("email", "").strip().lower()[:_LONGEST]
    person = _customers().filter(email=email).first() if email else None
    if person is not None:
        return HttpResponseRedirect(reverse("links_of", args=[person.pk.hex]))
    is_wrong = request.method == "POST"
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK
    shown = {
        "email": email,
        "wrong": ("nobody" if email else "missing") if is_wrong else "",
        "letters": desk_of(request).makes_letters is not None,
    }
    return render(request, "known/find.html", shown, status=status)


@require_http_methods(["GET", "POST"])
@for_portal_administrators
def links_of(request: HttpRequest, person: str) -> HttpResponse:
    """The links of one customer; sent to, one of them is taken away for a reason, or every sign-in
    of theirs ends.

    The next page of theirs knows it. The mail address does not make the link again.
    """
    customer = _customer(person)
    if request.POST.get("do") == "sign_out":
        return _signed_out(request, customer)
    if request.method == "POST":
        return _taken_away(request, customer)
    desk_of(request).note("looked at links", who=who_asks(request).pk.hex, about=customer.pk.hex)
    done = request.GET.get("done", "")
    shown = {
        "customer": customer,
        "links": _links(customer),
        "done": done if done in _DONE else "",
        "sign_ins": ViewerSession.objects.filter(person=customer, behind=None).count(),
    }
    return render(request, "known/links.html", shown)


def _taken_away(request: HttpRequest, customer: Person) -> HttpResponse:
    """Asks first: for what reason, and whether it is sure."""
    link = _holding(customer, request.POST.get("link", ""))
    why = request.POST.get("why", "")
    if why not in REASONS:
        is_wrong = "asked" in request.POST
        status = HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK
        shown = {"customer": customer, "link": link, "reasons": REASONS, "wrong": is_wrong}
        return render(request, "known/unlink.html", shown, status=status)
    by = who_asks(request).pk.hex
    unlink(customer, link.name, desk_of(request).note, link.key, by=by, why=why)
    return HttpResponseRedirect(f"{reverse('links_of', args=[customer.pk.hex])}?done=unlinked")


@transaction.atomic
def _signed_out(request: HttpRequest, customer: Person) -> HttpResponse:
    """Ends every sign-in of a customer; their account stays open."""
    end_everywhere(customer)
    by = who_asks(request).pk.hex
    desk_of(request).note("signed out by staff", who=by, about=customer.pk.hex)
    return HttpResponseRedirect(f"{reverse('links_of', args=[customer.pk.hex])}?done=signed_out")


def _links(customer: Person) -> Sequence[Linked]:
    """Those that hold first."""
    rows = list(customer.recognitions.order_by("name", "-since"))
    names = _names(row.by for row in rows)
    linked = [_linked(row, names.get(row.by, "")) for row in rows]
    return sorted(linked, key=lambda one: one.ended is not None)


def _linked(row: Recognition, by: str) -> Linked:
    return Linked(
        id=row.pk,
        name=row.name,
        key=row.key,
        how=_WORDS.get(row.why, "other"),
        connection=row.connection,
        by=by,
        since=row.since,
        ended=row.ended,
    )


def _names(ids: Iterable[str]) -> dict[str, str]:
    people = Person.objects.filter(pk__in=[UUID(hex=one) for one in ids if one])
    return {person.pk.hex: person.name or person.email for person in people}


def _holding(customer: Person, said: str) -> Recognition:
    """The link that is to go. Raises Http404 for what is not theirs, or over already."""
    number = int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else 0
    link = customer.recognitions.filter(pk=number, ended=None).first()
    if link is None:
        raise Http404
    return link


def _customer(said: str) -> Person:
    """Whoever has this id. Raises Http404 for nobody, and for staff: they are no customers."""
    try:
        person = _customers().filter(pk=UUID(hex=said)).first()
    except ValueError:
        person = None
    if person is None:
        raise Http404
    return person


def _customers() -> "QuerySet[Person]":
    return Person.objects.filter(is_staff=False)
