"""What waits for a colleague's approval, as pages: the list, one of them, and the deciding."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Protocol
from urllib.parse import unquote

from balie.access.viewer import Viewer, Visitor
from balie.backstage.approval import Outcome
from balie.backstage.page import MenuItem
from balie.frontstage.approval_json import approval_json, approvals_json
from balie.frontstage.asking import JSON, READ_ONLY, Answer, Ask, see_other
from balie.frontstage.forms import gathered
from balie.frontstage.messages import Messages
from balie.steps.approve.pages import Answer as Said
from balie.steps.approve.pages import ApprovalPage, Refusal, WaitingList

_LONGEST_REFERENCE = 40
_A_MOMENT = timedelta(seconds=5)
_A_DAY = timedelta(days=1)
_MOST = 10_000  # people; it is only a memory
_OUTCOMES = {"approve": Outcome.APPROVED, "refuse": Outcome.REFUSED}
_STATUS = {
    Refusal.NO_WORDS: HTTPStatus.UNPROCESSABLE_ENTITY,
    Refusal.AWAY: HTTPStatus.SERVICE_UNAVAILABLE,
}


class Approves(Protocol):
    """What the pages come from: `steps.approve.step.Approving`."""

    @property
    def address(self) -> str:
        """The address of the list."""
        ...

    def may_be_asked(self, viewer: Viewer) -> bool:
        """Whether the story ever asks anything of somebody like this viewer."""
        ...

    async def count(self, viewer: Viewer) -> int:
        """How many wait for this viewer."""
        ...

    async def saw(self, viewer: Viewer, language: str) -> None:
        """Keeps that this viewer can be asked."""
        ...

    async def all(self, viewer: Viewer, language: str) -> WaitingList | None:
        """The list; None for who is never asked."""
        ...

    async def one(self, reference: str, viewer: Viewer, language: str) -> ApprovalPage | None:
        """One of them; None when it is not this viewer's to see."""
        ...

    async def decide(
        self, reference: str, viewer: Viewer, language: str, answer: Said
    ) -> ApprovalPage | None:
        """Takes a decision, once; the page as it is then."""
        ...


class KnowsViewers(Protocol):
    """Who a visitor is: `backstage.service.Service`."""

    async def viewer(self, visitor: Visitor, path: str = "") -> Viewer:
        """Who a visitor is who opens this path. Raises ProveFirst."""
        ...

    async def recognised(self, visitor: Visitor, path: str = "") -> Viewer:
        """Who a visitor is, whatever they proved."""
        ...


@dataclass
class Waiting:
    """How many wait for whom: asked at most once in a moment for each. None: never asked."""

    approving: Approves
    service: KnowsViewers
    now: Callable[[], datetime]
    _known: dict[object, tuple[datetime, int | None]] = field(default_factory=dict)
    _seen: dict[object, datetime] = field(default_factory=dict)

    async def of(self, visitor: Visitor, language: str) -> int | None:
        """How many wait for this visitor; None for who is never asked."""
        now = self.now()
        known = self._known.get(visitor.who)
        if known is not None and timedelta() <= now - known[0] < _A_MOMENT:
            return known[1]
        viewer = await self.service.recognised(visitor)
        count = None
        if self.approving.may_be_asked(viewer):
            await self._saw(viewer, language)
            count = await self.approving.count(viewer)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[visitor.who] = (now, count)
        return count

    def drop(self) -> None:
        """Something was decided: numbers are asked again."""
        self._known.clear()

    async def _saw(self, viewer: Viewer, language: str) -> None:
        key, now = (viewer.who, language), self.now()
        seen = self._seen.get(key)
        if seen is None or now - seen > _A_DAY:
            if len(self._seen) >= _MOST:
                self._seen.clear()
            await self.approving.saw(viewer, language)
            self._seen[key] = now

    def item(self, words: str) -> MenuItem:
        """The way to the list."""
        return MenuItem(step="", label=words, address=self.approving.address)


class Approvals:
    """Answers every request at the address of approvals."""

    def __init__(
        self, approving: Approves, service: KnowsViewers, messages: Messages, waiting: Waiting
    ) -> None:
        self._approving = approving
        self._service = service
        self._messages = messages
        self._waiting = waiting

    def has(self, path: str) -> bool:
        """Whether this is an address of approvals; nobody knows yet whether there is one."""
        at = self._approving.address
        return path == at or path.startswith(f"{at}/")

    async def answer(self, ask: Ask) -> Answer:
        """The list, one of them, or a decision: of who may decide, and of nobody else."""
        at = self._approving.address
        allowed = READ_ONLY if ask.path == at else READ_ONLY | {"POST"}
        if ask.method not in allowed:
            return await self._messages.not_allowed(ask, ", ".join(sorted(allowed)))
        if ask.visitor is None:
            return await self._messages.sign_in_first(ask)
        if ask.visitor.is_staff or ask.visitor.staff_roles:
            return await self._messages.not_found(ask)
        viewer = await self._service.viewer(ask.visitor, ask.path)
        if ask.path == at:
            return await self._list(ask, viewer)
        reference = unquote(ask.path.removeprefix(f"{at}/"), errors="replace")
        if not reference.isascii() or len(reference) > _LONGEST_REFERENCE:
            return await self._messages.not_found(ask)
        if ask.method == "POST":
            return await self._decide(ask, ask.visitor, viewer, reference)
        page = await self._approving.one(reference, viewer, ask.preferences.language)
        return await self._one(ask, page, HTTPStatus.OK)

    async def _list(self, ask: Ask, viewer: Viewer) -> Answer:
        page = await self._approving.all(viewer, ask.preferences.language)
        if page is None:
            return await self._messages.not_found(ask)
        if ask.wants_json:
            return Answer(status=HTTPStatus.OK, body=approvals_json(page), kind=JSON)
        return await self._html(ask, "approvals.html", page)

    async def _decide(self, ask: Ask, visitor: Visitor, viewer: Viewer, reference: str) -> Answer:
        outcome = _OUTCOMES.get(ask.said("answer"))
        if outcome is None:
            return await self._messages.problem(ask, HTTPStatus.BAD_REQUEST, "no_answer", "alert")
        said = Said(outcome=outcome, name=visitor.name, words=ask.said("words").strip())
        page = await self._approving.decide(reference, viewer, ask.preferences.language, said)
        self._waiting.drop()
        if page is None or page.refusal is None:
            done = see_other(page.address) if page is not None and not ask.wants_json else None
            return done or await self._one(ask, page, HTTPStatus.OK)
        return await self._one(ask, page, _STATUS.get(page.refusal, HTTPStatus.CONFLICT))

    async def _one(self, ask: Ask, page: ApprovalPage | None, status: HTTPStatus) -> Answer:
        if page is None:
            return await self._messages.not_found(ask)
        if ask.wants_json:
            return Answer(status=status, body=approval_json(page), kind=JSON)
        answers = gathered((one.field, one.label, one.text) for one in page.told)
        return await self._html(
            ask, "approval.html", page, status, answers=answers, list=self._approving.address
        )

    async def _html(
        self,
        ask: Ask,
        template: str,
        page: WaitingList | ApprovalPage,
        status: HTTPStatus = HTTPStatus.OK,
        **more: object,
    ) -> Answer:
        surroundings = self._messages.surroundings
        chrome = surroundings.around(page, await self._messages.chrome(ask))
        chrome = self._messages.with_waiting(chrome, await self._messages.waits_for(ask), ask.path)
        html = self._messages.looks.render(template, chrome, page=page, **more)
        return Answer(status=status, body=html.encode())
