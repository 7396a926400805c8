"""Pages of the staff who administer the portal: the parties that customers sign in with.

For everybody else, other staff too, they are not there. Whoever opens one showed in the last
minutes who they are; outside a demo in two steps. A secret goes in, and is never shown again.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from http import HTTPStatus

import msgspec
from asgiref.sync import async_to_sync
from django.contrib.auth.decorators import login_required
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    QueryDict,
)
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from balie.access.viewer import ADMINISTRATORS
from balie.identity.connections.connection import (
    ClientProof,
    Connection,
    Logout,
    StepUp,
    TrustEmail,
)
from balie.identity.connections.examination import Looked, State, examine, lately_refused
from balie.identity.connections.logins import address_of
from balie.identity.connections.making import Said, as_said, begun, made, wrong_with
from balie.identity.connections.presets import PRESETS
from balie.identity.connections.register import connection_named, connections, keep, remove
from balie.identity.desk import Desk, desk_of, who_asks
from balie.identity.proofs import lately_proved

View = Callable[..., HttpResponseBase]
_PAGES = {Logout.BACK: "logout", Logout.FRONT: "ended", Logout.REVOKE: "revoke"}
_LONGEST = 4_000  # characters of one field; a private key is the longest


def for_portal_administrators(page: View) -> View:
    """The page for staff who administer the portal and showed lately who they are."""
    proved = lately_proved(page)

    @login_required
    @never_cache
    @wraps(page)
    def view(request: HttpRequest, *args: object, **named: object) -> HttpResponseBase:
        person = who_asks(request)
        if not person.is_staff or ADMINISTRATORS not in person.staff_roles:
            raise Http404
        return proved(request, *args, **named)

    return view


@require_safe
@for_portal_administrators
def all_connections(request: HttpRequest) -> HttpResponse:
    """Every connection, and a way to add one."""
    desk = desk_of(request)
    shown = {"found": connections(desk.logins.seal), "ways": desk.logins.ways}
    return render(request, "connections/list.html", shown)


@require_http_methods(["GET", "POST"])
@for_portal_administrators
def add(request: HttpRequest) -> HttpResponse:
    """A connection that is new, begun as its preset says: which kind is chosen first."""
    if request.method == "GET" and request.GET.get("preset") not in PRESETS:
        return render(request, "connections/choose.html", {"presets": PRESETS})
    said = _said(request, None)
    faults = _faults(request, said, None) if request.method == "POST" else {}
    if request.method == "POST" and connection_named(said.name, desk_of(request).logins.seal):
        faults = {**faults, "name": "taken"}
    if request.method == "POST" and not faults:
        return _kept(request, made(said, None), "connection added")
    return _form(request, said, None, faults)


@require_http_methods(["GET", "POST"])
@for_portal_administrators
def change(request: HttpRequest, name: str) -> HttpResponse:
    """One connection: what it is, to be changed, looked over or taken away."""
    desk = desk_of(request)
    before = connection_named(name, desk.logins.seal)
    if before is None:
        raise Http404
    doing = request.POST.get("do", "") if request.method == "POST" else ""
    if doing == "test":
        return _looked_over(request, desk, before)
    if doing == "remove":
        return _taken_away(request, desk, before)
    said = _said(request, before)
    faults = _faults(request, said, before) if doing == "keep" else {}
    if doing == "keep" and not faults:
        return _kept(request, made(said, before), "connection changed")
    return _form(request, said, before, faults)


# ---- parts


def _said(request: HttpRequest, before: Connection | None) -> Said:
    """What was filled in; what no field asked stays as it is, or is as the preset says."""
    posted = request.POST
    if before is not None:
        usual = as_said(before)
    else:
        preset = posted.get("preset", "") or request.GET.get("preset", "generic-oidc")
        usual = begun(preset.strip()[:_LONGEST], _text(posted, "name"))
    if posted.get("do") != "keep":
        return usual
    filled: dict[str, object] = msgspec.to_builtins(usual)
    filled |= {name: _text(posted, name) for name in _TEXTS if name in posted}
    filled |= {name: _words(_text(posted, name)) for name in _LISTS if name in posted}
    filled |= {name: _domains(_text(posted, name)) for name in _DOMAINS if name in posted}
    if "claims" in posted:
        filled["claims"] = [one for one in _text(posted, "claims").splitlines() if one.strip()]
    if "ticked" in posted:  # a box without a tick is sent by nobody
        filled["logout"] = [one for one in Logout if one in posted.getlist("logout")]
        filled["userinfo"] = "userinfo" in posted
    return msgspec.convert(filled, Said)


_TEXTS = ("issuer", "client_id", "discovery", "title", "policy", "secret", "trust_email", "proof",
          "uid", "end_session", "reset", "step_up", "level_claim", "max_age")  # fmt: skip
_LISTS = ("organisations", "scopes", "two_steps")
_DOMAINS = ("mail_domains", "trusted_domains")


def _text(posted: QueryDict, name: str) -> str:
    return posted.get(name, "").strip()[:_LONGEST]


def _domains(text: str) -> tuple[str, ...]:
    return tuple(one.lower().lstrip("@") for one in _words(text))


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.replace(",", " ").split()))


def _faults(request: HttpRequest, said: Said, before: Connection | None) -> Mapping[str, str]:
    logins = desk_of(request).logins
    plain = logins.party.providers.plain_hosts
    return wrong_with(said, before, connections(logins.seal), plain)


def _kept(request: HttpRequest, connection: Connection, what: str) -> HttpResponse:
    desk = desk_of(request)
    keep(connection, desk.logins.seal)
    desk.note(what, who=who_asks(request).pk.hex, about=connection.name)
    return HttpResponseRedirect(reverse("connection", args=[connection.name]))


def _taken_away(request: HttpRequest, desk: Desk, connection: Connection) -> HttpResponse:
    """Asks first; whoever came by it stays signed in until their session ends."""
    if request.POST.get("sure") != "yes":
        return render(request, "connections/remove.html", {"connection": connection})
    remove(connection.name)
    desk.note("connection removed", who=who_asks(request).pk.hex, about=connection.name)
    return HttpResponseRedirect(reverse("connections"))


def _looked_over(request: HttpRequest, desk: Desk, connection: Connection) -> HttpResponse:
    async def look() -> Sequence[Looked]:
        return [one async for one in examine(desk.logins.party, connection)]

    tried = lately_refused(desk.deeds.refused_at(connection.name))
    found = [*async_to_sync(look)(), *tried]
    desk.note("connection tested", who=who_asks(request).pk.hex, about=connection.name)
    is_wrong = any(one.state is State.WRONG for one in found)
    shown = {"connection": connection, "found": found, "is_wrong": is_wrong}
    return render(request, "connections/test.html", shown)


def _form(
    request: HttpRequest, said: Said, before: Connection | None, faults: Mapping[str, str]
) -> HttpResponse:
    desk = desk_of(request)
    preset = PRESETS.get(said.preset)
    others = [one for one in connections(desk.logins.seal) if one.name != said.name]
    shown = {
        "said": said,
        "before": before,
        "faults": faults,
        "preset": preset or PRESETS["generic-oidc"],
        "trusts": [one.value for one in TrustEmail],
        "proofs": [one.value for one in ClientProof],
        "step_ups": [(one.value, _word(one)) for one in StepUp],
        "logouts": [one.value for one in Logout],
        "mine": tuple(desk.blueprint.me.names),
        "others": others,
        "ours": () if before is None else _ours(desk, before),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    return render(request, "connections/form.html", shown, status=status)


def _word(way: StepUp) -> str:
    """How our words call it."""
    return "prompt" if way is StepUp.PROMPT else way.value


def _ours(desk: Desk, connection: Connection) -> Sequence[tuple[str, str]]:
    """The addresses of ours to register at the provider, by the words for them."""
    at = desk.logins.public_url
    pages = [(_PAGES[way], address_of(at, connection.name, _PAGES[way]))
             for way in connection.logout if way in _PAGES]  # fmt: skip
    return [("back", address_of(at, connection.name)), *pages]
