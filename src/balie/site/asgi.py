"""One address space, two layers: Django has identity and staff, the frontstage has customers.

The choice is made on the raw path, before either layer sees the request.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from django.core.handlers.asgi import ASGIHandler
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from balie.backstage.consent import COOKIE, Consent
from balie.frontstage.inbound import PREFIX
from balie.frontstage.preferences import with_choices
from balie.identity.reader import Reader
from balie.site import health
from balie.site.configuration import Configuration
from balie.site.doors import behind, known_hosts
from balie.site.headers import POLICY, closed, with_headers

DJANGO = ("/accounts/", "/admin/", "/staff/", "/_allauth/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """What the site is made of.

    inbound: what systems tell comes in there. languages: those offered. consent: what is asked
    about cookies of others. systems: name -> up.
    state: what Django's pages find beside their request, by package.
    last_resort: makes an app that answers also when the one inside it fails.
    """

    last_resort: Callable[[ASGIApp], ASGIApp]
    django: ASGIHandler
    frontstage: ASGIApp
    inbound: ASGIApp
    static: ASGIApp
    reader: Reader
    languages: Sequence[str]
    consent: Consent
    systems: Callable[[], Mapping[str, bool]]
    state: Mapping[str, object]


def application(layers: Layers, configuration: Configuration) -> ASGIApp:
    """The whole site as one app. It expects to be started and stopped by `bootstrap`."""

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path.startswith(DJANGO) or path == "/staff":
            state = {**scope.get("state", {}), **layers.state}
            await layers.django({**scope, "state": state}, receive, _plain(send))
        elif path.startswith(PREFIX):
            await layers.inbound(scope, receive, send)
        elif path.startswith("/static/"):
            await layers.static(scope, receive, send)
        else:
            await layers.frontstage(scope, receive, send)

    at_home = known_hosts(
        configuration.public_url, layers.last_resort(with_choices(dispatch, layers.languages))
    )

    async def doorstep(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"] in health.ADDRESSES and scope["method"] not in ("GET", "HEAD"):
            await health.only_read()(scope, receive, send)
        elif scope["path"] == "/healthz":
            await health.alive()(scope, receive, send)
        elif scope["path"] == "/readyz":
            answer = await health.ready(Request(scope), layers.reader, layers.systems)
            await answer(scope, receive, send)
        else:
            await at_home(scope, receive, send)

    def opened(scope: Scope) -> str:
        """Signing in, staff and programs never load anything of others."""
        path = scope["path"]
        if path.startswith((*DJANGO, "/api/")) or path == "/staff":
            return POLICY
        return layers.consent.policy(POLICY, Request(scope).cookies.get(COOKIE, ""))

    policy = opened if layers.consent.declared else closed
    return behind(configuration.trusted_proxies, with_headers(doorstep, policy))


def _plain(send: Send) -> Callable[[Mapping[str, object]], Awaitable[None]]:
    """Takes Django's messages, which it promises to leave alone, as those of everybody."""

    async def pass_on(message: Mapping[str, object]) -> None:
        await send(dict(message))

    return pass_on
