"""The pages of an organisation's own administrator: its people, invitations, and what was done.

Whoever does not administer the organisation that they act for finds nothing here.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from asgiref.sync import async_to_sync
from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from balie.access.proving import ProveFirst, check_proof
from balie.backstage.auditing import Deed
from balie.blueprint.model import ExtraCheck
from balie.identity.desk import Desk, desk_of, who_asks
from balie.identity.invitations import Invited, invite, mail_of
from balie.identity.models import Invitation, Person
from balie.identity.organisations.joining import waiting
from balie.identity.organisations.members import (
    PURPOSE,
    Doing,
    Given,
    LastAdministrator,
    NotTheirs,
    colleague,
    colleagues,
    give,
    open_invitations,
    remove,
)
from balie.identity.pages.stepping_up import proving_page
from balie.identity.signing_in import visitor_here

MOST_OPEN = 100
"""Invitations of one organisation that can be open at once."""

_AT_ONCE = 100  # lines of what was done

P = ParamSpec("P")


@dataclass(frozen=True, slots=True, kw_only=True)
class Administering:
    """Who administers which organisation. name: of the organisation, "" when it is not known now.

    gives: kinds of customer that may be given -> what they are called.
    """

    person: Person
    organisation: str
    name: str
    desk: Desk
    language: str

    @property
    def gives(self) -> Mapping[str, str]:
        """In the order of the blueprint."""
        blueprint = self.desk.blueprint
        kinds = map(str, blueprint.memberships.administrators_give)
        return {kind: self.called(kind) for kind in kinds}

    def called(self, kind: str) -> str:
        """What a kind of customer is called."""
        blueprint = self.desk.blueprint
        known = blueprint.people.customers.get(kind)
        return kind if known is None else blueprint.say(known.name, self.language)

    @property
    def doing(self) -> Doing:
        """What is done here is done by this administrator."""
        by = self.person.pk.hex
        return Doing(organisation=self.organisation, by=by, note=self.desk.note)


def for_administrators(
    page: Callable[Concatenate[HttpRequest, Administering, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """The page for whoever administers the organisation that they act for; for others it is not
    there. Whoever acts for nobody yet, or by now for another one than when they opened the form,
    chooses first; who gives what asks two steps proves them.
    """

    @login_required
    @never_cache
    @wraps(page)
    def view(request: HttpRequest, /, *args: P.args, **named: P.kwargs) -> HttpResponse:
        here = administering(request)
        if here is None or request.POST.get("for", here.organisation) != here.organisation:
            return HttpResponseRedirect(
                f"{reverse('acting_for')}?{urlencode({'next': request.path})}"
            )
        try:
            check_proof(_checks(here), visitor_here(request), time.time())
            return page(request, here, *args, **named)
        except ProveFirst as first:
            return HttpResponseRedirect(proving_page(request.get_full_path(), first.within))
        except NotTheirs as removed:
            raise Http404 from removed

    return view


def _checks(here: Administering) -> list[ExtraCheck | None]:
    """What is asked of those who are what this administrator may give."""
    customers = here.desk.blueprint.people.customers
    return [customers[kind].extra_check for kind in here.gives if kind in customers]


def administering(request: HttpRequest) -> Administering | None:
    """Whom this browser administers; None when it must be chosen first. Raises Http404."""
    visitor, desk = visitor_here(request), desk_of(request)
    contexts = async_to_sync(desk.contexts)(visitor)
    context = contexts.chosen(visitor.acting_for)
    if context is None and any(one.is_administrator for one in contexts.found):
        return None
    if context is None or not context.is_administrator:
        raise Http404
    return Administering(
        person=who_asks(request),
        organisation=context.organisation,
        name=context.name or "",
        desk=desk,
        language=desk.language(request),
    )


# ---- what is filled in


class GivenForm(forms.Form):
    """What somebody is given: a role, whether they administer, and until when."""

    role = forms.CharField(required=False)
    administrator = forms.BooleanField(required=False)
    until = forms.DateField(required=False)

    def __init__(self, here: Administering, filled_in: QueryDict | None) -> None:
        super().__init__(filled_in)
        self.here = here

    def clean_role(self) -> str:
        """One of those that may be given here; others are not on the page either."""
        role = str(self.cleaned_data["role"])
        if role and role not in self.here.gives:
            raise ValidationError("", code="unknown_role")
        return role

    def clean_until(self) -> date | None:
        """A day that is not over."""
        until = self.cleaned_data["until"]
        if until is not None and self._end_of(until) <= now().timestamp():
            raise ValidationError("", code="is_over")
        return until if isinstance(until, date) else None

    def clean(self) -> None:
        """Something must be given."""
        if not self.errors and not self.cleaned_data["role"] and not self.is_administrator:
            self.add_error("role", ValidationError("", code="required"))

    @property
    def is_administrator(self) -> bool:
        """Whether they administer the organisation."""
        return bool(self.cleaned_data.get("administrator"))

    @property
    def given(self) -> Given:
        """What was filled in, once it is right."""
        until = self.cleaned_data["until"]
        return Given(
            role=self.cleaned_data["role"],
            is_administrator=self.is_administrator,
            ends=None if until is None else self._end_of(until),
        )

    def _end_of(self, day: date) -> int:
        zone = ZoneInfo(str(self.here.desk.blueprint.zone))
        after = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)
        return int(after.timestamp())


class InviteForm(GivenForm):
    """Who is invited, to be what."""

    email = forms.EmailField()
    field_order = ("email", "role", "administrator", "until")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What stands in the fields of a form."""

    email: str = ""
    role: str = ""
    administrator: bool = False
    until: str = ""


def _filled(request: HttpRequest, as_it_is: Filled) -> Filled:
    """What was posted, to be mended; else how it is."""
    posted = request.POST
    if request.method != "POST" or "remove" in posted:
        return as_it_is
    return Filled(
        email=posted.get("email", ""),
        role=posted.get("role", ""),
        administrator="administrator" in posted,
        until=posted.get("until", ""),
    )


# ---- pages


@require_safe
@for_administrators
def members(request: HttpRequest, here: Administering) -> HttpResponse:
    """Everybody of the organisation, and who was invited."""
    shown = {
        "here": here,
        "colleagues": colleagues(here.organisation),
        "invitations": open_invitations(here.organisation),
        "asking": waiting(here.organisation) if here.gives else (),
        "self_id": here.person.pk.hex,
    }
    return render(request, "organisations/members.html", shown)


@require_http_methods(["GET", "POST"])
@for_administrators
def member(request: HttpRequest, here: Administering, person: str) -> HttpResponse:
    """One colleague: what they are, to change it or to take it away."""
    found = colleague(here.organisation, person)
    if found is None:
        raise Http404
    one = Person.objects.get(pk=UUID(found.id))
    form, wrong = GivenForm(here, request.POST or None), ""
    try:
        if request.method == "POST" and "remove" in request.POST:
            remove(here.doing, one)
            return _to_members(request, one)
        if request.method == "POST" and form.is_valid():
            give(here.doing, one, form.given)
            return _to_members(request, one)
    except LastAdministrator:
        wrong = "last"
    as_it_is = Filled(
        role=next(iter(found.roles), ""),
        administrator=found.is_administrator,
        until=_day(here, found.ends),
    )
    filled = _filled(request, as_it_is)
    shown = {"here": here, "one": found, "form": form, "wrong": wrong, "filled": filled}
    refused = bool(wrong) or bool(form.errors)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, "organisations/member.html", shown, status=status)


@require_http_methods(["GET", "POST"])
@for_administrators
def invite_somebody(request: HttpRequest, here: Administering) -> HttpResponse:
    """Invites an address by mail. The answer is the same whoever has that address."""
    form = InviteForm(here, request.POST or None)
    if request.method == "POST" and form.is_valid():
        if len(open_invitations(here.organisation)) >= MOST_OPEN:
            form.add_error("email", ValidationError("", code="too_many_open"))
        else:
            _invite(here, str(form.cleaned_data["email"]), form.given)
            return HttpResponseRedirect(reverse("organisation"))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    filled = _filled(request, Filled(role=next(iter(here.gives), "")))
    shown = {"here": here, "form": form, "filled": filled}
    return render(request, "organisations/invite.html", shown, status=status)


@require_POST
@for_administrators
def take_back(request: HttpRequest, here: Administering, invitation: UUID) -> HttpResponse:
    """Takes an invitation back."""
    del request
    ours = [one for one in open_invitations(here.organisation) if one.pk == invitation]
    if not ours:
        raise Http404
    Invitation.objects.filter(pk=invitation).update(revoked=now())
    here.doing.noted("invitation taken back", str(invitation))
    return HttpResponseRedirect(reverse("organisation"))


@require_safe
@for_administrators
def deeds(request: HttpRequest, here: Administering) -> HttpResponse:
    """Who did what for the organisation: that something was done, never what stood in it."""
    found = here.desk.deeds.in_organisation(here.organisation, _AT_ONCE)
    ids = [UUID(one) for deed in found for one in (deed.who, deed.about) if _is_id(one)]
    names = {one.pk.hex: one.name or one.email for one in Person.objects.filter(pk__in=ids)}
    lines = [_line(here, deed, names) for deed in found]
    shown = {"here": here, "lines": [line for line in lines if line is not None]}
    return render(request, "organisations/deeds.html", shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something that was done. key: of our words. who: "" is somebody who is not here any more."""

    at: datetime
    who: str
    key: str
    about: str
    more: str


_TOLD = {
    "accepted": "sent",
    "approval given": "approved",
    "approval approved": "approved",
    "approval refused": "not_approved",
    "invited to join": "invited",
    "invitation taken back": "taken_back",
    "joined": "joined",
    "role given": "role",
    "made administrator": "administrator",
    "no longer administrator": "no_administrator",
    "removed": "removed",
    "left to the systems": "left",
    "asked to join": "asked",
    "took back asking to join": "asked_no_more",
    "let join": "let_join",
    "refused to let join": "refused",
    "domain asked": "domain_asked",
    "domain proven": "domain_proven",
    "domain removed": "domain_removed",
}


def _line(here: Administering, deed: Deed, names: Mapping[str, str]) -> Line | None:
    if deed.what not in _TOLD:
        return None
    if deed.what.startswith("domain "):
        who = names.get(deed.who, "")
        return Line(at=deed.at, who=who, key=_TOLD[deed.what], about="", more=deed.more)
    more = (
        here.called(deed.more)
        if deed.what in ("joined", "role given", "let join") and deed.more
        else ""
    )
    if deed.step:
        more = _title(here, deed.step)
    about = "" if deed.about == deed.who else names.get(deed.about, "")
    return Line(
        at=deed.at, who=names.get(deed.who, ""), key=_TOLD[deed.what], about=about, more=more
    )


def _title(here: Administering, step: str) -> str:
    """What customers call a step; "" when this version has none of that name."""
    blueprint = here.desk.blueprint
    found = next((one for one in blueprint.steps if one.id == step), None)
    return "" if found is None else blueprint.say(found.title, here.language)


def _invite(here: Administering, address: str, given: Given) -> None:
    about = {
        "organisation": here.organisation,
        "role": given.role,
        "administrator": "yes" if given.is_administrator else "",
        "ends": "" if given.ends is None else str(given.ends),
        "title": here.name,
    }
    by = here.person.pk.hex
    invited = Invited(address=address, purpose=PURPOSE, about=about, by=by)
    with transaction.atomic():
        invitation, token = invite(invited, now(), here.desk.note)
        here.doing.noted("invited to join", str(invitation.pk), given.role)
    public_url = here.desk.logins.public_url
    mail_of(here.desk.letters, here.language, invitation, token, public_url).send()


def _to_members(request: HttpRequest, changed: Person) -> HttpResponse:
    """Back to the list; whoever does not administer it any more goes home."""
    is_own = changed.pk == request.user.pk
    return HttpResponseRedirect("/" if is_own else reverse("organisation"))


def _day(here: Administering, ends: int | None) -> str:
    """The last day on which it holds, as a field of a form wants it."""
    if ends is None:
        return ""
    zone = ZoneInfo(str(here.desk.blueprint.zone))
    return (datetime.fromtimestamp(ends - 1, zone)).date().isoformat()


def _is_id(text: str) -> bool:
    try:
        UUID(hex=text)
    except ValueError:
        return False
    return True
