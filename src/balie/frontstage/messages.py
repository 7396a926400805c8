"""What every kind of page may have to say instead: not found, sign in first, not like this."""

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Protocol
from urllib.parse import quote

from balie.access.proving import ProveFirst
from balie.access.viewer import Visitor
from balie.backstage.page import MenuItem
from balie.frontstage.asking import PROBLEM, READ_ONLY, Answer, Ask, see_other, with_headers
from balie.frontstage.looks import Chrome, Link, Looks, Switch
from balie.frontstage.page_json import problem_json
from balie.frontstage.rehearsed import Rehearsed
from balie.frontstage.sent import Sent
from balie.frontstage.surroundings import ACTING_FOR, Surroundings

TRY_AGAIN = "30"  # seconds
PROVE = "/accounts/two-steps/"
ACR = "two-steps"
"""How programs read that two steps are asked."""


class CountsWaiting(Protocol):
    """How many wait for a colleague's approval: `frontstage.approvals.Waiting`."""

    async def of(self, visitor: Visitor, language: str) -> int | None:
        """How many wait for this visitor; None for who is never asked."""
        ...

    def item(self, words: str) -> MenuItem:
        """The way to the list."""
        ...


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages as pages and as problem+json. rehearsed: only in the demo.

    sent: who has receipts; None where nothing can be sent. waiting: likewise of approvals.
    """

    looks: Looks
    surroundings: Surroundings
    rehearsed: Rehearsed | None = None
    sent: Sent | None = None
    waiting: CountsWaiting | None = None

    async def problem(
        self, ask: Ask, status: HTTPStatus, words: str, sign: str, way_out: Link | None = None
    ) -> Answer:
        """A page, or a problem+json, that says in words what cannot be done, and where to go."""
        t = self.surroundings.voice(ask.preferences.language)
        title, text = t.say(f"problem.{words}_title"), t.say(f"problem.{words}")
        if ask.wants_json:
            return Answer(status=status, body=problem_json(status, title, text), kind=PROBLEM)
        chrome = await self.chrome(ask)
        home = Link(t.say("chrome.home"), chrome.home)
        page = self.looks.render(
            "message.html", chrome, title=title, text=text, sign=sign, action=way_out or home
        )
        return Answer(status=status, body=page.encode())

    async def not_found(self, ask: Ask) -> Answer:
        """There is no such page, or it is not this visitor's: the same answer."""
        return await self.problem(ask, HTTPStatus.NOT_FOUND, "not_found", "search")

    async def not_allowed(self, ask: Ask, allowed: str) -> Answer:
        """This cannot be done here. allowed: the methods that can."""
        refusal = await self.problem(ask, HTTPStatus.METHOD_NOT_ALLOWED, "not_allowed", "alert")
        return with_headers(refusal, allow=allowed)

    async def sign_in_first(self, ask: Ask) -> Answer:
        """On to signing in, and back; programs are told."""
        if ask.wants_json:
            refusal = await self.problem(ask, HTTPStatus.UNAUTHORIZED, "sign_in_first", "alert")
            return with_headers(refusal, **{"www-authenticate": 'Cookie realm="/accounts/login/"'})
        if self.rehearsed is not None and ask.path == "/":
            return see_other("/demo")
        return see_other(f"/accounts/login/?next={quote(ask.address, safe='')}")

    async def prove_first(self, ask: Ask, first: ProveFirst) -> Answer:
        """On to proving two steps, and back; programs are told, as RFC 9470 has it.

        Staff who act as a customer cannot prove it for them; a representative proves themselves.
        """
        if _is_staff(ask.visitor):
            return await self.only_themselves(ask)
        if not ask.wants_json:
            within = "" if first.within is None else f"&within={first.within}"
            return see_other(f"{PROVE}?next={quote(ask.address, safe='')}{within}")
        refusal = await self.problem(ask, HTTPStatus.UNAUTHORIZED, "prove_first", "alert")
        said = {
            "error": "insufficient_user_authentication",
            "error_description": "two steps must be proved first",
            "acr_values": ACR,
        } | ({} if first.within is None else {"max_age": str(first.within)})
        challenge = ", ".join(f'{name}="{value}"' for name, value in said.items())
        return with_headers(refusal, **{"www-authenticate": f"Bearer {challenge}"})

    async def choose_first(self, ask: Ask) -> Answer:
        """On to choosing whom to act for, and back; whoever sends something is told."""
        if _is_staff(ask.visitor):
            return await self.only_themselves(ask)
        here = f"{ACTING_FOR}?next={quote(ask.address, safe='')}"
        if ask.method in READ_ONLY and not ask.wants_json:
            return see_other(here)
        t = self.surroundings.voice(ask.preferences.language)
        choose = Link(t.say("problem.choose_action"), here)
        return await self.problem(ask, HTTPStatus.CONFLICT, "choose_first", "alert", choose)

    async def only_themselves(self, ask: Ask) -> Answer:
        """Whoever acts as a customer cannot do this for them."""
        return await self.problem(ask, HTTPStatus.FORBIDDEN, "acting_proof", "alert")

    async def chrome(self, ask: Ask) -> Chrome:
        """Around a page that has no menu."""
        switches = await self.switches()
        chrome = self.surroundings.chrome(ask.preferences, ask.address, ask.visitor, switches)
        return self.with_receipts(chrome, has_sent=await self.has_sent(ask.visitor))

    async def has_sent(self, visitor: Visitor | None) -> bool:
        """Whether there is anything in this visitor's list of receipts."""
        if self.sent is None or visitor is None or visitor.is_staff or visitor.staff_roles:
            return False
        return await self.sent.by(visitor.person)

    def with_receipts(self, chrome: Chrome, *, has_sent: bool) -> Chrome:
        """The same with a way to the receipts, for who has any."""
        if self.sent is None or not has_sent:
            return chrome
        link = Link(chrome.t.say("receipt.list_title"), self.sent.address)
        person = chrome.person and replace(chrome.person, links=(link, *chrome.person.links))
        return replace(chrome, person=person, footer=(*chrome.footer, link))

    async def waits_for(self, ask: Ask) -> int | None:
        """How many wait for the approval of whoever asks; None for who is never asked."""
        visitor = ask.visitor
        if self.waiting is None or visitor is None or visitor.is_staff or visitor.staff_roles:
            return None
        return await self.waiting.of(visitor, ask.preferences.language)

    def with_waiting(self, chrome: Chrome, count: int | None, path: str) -> Chrome:
        """The same with a way to what waits for approval in the menu."""
        if self.waiting is None or count is None:
            return chrome
        say = chrome.t.say
        words = say("approval.menu_count", count=count) if count else say("approval.menu")
        item = self.waiting.item(words)
        here = path == item.address or path.startswith(f"{item.address}/")
        place = 1 if count else len(chrome.menu)  # what waits is in sight, not behind "more"
        menu = (*chrome.menu[:place], replace(item, current=here), *chrome.menu[place:])
        return replace(chrome, menu=menu, icons={**chrome.icons, item.address: "check"})

    async def switches(self) -> tuple[Switch, ...] | None:
        """How the rehearsed systems behave; None outside the demo."""
        return None if self.rehearsed is None else await self.rehearsed.switches()


def _is_staff(visitor: Visitor | None) -> bool:
    """Whether it is somebody of staff who acts as a customer."""
    return visitor is not None and visitor.behind is not None and not visitor.represents
