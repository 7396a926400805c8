"""The pages on which customers let others act for them, see who does, and end it.

They are there for customers of a blueprint with `representatives:`, and always about oneself: on
these pages whoever acts for somebody else is themselves, so nobody lets a third act.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec
from uuid import UUID
from zoneinfo import ZoneInfo

from asgiref.sync import async_to_sync
from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from balie.access.proving import ProveFirst, check_proof
from balie.access.viewer import PRIVATE
from balie.identity.desk import Desk, desk_of, who_asks
from balie.identity.invitations import Invited, invite, mail_of, revoke
from balie.identity.models import Invitation, Person, Representation
from balie.identity.pages.stepping_up import proving_page
from balie.identity.proofs import lately_proved
from balie.identity.representing import (
    PURPOSE,
    by,
    end,
    first_day,
    last_day,
    of,
    open_invitations,
)
from balie.identity.signing_in import visitor_here

MOST = 5
"""Of one person: who act for them, and invitations that are open, together."""

MOST_A_DAY = 10
"""Invitations that one person sends in 24 hours."""

P = ParamSpec("P")


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """Whose page it is. kinds: of customer, in which others may act for them; none: not at all.

    is_away: a system that would know it is away.
    """

    person: Person
    kinds: frozenset[str]
    is_away: bool
    desk: Desk
    language: str

    @property
    def called(self) -> str:
        """What others know them by."""
        return self.person.name or self.person.email


def for_customers(
    page: Callable[Concatenate[HttpRequest, Here, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """The page for customers, where the blueprint has representatives; for others not there."""

    @login_required
    @never_cache
    @wraps(page)
    def view(request: HttpRequest, /, *args: P.args, **named: P.kwargs) -> HttpResponse:
        return page(request, _here(request), *args, **named)

    return view


def _here(request: HttpRequest) -> Here:
    desk, visitor = desk_of(request), visitor_here(request)
    said = desk.blueprint.representatives
    if said is None:
        raise Http404
    contexts = async_to_sync(desk.contexts)(visitor)
    private = contexts.chosen(PRIVATE)
    kinds = frozenset() if private is None else private.kinds & frozenset(map(str, said.for_))
    return Here(
        person=who_asks(request),
        kinds=kinds,
        is_away=not kinds and not contexts.are_all,
        desk=desk,
        language=desk.language(request),
    )


# ---- what is filled in


class InviteForm(forms.Form):
    """Who may act, and from which day until which."""

    email = forms.EmailField()
    begins = forms.DateField(required=False)
    until = forms.DateField(required=False)

    def __init__(self, here: Here, request: HttpRequest) -> None:
        super().__init__(request.POST or None)
        self.here = here

    def clean_email(self) -> str:
        """Of somebody else."""
        email = str(self.cleaned_data["email"]).strip().lower()
        if email == self.here.person.email:
            raise ValidationError("", code="own_address")
        return email

    def clean_until(self) -> date | None:
        """A day that is not over, and not before it begins."""
        until = self.cleaned_data["until"]
        if not isinstance(until, date):
            return None
        begins = self.cleaned_data.get("begins")
        if self._midnight(until, 1) <= now().timestamp() or (begins and until < begins):
            raise ValidationError("", code="is_over")
        return until

    def clean(self) -> None:
        """Not too many at once, and not too many a day."""
        if not self.errors and _has_enough(self.here.person):
            self.add_error("email", ValidationError("", code="too_many_representatives"))

    @property
    def begin_at(self) -> str:
        """Seconds since 1970 as text; "" for at once."""
        begins = self.cleaned_data["begins"]
        return "" if begins is None else str(self._midnight(begins, 0))

    @property
    def end_at(self) -> str:
        """Seconds since 1970 as text; "" when it does not end by itself."""
        until = self.cleaned_data["until"]
        return "" if until is None else str(self._midnight(until, 1))

    def _midnight(self, day: date, after: int) -> int:
        zone = ZoneInfo(str(self.here.desk.blueprint.zone))
        start = datetime.combine(day + timedelta(days=after), datetime.min.time(), zone)
        return int(start.timestamp())


def _has_enough(person: Person) -> bool:
    lately = Invitation.objects.filter(by=person.pk.hex, purpose=PURPOSE)
    lately = lately.filter(at__gt=now() - timedelta(days=1))
    return len(of(person)) + len(open_invitations(person)) >= MOST or lately.count() >= MOST_A_DAY


# ---- pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One of those who act for somebody, or for whom somebody acts."""

    id: UUID
    name: str
    email: str
    first: datetime | None
    last: datetime | None


def _line(one: Representation, other: Person) -> Line:
    return Line(
        id=one.pk,
        name=other.name or other.email,
        email=other.email,
        first=first_day(one),
        last=last_day(one),
    )


@require_safe
@for_customers
def representatives(request: HttpRequest, here: Here) -> HttpResponse:
    """Who acts for me, whom I invited, and for whom I act."""
    shown = {
        "here": here,
        "mine": [_line(one, one.representative) for one in of(here.person)],
        "invitations": open_invitations(here.person),
        "others": [_line(one, one.represented) for one in by(here.person)],
        "steps": _steps(here),
    }
    return render(request, "representatives/list.html", shown)


@require_http_methods(["GET", "POST"])
@lately_proved
@for_customers
def invite_representative(request: HttpRequest, here: Here) -> HttpResponse:
    """Invites an address by mail. The answer is the same whoever has that address."""
    if not here.kinds:
        raise Http404
    customers = here.desk.blueprint.people.customers
    try:
        check_proof(
            [customers[kind].extra_check for kind in here.kinds],
            visitor_here(request),
            time.time(),
        )
    except ProveFirst as first:
        return HttpResponseRedirect(proving_page(request.get_full_path(), first.within))
    form = InviteForm(here, request)
    if request.method == "POST" and form.is_valid():
        _invite(here, form)
        return HttpResponseRedirect(reverse("representatives"))
    shown = {"here": here, "form": form, "filled": request.POST, "steps": _steps(here)}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "representatives/invite.html", shown, status=status)


@require_POST
@for_customers
def take_back(request: HttpRequest, here: Here, invitation: UUID) -> HttpResponse:
    """Takes an invitation back."""
    del request
    by_me = Invitation.objects.filter(pk=invitation, purpose=PURPOSE, by=here.person.pk.hex)
    who = here.person.pk.hex
    if not by_me.exists() or not revoke(invitation, now(), here.desk.note, by=who):
        raise Http404
    return HttpResponseRedirect(reverse("representatives"))


@require_POST
@for_customers
def stop(request: HttpRequest, here: Here, representation: UUID) -> HttpResponse:
    """Ends it, from either side: whoever acted is out at their next request. Both read it."""
    del request
    ended = end(here.person, representation, here.desk.note)
    if ended is None:
        raise Http404
    is_own = ended.represented_id == here.person.pk
    other = ended.representative if is_own else ended.represented
    _mail(here.desk, here.language, other, "no_more" if is_own else "given_back", here.called)
    return HttpResponseRedirect(reverse("representatives"))


def tell_taken_up(desk: Desk, language: str, invitation: Invitation, person: Person) -> None:
    """Mails whoever invited them that this person acts for them from now on."""
    inviting = Person.objects.filter(pk=UUID(invitation.by), is_active=True).first()
    if inviting is not None:
        _mail(desk, language, inviting, "taken_up", person.name or person.email)


# ---- parts


def _steps(here: Here) -> list[str]:
    """What the other may do, as customers call it."""
    blueprint, said = here.desk.blueprint, here.desk.blueprint.representatives
    kinds = here.kinds or frozenset(map(str, said.for_ if said else ()))
    return [
        blueprint.say(step.title, here.language)
        for step in blueprint.steps
        if step.by_representatives and step.screen is not None and not kinds.isdisjoint(step.for_)
    ]


def _invite(here: Here, form: InviteForm) -> None:
    about = {"begins": form.begin_at, "ends": form.end_at, "title": here.called}
    invited = Invited(
        address=form.cleaned_data["email"],
        purpose=PURPOSE,
        about=about,
        by=here.person.pk.hex,
    )
    with transaction.atomic():
        invitation, token = invite(invited, now(), here.desk.note)
    at = here.desk.logins.public_url
    mail_of(here.desk.letters, here.language, invitation, token, at, "representation").send()


def _mail(desk: Desk, language: str, to: Person, about: str, name: str) -> None:
    at = f"{desk.logins.public_url}{reverse('representatives')}"
    desk.letters.write(language, to.email, f"representation_{about}", [name, at]).send()
