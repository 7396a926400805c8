"""The customer's pages, without any web framework: a plain question in, a plain answer out."""

import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from markupsafe import Markup

from balie.access.viewer import Viewer, Visitor
from balie.backstage.arrangement import NEWEST_FIRST, Arrangement, CannotArrange, Wrong
from balie.backstage.forms.filling import Posted, Uploaded
from balie.backstage.handing import Handed, NoDocument
from balie.backstage.lineage.origins import PageOrigins
from balie.backstage.page import MenuItem, Page
from balie.backstage.ports import Incident, IncidentKind, Incidents
from balie.blueprint.drawing.draw import draw
from balie.frontstage.bodies import Welcome
from balie.frontstage.files import headers_of
from balie.frontstage.looks import SIGN_OUT, Chrome, Link, Looks, Switch
from balie.frontstage.own_pages import Broken, OwnPages
from balie.frontstage.page_json import page_json, problem_json
from balie.frontstage.preferences import Preferences
from balie.frontstage.rehearsed import DemoPerson, Rehearsed
from balie.frontstage.surroundings import Surroundings
from balie.frontstage.trust import told
from balie.frontstage.written import MOST_BYTES, WrittenPages

HTML = "text/html; charset=utf-8"
JSON = "application/json"
PROBLEM = "application/problem+json"
_LONGEST_ADDRESS = 2000
_TRY_AGAIN = "30"  # seconds
_READ_ONLY = frozenset({"GET", "HEAD"})
_KINDS = frozenset({"overview", "list", "details"})

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request. path: raw, percent-encoded. address: with its query, without choices.

    after: the cursor of a list. arrangement: how a list is wanted, or what is wrong with that.
    newest: whatever is known, ask again.
    from_here: the request is no other website's doing.
    form: the fields of a form that was sent, each with its values in order. files: what became of
    each file that came with it.
    """

    method: str
    path: str
    address: str
    preferences: Preferences
    visitor: Visitor | None
    after: str = ""
    arrangement: Arrangement | Wrong = NEWEST_FIRST
    newest: bool = False
    wants_json: bool = False
    from_here: bool = True
    form: Posted = field(default_factory=dict)
    files: Mapping[str, Uploaded] = field(default_factory=dict)

    def said(self, name: str) -> str:
        """The first value of a field that was sent; "" for none."""
        return next(iter(self.form.get(name, ())), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back.

    rest: what follows on the body, while it comes; size: of both, when it is known. close: to be
    called once rest was sent, or was not.
    """

    status: int
    body: bytes = b""
    kind: str = HTML
    headers: Mapping[str, str] = field(default_factory=dict)
    rest: AsyncIterator[bytes] | None = None
    size: int | None = None
    close: Callable[[], Awaitable[None]] | None = None


class Opens(Protocol):
    """What pages come from: `backstage.service.Service`."""

    def match(self, path: str) -> object | None:
        """Something when the service has a page at this raw path."""
        ...

    async def viewer(self, visitor: Visitor, path: str = "") -> Viewer:
        """Who a visitor is to the systems, in time for the page at this path."""
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


class Views:
    """Answers every question that is not another package's.

    description: the OpenAPI document. incidents: hears of a page that failed.
    rehearsed: only in the demo. most_bytes: of pages that are kept as they were written.
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
    ) -> None:
        self._service = service
        self._looks = looks
        self._surroundings = surroundings
        self._description = description
        self._incidents = incidents
        self._rehearsed = rehearsed
        self._written = WrittenPages(most_bytes)
        self._own_pages = OwnPages(surroundings.blueprint, looks)

    async def welcome(self, ask: Ask) -> Welcome | None:
        """How much of a form is read at this address; None: nothing, it is refused as it is."""
        return Welcome() if ask.from_here else None

    async def answer(self, ask: Ask) -> Answer:
        """The answer, whatever happens inside."""
        try:
            return await self._answer(ask)
        except Exception as error:  # noqa: BLE001  the one place where everything ends up
            failure = failed(error, self._surroundings.now())
        log.error("A page failed: %s", failure.about)
        self._incidents.report(failure)
        return await self.problem(ask, HTTPStatus.INTERNAL_SERVER_ERROR, "error", "alert")

    async def problem(
        self, ask: Ask, status: HTTPStatus, words: str, sign: str, way_out: Link | None = None
    ) -> Answer:
        """A page, or a problem+json, that says in words what cannot be done, and where to go."""
        t = self._surroundings.voice(ask.preferences.language)
        title, text = t.say(f"problem.{words}_title"), t.say(f"problem.{words}")
        if ask.wants_json:
            return Answer(status=status, body=problem_json(status, title, text), kind=PROBLEM)
        chrome = await self._chrome(ask)
        home = Link(t.say("chrome.home"), chrome.home)
        page = self._looks.render(
            "message.html", chrome, title=title, text=text, sign=sign, action=way_out or home
        )
        return Answer(status=status, body=page.encode())

    async def _answer(self, ask: Ask) -> Answer:
        if not ask.from_here:
            return await self.problem(ask, HTTPStatus.FORBIDDEN, "elsewhere", "alert")
        if ask.path == "/api/openapi.json" and ask.method in _READ_ONLY:
            return Answer(status=HTTPStatus.OK, body=self._description, kind=JSON)
        if self._rehearsed is not None and ask.path.startswith("/demo"):
            return await self._demo(ask, self._rehearsed)
        if ask.path != "/" and not self._is_there(ask.path):
            return await self._not_found(ask)
        if ask.method not in _READ_ONLY:
            refusal = await self.problem(ask, HTTPStatus.METHOD_NOT_ALLOWED, "not_allowed", "alert")
            return _with(refusal, allow="GET, HEAD")
        if ask.visitor is None:
            return await self._sign_in_first(ask)
        if self._service.is_document(ask.path):
            return await self._document(ask, ask.visitor)
        return await self._page(ask, ask.visitor)

    def _is_there(self, path: str) -> bool:
        is_page = self._service.match(path) is not None
        return len(path) <= _LONGEST_ADDRESS and (is_page or self._service.is_document(path))

    async def _document(self, ask: Ask, visitor: Visitor) -> Answer:
        if visitor.is_staff or visitor.staff_roles:
            return await self._not_found(ask)
        viewer = await self._service.viewer(visitor, ask.path)
        found = await self._service.document(ask.path, viewer, ask.preferences.language)
        if isinstance(found, Handed):
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
            return await self._not_found(ask)
        if found is NoDocument.NONE:
            return await self.problem(ask, HTTPStatus.NOT_FOUND, "no_document", "file")
        t = self._surroundings.voice(ask.preferences.language)
        again, status = Link(t.say("trust.try_again"), ask.path), HTTPStatus.SERVICE_UNAVAILABLE
        refusal = await self.problem(ask, status, "document_away", "alert", again)
        return _with(refusal, **{"retry-after": _TRY_AGAIN})

    async def _page(self, ask: Ask, visitor: Visitor) -> Answer:
        if visitor.is_staff or visitor.staff_roles:
            return _to("/staff") if ask.path == "/" else await self._not_found(ask)
        viewer = await self._service.viewer(visitor, ask.path)
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
        return await self._of(ask, visitor, page)

    async def _cannot_arrange(self, ask: Ask, wrong: Wrong) -> Answer:
        """The way out is the page as it stands by itself."""
        t = self._surroundings.voice(ask.preferences.language)
        whole = Link(t.say("list.whole"), ask.path)
        plain = replace(ask, address=ask.path)
        words = f"cannot_{wrong.value}"
        return await self.problem(plain, HTTPStatus.BAD_REQUEST, words, "search", whole)

    async def _nothing_here(self, ask: Ask, viewer: Viewer) -> Answer:
        """No such page for this viewer; at the front door the first that there is, or why none."""
        language = ask.preferences.language
        if ask.path != "/":
            return await self._not_found(ask)
        if menu := self._service.menu(viewer, language):
            return _to(menu[0].address)
        words = "no_pages" if viewer.kinds else "no_customer"
        status = HTTPStatus.NOT_FOUND if ask.wants_json else HTTPStatus.OK
        sign_out = Link(self._surroundings.voice(language).say("chrome.sign_out"), SIGN_OUT)
        return await self.problem(ask, status, words, "search-user", sign_out)

    async def _of(self, ask: Ask, visitor: Visitor, page: Page) -> Answer:
        """A page as bytes: those that were written before, while they would be the same."""
        voice, switches = self._surroundings.voice(ask.preferences.language), await self._switches()
        key = (visitor.who, ask.address, ask.preferences, ask.wants_json, switches)
        searched = isinstance(ask.arrangement, Arrangement) and bool(ask.arrangement.query)
        body = None if searched else self._written.find(key, page, voice)
        if body is None:
            chrome = self._surroundings.chrome(
                ask.preferences, ask.address, visitor, switches, voice
            )
            body = page_json(page) if ask.wants_json else self._html(page, chrome).encode()
            if not searched:  # what somebody looks for is remembered nowhere
                self._written.keep(key, page, voice, body)
        return Answer(status=HTTPStatus.OK, body=body, kind=JSON if ask.wants_json else HTML)

    def _html(self, page: Page, chrome: Chrome) -> str:
        chrome = self._surroundings.around(page, chrome)
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

    async def _chrome(self, ask: Ask) -> Chrome:
        switches = await self._switches()
        return self._surroundings.chrome(ask.preferences, ask.address, ask.visitor, switches)

    async def _switches(self) -> tuple[Switch, ...] | None:
        return None if self._rehearsed is None else await self._rehearsed.switches()

    async def _not_found(self, ask: Ask) -> Answer:
        return await self.problem(ask, HTTPStatus.NOT_FOUND, "not_found", "search")

    async def _sign_in_first(self, ask: Ask) -> Answer:
        if ask.wants_json:
            status = HTTPStatus.UNAUTHORIZED
            refusal = await self.problem(ask, status, "sign_in_first", "alert")
            return _with(refusal, **{"www-authenticate": 'Cookie realm="/accounts/login/"'})
        if self._rehearsed is not None and ask.path == "/":
            return _to("/demo")
        return _to(f"/accounts/login/?next={quote(ask.address, safe='')}")

    async def _demo(self, ask: Ask, rehearsed: Rehearsed) -> Answer:
        if ask.path == "/demo" and ask.method in _READ_ONLY:
            chrome = await self._chrome(ask)
            people = [self._in(chrome.t.language, person) for person in rehearsed.people]
            page = self._looks.render("demo.html", chrome, people=people)
            return Answer(status=HTTPStatus.OK, body=page.encode())
        if ask.path == "/demo/drawing" and ask.method in _READ_ONLY:
            return await self._drawing(ask)
        system = ask.path.removeprefix("/demo/systems/")
        if ask.method == "POST" and await rehearsed.switch_to(system, ask.said("mode")):
            return _to(_here(ask.said("next") or "/"))
        return await self._not_found(ask)

    def _in(self, language: str, person: DemoPerson) -> DemoPerson:
        """Somebody of the demo, with their roles in the reader's language."""
        say = self._surroundings.blueprint.say
        roles = ", ".join(say(role, language) for role in person.role.split(", "))
        return replace(person, role=roles)

    async def _drawing(self, ask: Ask) -> Answer:
        chrome, language = await self._chrome(ask), ask.preferences.language
        drawing = Markup(draw(self._surroundings.blueprint, language))  # noqa: S704  ours, escaped
        page = self._looks.render("drawing.html", chrome, drawing=drawing)
        return Answer(status=HTTPStatus.OK, body=page.encode())


def failed(error: BaseException, at: datetime) -> Incident:
    """What staff should know of a page that failed: where in our own code, and nothing else."""
    return Incident(kind=IncidentKind.FAILED, system="", table="", about=where(error), at=at)


def where(error: BaseException) -> str:
    """What happened and where, without the message: that may hold somebody's data."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames))
    return f"{type(error).__name__} at {places}"


def _here(address: str) -> str:
    """The address when it is one of ours, else the first page."""
    ours = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if ours and address.isprintable() and address.isascii() else "/"


def _to(address: str) -> Answer:
    return Answer(status=HTTPStatus.SEE_OTHER, headers={"location": address})


def _with(answer: Answer, **headers: str) -> Answer:
    return replace(answer, headers={**answer.headers, **headers})
