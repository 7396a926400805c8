"""The customer's pages, without any web framework: a plain question in, a plain answer out."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Protocol

from msgspec.structs import replace

from balie.access.proving import ProveFirst
from balie.access.viewer import Behind, Viewer, Visitor
from balie.backstage.addressing import letters_in
from balie.backstage.arrangement import NEWEST_FIRST, Arrangement, CannotArrange, Wrong
from balie.backstage.handing import Handed, NoDocument
from balie.backstage.lineage.origins import PageOrigins
from balie.backstage.page import MenuItem, Page
from balie.backstage.ports import Incident, IncidentKind, Incidents
from balie.frontstage.acting import Acting, AddLine
from balie.frontstage.approvals import Approvals, Approves, Waiting
from balie.frontstage.asking import HTML, JSON, READ_ONLY, Answer, Ask, see_other, with_headers
from balie.frontstage.bodies import Welcome
from balie.frontstage.crowd import Crowd
from balie.frontstage.demo_pages import DemoPages
from balie.frontstage.failures import failed
from balie.frontstage.files import headers_of
from balie.frontstage.forms import Forms, TakesForms
from balie.frontstage.looks import ACTIVATE, SIGN_OUT, Chrome, Link, Looks
from balie.frontstage.messages import TRY_AGAIN, Messages
from balie.frontstage.own_pages import Broken, OwnPages
from balie.frontstage.page_json import page_json
from balie.frontstage.receipts import KeepsReceipts, Receipts
from balie.frontstage.rehearsed import Rehearsed
from balie.frontstage.sent import KnowsWhoSent, Sent
from balie.frontstage.surroundings import ORGANISATION, Surroundings
from balie.frontstage.trust import told
from balie.frontstage.written import MOST_BYTES, WrittenPages

_LONGEST_ADDRESS = 2000
_KINDS = frozenset({"overview", "list", "details"})

log = logging.getLogger(__name__)

Saw = Callable[[Viewer, str], None]
"""Is told that a viewer was shown the record at a path."""


def nobody_asks(_viewer: Viewer, _path: str) -> None:
    """Where nothing is kept of what is read."""


class Opens(Protocol):
    """What pages come from: `backstage.service.Service`."""

    def match(self, path: str) -> object | None:
        """Something when the service has a page at this raw path."""
        ...

    async def viewer(self, visitor: Visitor, path: str = "") -> Viewer:
        """Who a visitor is to the systems, in time for the page at this path. Raises ProveFirst."""
        ...

    async def recognised(self, visitor: Visitor, path: str = "") -> Viewer:
        """Who a visitor is, whatever they proved."""
        ...

    def menu(self, viewer: Viewer, language: str) -> tuple[MenuItem, ...]:
        """The pages of this viewer that have an address of their own."""
        ...

    async def open(
        self,
        path: str,
        viewer: Viewer,
        language: str,
        after: str = "",
        *,
        newest: bool = False,
        arrangement: Arrangement | Wrong = NEWEST_FIRST,
    ) -> Page | None:
        """The page, or None when there is none for this viewer. Raises CannotArrange."""
        ...

    def is_document(self, path: str) -> bool:
        """Whether a document can be at this raw path."""
        ...

    async def document(self, path: str, viewer: Viewer, language: str) -> Handed | NoDocument:
        """The document at a raw path, or why there is none for this viewer."""
        ...


class CustomersSend(TakesForms, KeepsReceipts, KnowsWhoSent, Protocol):
    """What forms and receipts come from: `backstage.service.Service`."""


class Views:
    """Answers every question that is not another package's.

    description: the OpenAPI document. incidents: hears of a page that failed.
    rehearsed: only in the demo. most_bytes: of pages that are kept as they were written.
    customers_send: takes in forms and knows receipts; None where nothing can be sent.
    approving: what waits for colleagues; None where nothing ever does.
    customers_send: takes in forms and knows receipts; None where nothing can be sent. acted: writes
    what staff do as a customer in the audit; without it they can do nothing as one. saw: is told
    who was shown which record.
    """

    def __init__(
        self,
        service: Opens,
        looks: Looks,
        surroundings: Surroundings,
        description: bytes,
        incidents: Incidents,
        rehearsed: Rehearsed | None = None,
        most_bytes: int = MOST_BYTES,
        customers_send: CustomersSend | None = None,
        approving: Approves | None = None,
        acted: AddLine | None = None,
        saw: Saw = nobody_asks,
    ) -> None:
        self._service = service
        self._looks = looks
        self._surroundings = surroundings
        self._description = description
        self._incidents = incidents
        self._rehearsed = rehearsed
        self._sent = Sent(customers_send, surroundings.now) if customers_send else None
        waiting = Waiting(approving, service, surroundings.now) if approving else None
        self._saw = saw
        self._messages = Messages(looks, surroundings, rehearsed, self._sent, waiting)
        self._approvals = (
            Approvals(approving, service, self._messages, waiting)
            if approving is not None and waiting is not None
            else None
        )
        self._acting = Acting(surroundings.blueprint, self._messages, acted) if acted else None
        crowd = Crowd(surroundings.now)
        self._forms = (
            Forms(customers_send, self._messages, incidents, crowd) if customers_send else None
        )
        self._receipts = Receipts(customers_send, self._messages) if customers_send else None
        self._written = WrittenPages(most_bytes)
        self._own_pages = OwnPages(surroundings.blueprint, looks)
        self._demo_pages = (
            DemoPages(rehearsed, looks, surroundings, self._messages) if rehearsed else None
        )

    async def welcome(self, ask: Ask) -> Welcome | None:
        """How much of a form is read at this address; None: nothing, it is refused as it is."""
        if not ask.from_here:
            return None
        if self._forms is not None and self._forms.has(ask.path):
            try:
                return await self._forms.welcome(ask)
            except ProveFirst:
                return Welcome()
        return Welcome()

    async def answer(self, ask: Ask) -> Answer:
        """The answer, whatever happens inside."""
        try:
            return await self._answer(ask)
        except ProveFirst as first:
            return await self._messages.prove_first(ask, first)
        except Exception as error:  # noqa: BLE001  the one place where everything ends up
            failure = failed(error, self._surroundings.now())
        log.error("A page failed: %s", failure.about)
        self._incidents.report(failure)
        return await self._messages.problem(ask, HTTPStatus.INTERNAL_SERVER_ERROR, "error", "alert")

    async def problem(self, ask: Ask, status: HTTPStatus, words: str, sign: str) -> Answer:
        """A page, or a problem+json, that says in words what cannot be done."""
        return await self._messages.problem(ask, status, words, sign)

    async def _answer(self, ask: Ask) -> Answer:
        if not ask.from_here:
            return await self._messages.problem(ask, HTTPStatus.FORBIDDEN, "elsewhere", "alert")
        if ask.path == "/api/openapi.json" and ask.method in READ_ONLY:
            return Answer(status=HTTPStatus.OK, body=self._description, kind=JSON)
        if ask.visitor is not None and ask.visitor.behind is not None:
            refused = await self._no_acting(ask, ask.visitor, ask.visitor.behind)
            if refused is not None:
                return refused
        if self._demo_pages is not None and ask.path.startswith("/demo"):
            return await self._demo_pages.answer(ask)
        if self._forms is not None and self._forms.has(ask.path):
            return await self._forms.answer(ask)
        if self._receipts is not None and self._receipts.has(ask.path):
            return await self._receipts.answer(ask)
        if self._approvals is not None and self._approvals.has(ask.path):
            return await self._approvals.answer(ask)
        if ask.path != "/" and not self._is_there(ask.path):
            return await self._messages.not_found(ask)
        if ask.method not in READ_ONLY:
            return await self._messages.not_allowed(ask, "GET, HEAD")
        if ask.visitor is None:
            return await self._messages.sign_in_first(ask)
        if self._service.is_document(ask.path):
            return await self._document(ask, ask.visitor)
        return await self._page(ask, ask.visitor)

    async def _no_acting(self, ask: Ask, visitor: Visitor, behind: Behind) -> Answer | None:
        """Why whoever acts as this customer cannot do this; None when they can."""
        if self._acting is None:
            return await self._messages.not_found(ask)
        decides = self._approvals is not None and self._approvals.has(ask.path)
        if decides and ask.method not in READ_ONLY:
            return await self._messages.only_themselves(ask)
        return await self._acting.refused(ask, visitor, behind)

    def _is_there(self, path: str) -> bool:
        is_page = self._service.match(path) is not None
        return len(path) <= _LONGEST_ADDRESS and (is_page or self._service.is_document(path))

    async def _document(self, ask: Ask, visitor: Visitor) -> Answer:
        if visitor.is_staff or visitor.staff_roles:
            return await self._messages.not_found(ask)
        viewer = await self._service.viewer(visitor, ask.path)
        if viewer.must_choose:
            return await self._messages.choose_first(ask)
        found = await self._service.document(ask.path, viewer, ask.preferences.language)
        if isinstance(found, Handed):
            self._saw(viewer, ask.path)
            return Answer(
                status=HTTPStatus.OK,
                body=found.head,
                kind=found.media.type,
                headers=headers_of(found),
                rest=found.rest,
                size=found.size,
                close=found.close,
            )
        if found is NoDocument.NOT_FOUND:
            return await self._messages.not_found(ask)
        if found is NoDocument.NONE:
            return await self._messages.problem(ask, HTTPStatus.NOT_FOUND, "no_document", "file")
        t = self._surroundings.voice(ask.preferences.language)
        again, status = Link(t.say("trust.try_again"), ask.path), HTTPStatus.SERVICE_UNAVAILABLE
        refusal = await self._messages.problem(ask, status, "document_away", "alert", again)
        return with_headers(refusal, **{"retry-after": TRY_AGAIN})

    async def _page(self, ask: Ask, visitor: Visitor) -> Answer:
        if visitor.is_staff or visitor.staff_roles:
            return see_other("/staff") if ask.path == "/" else await self._messages.not_found(ask)
        viewer = await self._service.viewer(visitor, ask.path)
        if viewer.must_choose:
            return await self._messages.choose_first(ask)
        try:
            page = await self._service.open(
                ask.path,
                viewer,
                ask.preferences.language,
                ask.after,
                newest=ask.newest,
                arrangement=ask.arrangement,
            )
        except CannotArrange as refusal:
            return await self._cannot_arrange(ask, refusal.wrong)
        if page is None:
            return await self._nothing_here(ask, viewer)
        if page.kind == "details":
            self._saw(viewer, ask.path)
        return await self._of(ask, visitor, page, await self._messages.waits_for(ask))

    async def _cannot_arrange(self, ask: Ask, wrong: Wrong) -> Answer:
        """The way out is the page as it stands by itself."""
        t = self._surroundings.voice(ask.preferences.language)
        whole = Link(t.say("list.whole"), ask.path)
        plain = replace(ask, address=ask.path)
        words = f"cannot_{wrong.value}"
        return await self._messages.problem(plain, HTTPStatus.BAD_REQUEST, words, "search", whole)

    async def _nothing_here(self, ask: Ask, viewer: Viewer) -> Answer:
        """No such page for this viewer; at the front door the first that there is, or why none."""
        language = ask.preferences.language
        if ask.path != "/":
            return await self._messages.not_found(ask)
        if menu := self._service.menu(viewer, language):
            return see_other(menu[0].address)
        if viewer.administers:
            return see_other(ORGANISATION)
        words = "no_pages" if viewer.kinds else "no_customer"
        status = HTTPStatus.NOT_FOUND if ask.wants_json else HTTPStatus.OK
        way_on = self._way_on(language, words)
        return await self._messages.problem(ask, status, words, "search-user", way_on)

    def _way_on(self, language: str, words: str) -> Link:
        """Whoever may have a letter fills in its code; others sign in as somebody else."""
        say = self._surroundings.voice(language).say
        if words == "no_customer" and letters_in(self._surroundings.blueprint):
            return Link(say("letter.have"), ACTIVATE)
        return Link(say("chrome.sign_out"), SIGN_OUT)

    async def _of(self, ask: Ask, visitor: Visitor, page: Page, waits: int | None) -> Answer:
        """A page as bytes: those that were written before, while they would be the same."""
        voice = self._surroundings.voice(ask.preferences.language)
        switches, has_sent = await self._messages.switches(), await self._messages.has_sent(visitor)
        key = (visitor.who, ask.address, ask.preferences, ask.wants_json, switches, has_sent, waits)
        searched = isinstance(ask.arrangement, Arrangement) and bool(ask.arrangement.query)
        body = None if searched else self._written.find(key, page, voice)
        if body is None:
            chrome = self._surroundings.chrome(
                ask.preferences, ask.address, visitor, switches, voice
            )
            chrome = self._messages.with_receipts(chrome, has_sent=has_sent)
            body = page_json(page) if ask.wants_json else self._html(page, chrome, waits).encode()
            if not searched:  # what somebody looks for is remembered nowhere
                self._written.keep(key, page, voice, body)
        return Answer(status=HTTPStatus.OK, body=body, kind=JSON if ask.wants_json else HTML)

    def _html(self, page: Page, chrome: Chrome, waits: int | None) -> str:
        chrome = self._surroundings.around(page, chrome)
        chrome = self._messages.with_waiting(chrome, waits, page.address)
        template = f"{page.kind if page.kind in _KINDS else 'details'}.html"
        lineage = self._lineage(page, chrome)
        said = told(page, chrome.t)
        if self._own_pages.has(page):
            try:
                return self._own_pages.render(page, chrome, told=said, lineage=lineage)
            except Broken as fault:
                self._tell(fault, page)
        return self._looks.render(template, chrome, page=page, told=said, lineage=lineage)

    def _lineage(self, page: Page, chrome: Chrome) -> PageOrigins | None:
        """Where the page's values come from: in a demo, for whoever wants to see it."""
        if not chrome.origins or self._rehearsed is None or self._rehearsed.origins is None:
            return None
        return self._rehearsed.origins.page(page.step, page.kind, chrome.t.language)

    def _tell(self, fault: Broken, page: Page) -> None:
        """Staff hear of a page of the blueprint's own that cannot be made."""
        log.error("A page of the blueprint failed: %s", fault)
        kind, now = IncidentKind.OWN_PAGE, self._surroundings.now()
        self._incidents.report(
            Incident(kind=kind, system="", table="", about=str(fault), at=now, step=page.step)
        )
