"""What identity's pages get from the rest of the site, by way of the request."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.http import Http404, HttpRequest

from balie.access.often import Often
from balie.access.viewer import Visitor
from balie.backstage.acting import Contexts
from balie.backstage.addressing import Made
from balie.backstage.alone import Alone
from balie.backstage.auditing import Deeds, Note
from balie.backstage.forms.guarding import Guard
from balie.blueprint.model import Blueprint
from balie.identity.connections.logins import Logins
from balie.identity.letters import Letters
from balie.identity.linking.activation import Codes
from balie.identity.models import Person


class MakesLetters(Protocol):
    """Makes letters with codes, by which customers become known."""

    @property
    def names(self) -> Sequence[str]:
        """Names of `me` that a letter links."""
        ...

    def make(self, name: str, numbers: Sequence[str], by: str) -> Made:
        """A code for each of these customer numbers; by: the id of whoever has them made.

        Raises SystemFault when the system does not answer: then nothing was made.
        """
        ...


Recognise = Callable[[Visitor], Awaitable[Mapping[str, str]]]
"""Asks the systems who this is: new links, name of `me` -> key; empty when they do not know."""


ForWhom = Callable[[Visitor], Awaitable[Contexts]]
"""Asks the systems for whom somebody can act."""


OpensAlone = Callable[[str, Visitor, str], Awaitable[Alone | None]]
"""A page's address, who a mail went to, a language -> what a link from that mail opens."""


class Render(Protocol):
    """Makes a page in the site's looks, in the language of the request."""

    def __call__(
        self, request: HttpRequest, template: str, context: Mapping[str, object]
    ) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """That somebody looked at what is a customer's, in words. by: a team, or a name; "" is a
    colleague of no team. what, why: keys of our words. record: which record; at: its address.
    """

    when: datetime
    by: str
    what: str
    why: str
    record: str
    at: str


Looks = Callable[[Person, str], Sequence[Look]]
"""Who looked at what is this person's, newest first, in a language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Who recognises people and for whom they act, who draws the pages in which language, with
    whom people may sign in, who writes mails and the audit, who tells whom others looked at and
    what was done, who knows codes of letters and who makes them (None: the blueprint has no
    letters), who guards a change of address, where customers change theirs with a form of the
    service ("" for nowhere), whether this is a demo, how often one sign-in may ask (None: without
    end), and whether front ends of one's own may sign people in.
    """

    recognise: Recognise
    contexts: ForWhom
    render: Render
    language: Callable[[HttpRequest], str]
    logins: Logins
    letters: Letters
    note: Note
    looks: Looks
    alone: OpensAlone
    deeds: Deeds
    blueprint: Blueprint
    codes: Codes | None = None
    makes_letters: MakesLetters | None = None
    guard: Guard
    address_form: str = ""
    demo: bool = False
    often: Often | None = None
    headless: bool = False


def desk_of(request: HttpRequest) -> Desk:
    """The desk that the site put beside this request."""
    desk: Desk = getattr(request, "scope")["state"]["identity"]  # noqa: B009 - only ASGI has it
    return desk


def who_asks(request: HttpRequest) -> Person:
    """Whoever is signed in. Raises Http404 for others: such a page is not there for them."""
    person = request.user
    if not isinstance(person, Person):
        raise Http404
    return person
