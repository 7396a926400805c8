"""How often something may be tried. Strangers slow strangers, never the owner.

A browser in which somebody signed in before has a cookie that says so, and counters of its own:
what strangers do to an address does not touch it. Everybody else is counted by network (an IPv4
address, an IPv6 /64), and by the address that they try. Passkeys are counted by network alone:
there is nothing to guess, and so nothing to block.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from types import MappingProxyType

from allauth.core.internal import ratelimit
from allauth.core.internal.ratelimit import RateLimitUsage
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.crypto import get_random_string

from balie.identity.desk import desk_of
from balie.identity.models import Person

KNOWN_FOR = 180 * 24 * 60 * 60
"""Seconds that a browser is known after a sign-in in it."""

MOST_KNOWN = 5
"""People that one browser knows; whoever signed in longest ago gives way."""

NOTED_EVERY = 60 * 60
"""Seconds in which the same lockout stands in the audit once."""

_SALT = "balie.known-device"

View = Callable[..., HttpResponseBase]


class Tried(StrEnum):
    """What is counted."""

    PASSWORD = "password"  # noqa: S105  a word, no secret
    SECOND_STEP = "second_step"
    CODE_MAIL = "code_mail"
    RESET_MAIL = "reset_mail"


@dataclass(frozen=True, slots=True)
class Bounds:
    """As allauth writes them. known: of a browser that knows this person. network: of a network and
    this address together. address: of all strangers together for one address.
    """

    known: str
    network: str
    address: str


BOUNDS: Mapping[Tried, Bounds] = MappingProxyType(
    {
        Tried.PASSWORD: Bounds("10/5m/key", "10/m/ip,100/h/ip", "5/5m/key,50/d/key"),
        Tried.SECOND_STEP: Bounds("5/5m/key,50/d/key", "5/5m/key", "100/d/key"),
        Tried.CODE_MAIL: Bounds(
            "5/15m/key,20/d/key", "20/m/ip,3/5m/key,5/h/key,10/d/key", "30/h/key"
        ),
        Tried.RESET_MAIL: Bounds("5/15m/key,20/d/key", "3/5m/key,5/h/key,10/d/key", "30/h/key"),
    }
)


def tried(request: HttpRequest, what: Tried, address: str) -> RateLimitUsage | None:
    """Counts one try for an address, to be rolled back when it was right; None when there were too
    many, and nothing may be tried.
    """
    bounds, folded = BOUNDS[what], address.strip().lower()
    person = Person.objects.filter(email=folded).first()
    device = _devices(request).get(person.pk.hex) if person else None
    if device is not None:
        usages = [_consume(request, what, "known", bounds.known, device)]
    else:
        here = f"{ratelimit.get_ip(request)} {folded}"
        usages = [
            _consume(request, what, "network", bounds.network, here),
            _consume(request, what, "address", bounds.address, folded),
        ]
    counted = RateLimitUsage(usage=[one for usage in usages if usage for one in usage.usage])
    if None not in usages:
        return counted
    counted.rollback()
    _note(request, what, person, folded, is_known=device is not None)
    return None


def know_again(request: HttpRequest, response: HttpResponse, person: Person) -> None:
    """This browser knows this person from now on."""
    before = {who: mark for who, mark in _devices(request).items() if who != person.pk.hex}
    kept = dict([*before.items()][-(MOST_KNOWN - 1) :])
    kept[person.pk.hex] = _devices(request).get(person.pk.hex) or get_random_string(22)
    response.set_cookie(
        settings.KNOWN_DEVICE_COOKIE,
        signing.dumps(kept, salt=_SALT),
        max_age=KNOWN_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def bounded(rate: str) -> Callable[[View], View]:
    """A page that one network may open so often, however it is asked for: `30/m/ip`."""

    def around(view: View) -> View:
        name = view.__name__

        @wraps(view)
        def answer(request: HttpRequest, *args: object, **named: object) -> HttpResponseBase:
            if _consume(request, "page", name, rate, name) is None:
                refusal = ratelimit.respond_429(request)
                refusal["Retry-After"] = "60"
                return refusal
            return view(request, *args, **named)

        return answer

    return around


def _consume(
    request: HttpRequest, what: str, whose: str, rate: str, key: str
) -> RateLimitUsage | None:
    action = f"{what}.{whose}"
    return ratelimit.consume(
        request,
        app="balie.identity",
        action=action,
        config={action: rate},
        key=key,
        limit_get=True,
    )


def _devices(request: HttpRequest) -> Mapping[str, str]:
    """Whom this browser knows: id -> a mark of this browser. Signed by us, so it is believed."""
    said = request.COOKIES.get(settings.KNOWN_DEVICE_COOKIE, "")
    try:
        kept = signing.loads(said, salt=_SALT, max_age=KNOWN_FOR)
    except signing.BadSignature:
        return {}
    return {str(who): str(mark) for who, mark in kept.items()} if isinstance(kept, dict) else {}


def _note(
    request: HttpRequest, what: Tried, person: Person | None, folded: str, *, is_known: bool
) -> None:
    """One line in the audit for many tries. An address that nobody has is not written down."""
    mark = hashlib.sha256(folded.encode()).hexdigest()
    if cache.add(f"balie.lockout:{what}:{is_known}:{mark}", True, NOTED_EVERY):
        about = person.pk.hex if person else ""
        more = f"{what.value}, {'known browser' if is_known else 'strangers'}"
        desk_of(request).note("too many tries", who="", about=about, more=more)
