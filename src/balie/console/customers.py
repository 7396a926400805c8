"""Finding a customer, and looking along with them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from http import HTTPStatus

from asgiref.sync import async_to_sync
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language

from balie.access.acting import extent_of
from balie.access.viewer import ADMINISTRATORS, Visitor
from balie.backstage.auditing import Line
from balie.backstage.service_desk.finding import Customer, Search, Sort
from balie.console.belonging import belonging
from balie.console.doors import for_staff, staff_sends
from balie.console.looks_along import REASONS, Pass, Passes
from balie.console.service_desk import ServiceDesk, colleague_of
from balie.console.told import Told, deed_key, sees
from balie.console.watch import desk_of, watch_of

_LONGEST = 200
_MOST_DEEDS = 20


@dataclass(frozen=True, slots=True)
class _Found:
    """A customer in the list. who: unreadable, for the form. about: for the audit."""

    mail: str
    name: str
    told: tuple[str, ...]
    signs_in: bool
    who: str
    about: str


@staff_sends
def search(request: HttpRequest) -> HttpResponse:
    """The one search box: a reference leads to its action, anything else to customers."""
    words = " ".join(request.POST.get("words", "").split())[:_LONGEST]
    if not words:
        return render(request, "console/search.html", _nothing(request))
    desk = desk_of(request)
    action = async_to_sync(desk.actions.with_reference)(words.upper())
    sort = Sort.REFERENCE if action else Sort.MAIL if "@" in words else Sort.OTHER
    _note(request, desk, "searched", more=sort.value)
    if action is not None:
        return HttpResponseRedirect(f"/staff/actions/{action}")
    found = async_to_sync(desk.finding.find)(words)
    customers = _together(desk, words, found)
    for customer in customers:
        _note(request, desk, "found", about=customer.about, more=sort.value)
    sent = async_to_sync(desk.actions.of_everybody)(words)
    told = Told(watch_of(request).blueprint, str(get_language()))
    context = {
        **_nothing(request),
        "words": words,
        "customers": customers,
        "sent": [{"action": one, "step": told.step(one.step)} for one in sent],
        "away": [told.system(name) for name in sorted(found.away)],
        "more": found.more,
    }
    return render(request, "console/search.html", context)


def _nothing(request: HttpRequest) -> dict[str, object]:
    return {
        "words": "",
        "customers": (),
        "sent": (),
        "away": (),
        "more": False,
        "reasons": REASONS,
        "missing": "missing" in request.GET,
    }


def _together(desk: ServiceDesk, words: str, found: Search) -> list[_Found]:
    """Those of the systems and those who sign in here, each once."""
    passes = Passes(desk.seal, desk.unseal, desk.now)
    customers = {one.mail: one for one in found.customers}
    here = [desk.directory.with_mail(words)] if "@" in words else desk.directory.called(words)
    for visitor in (one for one in here if one is not None and not _is_staff(one)):
        customers.setdefault(visitor.email, Customer(mail=visitor.email))
    return [_found(desk, passes, one) for one in customers.values()]


def _found(desk: ServiceDesk, passes: Passes, customer: Customer) -> _Found:
    visitor = desk.directory.with_mail(customer.mail)
    return _Found(
        mail=customer.mail,
        name=visitor.name if visitor is not None else "",
        told=customer.told,
        signs_in=visitor is not None,
        who=passes.hide(customer.mail),
        about=_about(desk, visitor, customer.mail),
    )


@staff_sends
def look(request: HttpRequest) -> HttpResponse:
    """Begins to look along with a customer: for a reason, that the audit keeps."""
    desk, colleague = desk_of(request), colleague_of(request)
    passes = Passes(desk.seal, desk.unseal, desk.now)
    mail = passes.shown(request.POST.get("who", ""))
    if request.method != "POST" or mail is None:
        raise Http404
    why = request.POST.get("why", "")
    if why not in REASONS:
        context = {"who": request.POST["who"], "mail": mail, "reasons": REASONS}
        wrong = "why" in request.POST or "asked" in request.POST
        status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
        return render(request, "console/why.html", {**context, "wrong": wrong}, status=status)
    visitor = _visitor(desk, mail)
    about = _about(desk, visitor, visitor.email)
    _note(request, desk, "looked along", about=about, more=why)
    return HttpResponseRedirect(f"/staff/looks/{passes.give(colleague.id, mail, why)}")


@for_staff
def looks(request: HttpRequest, key: str) -> HttpResponse:
    """What this customer sees now: what they sent, and one of their pages."""
    desk, language = desk_of(request), str(get_language())
    found = begun(request, key)
    if found is None:
        return pass_is_over(request)
    passes, given, visitor = found
    portal = async_to_sync(desk.looking.portal)(visitor, language)
    address = passes.shown(request.GET.get("page", "")) or "/"
    seen = async_to_sync(desk.looking.page)(address, visitor, language)
    note_look(request, given, visitor, _record(address))
    told = Told(watch_of(request).blueprint, language)
    context = {
        "visitor": visitor,
        "why": given.why,
        "kinds": [told.kind(kind) for kind in portal.kinds],
        "portal": portal,
        "ways": _ways(passes, key, portal.addresses),
        "seen": seen,
        "here": address,
        "systems": {name: told.system(name) for block in seen.blocks for name in block.systems},
        "receipts": _receipts(desk, visitor, told),
        **_done_for(desk, visitor),
        **belonging(request, visitor, told),
        "to": _to(passes, key),
        "key": key,
        "may_act": "" if portal.must_choose else _may_act(request, visitor),
        "links_at": _links_at(request, visitor),
        "act_minutes": desk.acts.lasts // timedelta(minutes=1) if desk.acts is not None else 0,
        "why_here": f"/staff/looks/{key}/why?page={passes.hide(address)}",
    }
    return render(request, "console/look.html", context)


def _may_act(request: HttpRequest, visitor: Visitor) -> str:
    """How far whoever asks may go as this customer: "read", "write", or "" for not at all."""
    staff, teams = watch_of(request).blueprint.people.staff, colleague_of(request).teams
    extent = extent_of(staff, teams) if desk_of(request).acts is not None else None
    return extent.value if extent is not None and visitor.person else ""


def _links_at(request: HttpRequest, visitor: Visitor) -> str:
    """Where administrators of the portal see who this customer is to the systems; else ""."""
    administers = ADMINISTRATORS in colleague_of(request).teams
    return f"/accounts/known/{visitor.person}/" if administers and visitor.person else ""


def begun(request: HttpRequest, key: str) -> tuple[Passes, Pass, Visitor] | None:
    """The looking along that a pass is for, while it holds for whoever asks, and its customer."""
    desk = desk_of(request)
    passes = Passes(desk.seal, desk.unseal, desk.now)
    given = passes.read(key, colleague_of(request).id)
    if given is None:
        return None
    return passes, given, replace(_visitor(desk, given.mail), acting_for=given.acting_for)


def note_look(request: HttpRequest, given: Pass, visitor: Visitor, record: str = "") -> None:
    """Writes in the audit that somebody looks along, for whom and why. record: an address."""
    desk = desk_of(request)
    about, organisation = _about(desk, visitor, visitor.email), visitor.acting_for or ""
    more = given.why
    _note(request, desk, "looked along", about, more, record, organisation=organisation)


def pass_is_over(request: HttpRequest) -> HttpResponse:
    """What whoever comes too late, or with somebody else's pass, gets."""
    return render(request, "console/look_over.html", status=HTTPStatus.NOT_FOUND)


def _ways(
    passes: Passes, key: str, addresses: Iterable[tuple[str, str]]
) -> list[tuple[str, str, str]]:
    to = _to(passes, key)
    return [(label, address, to(address)) for label, address in addresses]


def _to(passes: Passes, key: str) -> Callable[[str], str]:
    """The address under which staff read a page of the customer's."""
    return lambda address: f"/staff/looks/{key}?page={passes.hide(address)}"


def _receipts(desk: ServiceDesk, visitor: Visitor, told: Told) -> list[Mapping[str, object]]:
    """What this customer sent, and what they read of it."""
    if not visitor.person:
        return []
    return [
        {
            "action": receipt.action,
            "step": told.step(receipt.action.step),
            "sees": sees(receipt.state),
        }
        for receipt in async_to_sync(desk.receipts)(visitor.person)
    ]


def _done_for(desk: ServiceDesk, visitor: Visitor) -> Mapping[str, object]:
    """Who did what for this customer, with the names of colleagues."""
    deeds = desk.deeds.about_person(visitor.person, visitor.email, _MOST_DEEDS)
    names = desk.directory.names({deed.who for deed in deeds})
    return {"deeds": deeds, "names": names, "deed_key": deed_key}


def _about(desk: ServiceDesk, visitor: Visitor | None, mail: str) -> str:
    """A customer, as the audit names them: who never signed in has no id, and gets a mark."""
    return (visitor and visitor.person) or desk.deeds.marks(mail)[0]


def _record(address: str) -> str:
    """Which page it was; what stands behind the ? was typed. The first page is about no record."""
    return address.partition("?")[0].rstrip("/")[:_LONGEST]


def _visitor(desk: ServiceDesk, mail: str) -> Visitor:
    """Whoever signs in with this address, or would. Staff are no customers."""
    visitor = desk.directory.with_mail(mail) or Visitor(person="", email=mail)
    if _is_staff(visitor):
        raise Http404
    return visitor


def _is_staff(visitor: Visitor) -> bool:
    return visitor.is_staff or bool(visitor.staff_roles)


def _note(
    request: HttpRequest,
    desk: ServiceDesk,
    what: str,
    about: str = "",
    more: str = "",
    record: str = "",
    organisation: str = "",
) -> None:
    who = colleague_of(request).id
    line = Line(
        who=who, what=what, about=about, more=more, record=record, organisation=organisation
    )
    async_to_sync(desk.actions.note)(line)
