"""What is said when a layer fails altogether, such as when our own database does not answer."""

import logging
from dataclasses import dataclass
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from balie.backstage.ports import Incidents
from balie.blueprint.model import Blueprint
from balie.frontstage.asking import HTML, PROBLEM
from balie.frontstage.failures import failed
from balie.frontstage.looks import Link, Looks
from balie.frontstage.page_json import problem_json
from balie.frontstage.preferences import Preferences, preferences_of
from balie.frontstage.surroundings import Surroundings

SIGN_IN_IS_DOWN = "login is down"
"""The happening for which a blueprint may have a sentence of its own."""

_TRY_AGAIN = "30"  # seconds

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LastResort:
    """A page of words and a telephone number; it asks no database and no system."""

    looks: Looks
    surroundings: Surroundings
    incidents: Incidents

    def guard(self, app: ASGIApp) -> ASGIApp:
        """The same app; where it fails before it answered, this answers."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            begun = False

            async def note(message: Message) -> None:
                nonlocal begun
                begun = True
                await send(message)

            try:
                await app(scope, receive, note)
            except Exception as error:
                failure = failed(error, self.surroundings.now())
                log.error("A page failed: %s", failure.about)  # noqa: TRY400 - no message, no data
                self.incidents.report(failure)
                if begun:
                    raise
                await self._page(Request(scope))(scope, receive, send)

        return answer

    def _page(self, request: Request) -> Response:
        headers = Headers(scope=request.scope)
        preferences = preferences_of(
            request.cookies, headers.get("accept-language", ""), self.surroundings.languages
        )
        title, text = self._words(request.url.path, preferences)
        status, after = HTTPStatus.SERVICE_UNAVAILABLE, {"retry-after": _TRY_AGAIN}
        accept = headers.get("accept", "")
        if "json" in accept and "text/html" not in accept:
            return Response(problem_json(status, title, text), status, after, PROBLEM)
        chrome = self.surroundings.chrome(preferences, "", None)
        again = Link(chrome.t.say("trust.try_again"), "/")
        page = self.looks.render(
            "message.html", chrome, title=title, text=text, sign="alert", action=again
        )
        return Response(page, status, after, HTML)

    def _words(self, path: str, preferences: Preferences) -> tuple[str, str]:
        """Title and text: the blueprint's own sentence where somebody wants to sign in."""
        t = self.surroundings.voice(preferences.language)
        own = sentence(self.surroundings.blueprint, preferences.language)
        text = own if own and path.startswith("/accounts/") else t.say("problem.error")
        return t.say("problem.error_title"), text


def sentence(blueprint: Blueprint, language: str) -> str | None:
    """What customers read when they cannot sign in, if the blueprint says it."""
    fails = (fail for step in blueprint.steps for fail in step.fails)
    said = (fail.customer_reads for fail in fails if fail.when == SIGN_IN_IS_DOWN)
    return next((blueprint.say(text, language) for text in said if text), None)
