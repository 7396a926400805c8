"""What stands around the pages of one blueprint: made once, asked at every page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from balie.access.acting import Extent, extent_of
from balie.access.viewer import Visitor
from balie.backstage.consent import Consent
from balie.backstage.help_desk import help_desk
from balie.backstage.page import Help, MenuItem
from balie.blueprint.model import Blueprint
from balie.frontstage.languages import Words
from balie.frontstage.looks import Banner, Chrome, Identity, Link, Person, Switch
from balie.frontstage.moments import Voice
from balie.frontstage.preferences import Preferences

SECURITY = "/accounts/"
ACTING_FOR = "/accounts/acting-for/"
ORGANISATION = "/accounts/organisation/"


class Surrounded(Protocol):
    """A page of the service that has a menu: of a step, of a form, of a receipt."""

    @property
    def menu(self) -> tuple[MenuItem, ...]:
        """The pages of this viewer that have an address of their own."""
        ...

    @property
    def help(self) -> Help | None:
        """Who can be called."""
        ...

    @property
    def acting_for(self) -> str | None:
        """The organisation that the viewer acts for."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """words: of every language that the blueprint offers, its own language first."""

    blueprint: Blueprint
    identity: Identity
    words: Mapping[str, Words]
    icons: Mapping[str, str]
    now: Callable[[], datetime]

    @property
    def languages(self) -> Sequence[str]:
        """Those offered; the first is the blueprint's own."""
        return tuple(self.words)

    @property
    def consent(self) -> Consent:
        """What is asked about cookies of others."""
        return Consent(self.blueprint)

    def voice(self, language: str) -> Voice:
        """A language that speaks now."""
        return Voice(self.words[language], ZoneInfo(self.blueprint.zone), self.now())

    def chrome(
        self,
        preferences: Preferences,
        address: str,
        visitor: Visitor | None,
        switches: tuple[Switch, ...] | None = None,
        voice: Voice | None = None,
    ) -> Chrome:
        """Around a page that has no menu: signing in, a message.

        address: of the page with its query, for the switches of language and theme.
        voice: of the preferred language, when somebody wants to know what it told.
        """
        t = voice or self.voice(preferences.language)
        consent = self.consent
        answer = consent.answer(preferences.cookies)
        asks = consent.declared and (visitor is None or visitor.behind is None)
        return Chrome(
            t=t,
            identity=self.identity,
            service=self.blueprint.say(self.blueprint.service, t.language),
            address=address,
            languages={code: words.own_name for code, words in self.words.items()},
            appearance=preferences.appearance,
            icons=self.icons,
            person=_person(visitor, t),
            help=help_desk(self.blueprint, t.language),
            footer=self._for_everybody(t.language),
            switches=None if switches is None else self._in(t.language, switches),
            origins=switches is not None and preferences.origins,
            acting=self._banner(visitor),
            asks_cookies=answer is None if asks else None,
            scripts=consent.scripts(preferences.cookies) if asks else (),
        )

    def _banner(self, visitor: Visitor | None) -> Banner | None:
        """For whoever acts as a customer, of staff or not; None for customers themselves."""
        if visitor is None or visitor.behind is None:
            return None
        behind = visitor.behind
        extent = extent_of(self.blueprint.people.staff, behind.teams)
        return Banner(
            staff=behind.name,
            customer=visitor.name or visitor.email,
            until=datetime.fromtimestamp(behind.until, UTC),
            writes=extent is Extent.WRITE,
            represents=behind.represents,
        )

    def _for_everybody(self, language: str) -> tuple[Link, ...]:
        """What can be done without signing in: a way to it on every page."""
        return tuple(
            Link(self.blueprint.say(step.title, language), str(step.screen.address))
            for step in self.blueprint.steps_for_everybody
            if step.screen is not None and step.screen.address
        )

    def around(self, page: Surrounded, chrome: Chrome) -> Chrome:
        """Around a page of the service: with its menu, and for whom it is."""
        person = chrome.person and replace(chrome.person, acting_for=page.acting_for)
        return replace(chrome, menu=page.menu, person=person, help=page.help or chrome.help)

    def _in(self, language: str, switches: tuple[Switch, ...]) -> tuple[Switch, ...]:
        say = self.blueprint.say
        return tuple(replace(switch, title=say(switch.title, language)) for switch in switches)


def _person(visitor: Visitor | None, t: Voice) -> Person | None:
    if visitor is None:
        return None
    security = Link(t.say("chrome.security"), SECURITY)
    if visitor.behind is not None and visitor.represents:  # the sign-in is their own
        return Person(name=visitor.behind.name, links=(security,))
    if visitor.behind is not None:  # whoever acts reaches no page about this person's sign-in
        return Person(name=visitor.name or visitor.email, sign_out="")
    has_choice = visitor.acting_for is not None or visitor.may_represent
    acts_at = ACTING_FOR if has_choice else ""
    own = Link(t.say("chrome.organisation"), ORGANISATION)
    administers = any(one.is_administrator and one.holds for one in visitor.memberships)
    links = (own, security) if administers else (security,)
    return Person(name=visitor.name or visitor.email, links=links, acts_at=acts_at)
