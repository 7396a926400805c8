"""Django's pages in the site's looks: the same layout, words and choices as around all others."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from asgiref.sync import async_to_sync
from django.http import HttpRequest

from balie.access.viewer import Visitor
from balie.frontstage.looks import Chrome, Looks, Switch
from balie.frontstage.preferences import Preferences, address_without_choices, preferences_of
from balie.frontstage.surroundings import Surroundings

Switches = Callable[[], Awaitable[tuple[Switch, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DjangoPages:
    """Draws the pages of identity and the console. switches: those of the demo, in a demo."""

    looks: Looks
    surroundings: Surroundings
    switches: Switches | None = None

    def __call__(self, request: HttpRequest, template: str, context: Mapping[str, object]) -> str:
        """A page for this request."""
        return self.looks.render(template, self._chrome(request), **context)

    def language(self, request: HttpRequest) -> str:
        """The language of whoever asks: one of the blueprint's."""
        return self._preferences(request).language

    def _preferences(self, request: HttpRequest) -> Preferences:
        asked = request.headers.get("accept-language", "")
        return preferences_of(request.COOKIES, asked, self.surroundings.languages)

    def _chrome(self, request: HttpRequest) -> Chrome:
        chrome = self.surroundings.chrome(
            self._preferences(request),
            address_without_choices(request.path, request.META.get("QUERY_STRING", "")),
            _visitor(request),
            async_to_sync(self.switches)() if self.switches else None,
        )
        chrome = replace(chrome, scripts=())  # where people sign in nothing of others is loaded
        if request.path.startswith("/staff"):
            chrome = replace(chrome, asks_cookies=None)
            return replace(chrome, staff=chrome.t.say("staff.tag"), home="/staff")
        return chrome


def _visitor(request: HttpRequest) -> Visitor | None:
    """Who is signed in, as far as the layout wants to know."""
    person = request.user
    if not person.is_authenticated:
        return None
    return Visitor(
        person=person.pk.hex, email=person.email, name=person.name, is_staff=person.is_staff
    )
