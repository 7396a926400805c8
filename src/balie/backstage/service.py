"""The running service: one blueprint version, opened for whoever may open it.

Everything a customer sees comes through `Service.open`; there is no second door.
"""

import asyncio
import time
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from balie.access.proving import check_proof
from balie.access.viewer import Viewer, Visitor, anybody
from balie.access.visibility import is_for, may_open, may_see
from balie.backstage import cursors
from balie.backstage.acting import Contexts
from balie.backstage.actions import Action, Actions
from balie.backstage.arrangement import NEWEST_FIRST, Arrangement, CannotArrange, Wrong
from balie.backstage.asking import Asking
from balie.backstage.bounded import Bounded
from balie.backstage.cursors import Trail
from balie.backstage.documents import DocumentMatch, DocumentPlace, Documents
from balie.backstage.everybody import ReceiptAddresses, address_of, for_whoever_has_it
from balie.backstage.forms.approving import AsksColleagues, nothing_is_asked
from balie.backstage.forms.desk import FormDesk
from balie.backstage.forms.inputs import NO_INPUTS, Inputs
from balie.backstage.forms.offering import FormOpening
from balie.backstage.forms.plan import FormPlan, form_plans
from balie.backstage.forms.showing import Around
from balie.backstage.found import oldest
from balie.backstage.handing import Handed, Handing, NoDocument
from balie.backstage.help_desk import help_desk
from balie.backstage.laying import NOTHING_LAID, Overlay
from balie.backstage.made import Made, Making
from balie.backstage.opening import Opened, Opening, StepKind, Trails
from balie.backstage.overlay import Overlays, with_coming
from balie.backstage.page import Block, Freshness, MenuItem, Page, Trust
from balie.backstage.paging import LIST_ROWS
from balie.backstage.plans import Plan, may_be_old, plans
from balie.backstage.ports import Clock, Incidents, Memory
from balie.backstage.presenting import Presenting
from balie.backstage.reach import FormAbout, Reach
from balie.backstage.reading import Reading
from balie.backstage.receipts import ReceiptList, ReceiptPage, Telling
from balie.backstage.recognition import Recognition
from balie.backstage.routes import Match, Routes
from balie.backstage.sources import Patience, Sources, Trace, no_trace
from balie.backstage.telling import Tellers
from balie.blueprint.model import EVERYBODY, Blueprint, Step
from balie.mapping.formats import approvals_word, receipts_word
from balie.mapping.thing import MappedThing, map_things
from balie.systems.connector import Connector
from balie.systems.contract import Contract
from balie.systems.documents import HoldsDocuments

LIST_PAGE = 20
"""Records on one page of a list."""

MOST_BYTES = 72_000_000
"""Of pages that were made lately: more than a thousand of 340 cells."""

_JUST_NOW = timedelta(seconds=10)
_A_MOMENT = timedelta(milliseconds=250)
_TWO_SECONDS = timedelta(seconds=2)
_MARGIN = timedelta(milliseconds=100)


@dataclass(frozen=True, slots=True)
class Route:
    """One address of the service, for whoever routes requests or describes them."""

    step: str
    kind: str
    address: str
    plan: Plan


@dataclass(frozen=True, slots=True)
class _Asked:
    """What stands in the address of a request. after: the cursor of a list's page."""

    path: str
    after: str = ""
    arrangement: Arrangement = NEWEST_FIRST

    def bound_to(self, viewer: Viewer) -> str:
        """What a cursor is signed for: a list of one person, in one order, for the same words.

        It is not written down, so that no word that was looked for stands in a cursor.
        """
        path, wanted = self.path, self.arrangement
        return repr((viewer.person, viewer.organisation, path, wanted.sort, wanted.words))


class Service:
    """Runs one blueprint.

    secret: signs cursors and makes the keys of what is remembered; at least 32 bytes.
    most_bytes: of pages that are kept as they were made; a quarter as much of viewers.
    actions: where what customers send is kept; without it there are no forms.
    inputs: what comes in with a form besides answers. asks: what colleagues must approve.
    now: seconds since 1970, on the clock by which people sign in.
    """

    def __init__(
        self,
        blueprint: Blueprint,
        contracts: Mapping[str, Contract],
        connectors: Mapping[str, Connector],
        kinds: Mapping[str, StepKind],
        memory: Memory,
        clock: Clock,
        incidents: Incidents,
        secret: bytes,
        *,
        page_rows: int = LIST_PAGE,
        list_rows: int = LIST_ROWS,
        most_bytes: int = MOST_BYTES,
        actions: Actions | None = None,
        inputs: Inputs = NO_INPUTS,
        now: Callable[[], float] = time.time,
        asks: AsksColleagues = nothing_is_asked,
    ) -> None:
        self.blueprint = blueprint
        self.things: Mapping[str, MappedThing] = map_things(blueprint, contracts)
        self.forms: FormDesk | None = None
        self._actions = actions
        self._form_plans: Mapping[str, FormPlan] = {}
        self._overlays: Overlays | None = None
        if actions is not None:
            planned = form_plans(blueprint, self.things, contracts)
            self._form_plans = {plan.address: plan for plan in planned}
            self._overlays = Overlays(actions, planned, clock.now)
            self.forms = FormDesk(
                contracts=contracts,
                actions=actions,
                clock=clock,
                incidents=incidents,
                secret=secret,
                inputs=inputs,
                accepted=self._overlays.drop,
                asks=asks,
            )
        self._inputs = inputs
        self._receipt_addresses = ReceiptAddresses(secret)
        self._kinds = kinds
        self._clock = clock
        self._now = now
        kinds_ask = (kind.extra_check for kind in blueprint.people.customers.values())
        steps_ask = (step.extra_check for step in blueprint.steps)
        self._asks_proof = any(check is not None for check in (*kinds_ask, *steps_ask))
        self._incidents = incidents
        self._secret = secret
        self._page_rows = page_rows
        self._list_rows = list_rows
        self._made: Bounded[Hashable, Made[Page]] = Bounded(most_bytes)
        self._plans = plans(blueprint)
        self._reaches: dict[tuple[frozenset[str], bool], Reach] = {}
        self._tellers: dict[str, Tellers] = {}
        self._menus: dict[tuple[frozenset[str], bool, str], tuple[MenuItem, ...]] = {}
        self._routes = Routes(self._plans)
        holding = frozenset(n for n, c in connectors.items() if isinstance(c, HoldsDocuments))
        self._documents = Documents(self._plans, self.things, holding)
        self._handing = Handing(connectors, kinds, clock, incidents)
        self._sources = Sources(connectors, memory, clock, incidents, secret)
        self._recognition = Recognition(blueprint, self._sources, clock, incidents, most_bytes // 4)

    async def close(self) -> None:
        """Stops what is under way."""
        await self._sources.close()

    @property
    def today(self) -> date:
        """The day in the blueprint's zone."""
        return self._clock.today()

    def hear(self, system: str, table: str = "") -> None:
        """Something changed in a system, or in one table: the next page that needs it asks."""
        self._sources.hear(system, table)

    # ---- addresses

    @property
    def routes(self) -> tuple[Route, ...]:
        """Every address that can be opened, in the order of the story."""
        return tuple(Route(str(p.step.id), p.kind, p.address, p) for p in self._plans)

    def match(self, path: str) -> Match | None:
        """The page at a raw, percent-encoded path; says nothing about who may open it."""
        return self._routes.match(path)

    @property
    def documents(self) -> tuple[DocumentPlace, ...]:
        """Every document that has an address, below the page that shows it."""
        return self._documents.places

    def is_document(self, path: str) -> bool:
        """Whether a document can be at a raw path; says nothing about who may have it."""
        return self.match(path) is None and bool(self._documents.match(path))

    # ---- who

    async def viewer(self, visitor: Visitor, path: str = "") -> Viewer:
        """Who a visitor is who opens this path: the one door for whoever signed in.

        Raises ProveFirst when the blueprint asks a better proof of them than they gave.
        """
        viewer = await self.recognised(visitor, path)
        if self._asks_proof:
            customers = self.blueprint.people.customers
            checks = [customers[kind].extra_check for kind in viewer.kinds if kind in customers]
            steps = [step.extra_check for step in self._steps_at(path) if may_open(step, viewer)]
            check_proof((*checks, *steps), viewer, self._now())
        return viewer

    async def recognised(self, visitor: Visitor, path: str = "") -> Viewer:
        """Who somebody is to the systems, within the promise on time of the page at this path.

        For who does not stand at the door: mails, colleagues, `balie try`.
        """
        began = asyncio.get_running_loop().time()
        match = self.match(path)
        promised = _TWO_SECONDS if match is None else _promise(match.plan)
        patience = self._patience_for_me(began, promised)
        return await self._recognition.viewer(visitor, patience, began)

    def _steps_at(self, path: str) -> Iterable[Step]:
        """The steps of the blueprint that are at a raw path."""
        match, form = self.match(path), self._form_plans.get(path)
        if match is not None:
            return (match.plan.step,)
        if form is not None:
            return (form.step,)
        return tuple(found.place.plan.step for found in self._documents.match(path))

    async def contexts(self, visitor: Visitor) -> Contexts:
        """For whom a visitor can act."""
        began = asyncio.get_running_loop().time()
        patience = self._patience_for_me(began, _TWO_SECONDS)
        return await self._recognition.contexts(visitor, patience)

    async def recognise(self, visitor: Visitor) -> Mapping[str, str]:
        """What of `me` can be stored at sign-in: name -> key. Empty when it cannot be known."""
        began = asyncio.get_running_loop().time()
        return await self._recognition.links(visitor, self._patience_for_me(began, _TWO_SECONDS))

    def _patience_for_me(self, began: float, promised: timedelta) -> Patience:
        me = self.blueprint.me
        return Patience(
            fresh=me.at_most_old.length if me.at_most_old else timedelta(minutes=5),
            until=began + (promised - _MARGIN).total_seconds(),
            until_known=began + _A_MOMENT.total_seconds(),
            keep=me.delete_after.length if me.delete_after else timedelta(hours=24),
        )

    # ---- pages

    async def open(
        self,
        path: str,
        viewer: Viewer,
        language: str,
        after: str = "",
        trace: Trace = no_trace,
        *,
        newest: bool = False,
        arrangement: Arrangement | Wrong = NEWEST_FIRST,
    ) -> Page | None:
        """The page at a path for a viewer; None when there is none for them.

        after: the cursor of a list's page, from the address. newest: what is older than a moment
        is asked again, also when the promise on age would allow it. arrangement: how a list is
        wanted; other pages take no notice of it. Raises CannotArrange.
        """
        match = self.match(path)
        if match is None:
            return None
        overlay = await self._overlay(viewer)
        patience = self._patience(match.plan, viewer, overlay)
        if newest:
            patience = replace(patience, fresh=min(patience.fresh, _JUST_NOW))
        wanted = arrangement if match.plan.kind == "list" else NEWEST_FIRST
        if isinstance(wanted, Wrong):
            if viewer.kinds_known and not self._may_open(match.plan, viewer):
                return None
            raise CannotArrange(wanted)
        asked = _Asked(path, after, wanted)
        today = self.today
        key = (path, after, asked.arrangement.sort, language, viewer.who, overlay.stamp)
        keeps = not asked.arrangement.query  # what somebody looks for is remembered nowhere
        made = self._made.get(key) if keeps and trace is no_trace else None
        if made is not None and made.holds(self._sources, patience, today):
            return made.value
        making = Making(trace)
        page = await self._make(match, asked, viewer, language, patience, making, overlay)
        if keeps and page is not None and page.trust is Trust.FRESH:
            made = making.made(page, today)
            if made is not None:
                self._made.put(key, made, page.bytes)
        return page

    async def _make(
        self,
        match: Match,
        asked: "_Asked",
        viewer: Viewer,
        language: str,
        patience: Patience,
        trace: Trace,
        overlay: Overlay,
    ) -> Page | None:
        presenting = self._presenting(viewer, language, overlay)
        if not viewer.kinds_known:
            nothing = Opened(headline=None, blocks=())
            return self._page(match.plan, asked, presenting, nothing)
        if not self._may_open(match.plan, viewer):
            return None
        bound_to = asked.bound_to(viewer)
        trail = cursors.read(asked.after, bound_to, self._secret) if asked.after else Trail()
        if trail is None:
            return None
        opening = self._opening(match, presenting, trail, asked, bound_to, patience, trace, overlay)
        opened = await self._kinds[match.plan.kind].open(opening)
        if opened is None:
            return None
        is_newest = match.plan.kind == "list" and not asked.after and asked.arrangement.is_plain
        if overlay.coming and is_newest:
            opened = replace(opened, blocks=with_coming(opened.blocks, overlay, self.receipts_at))
        return self._page(match.plan, asked, presenting, opened)

    async def document(self, path: str, viewer: Viewer, language: str) -> Handed | NoDocument:
        """The document at a raw path for a viewer, within the scope of the row that it is of."""
        matches = [m for m in self._documents.match(path) if self._may_open(m.place.plan, viewer)]
        if not viewer.kinds_known:
            return NoDocument.AWAY
        if not matches:
            return NoDocument.NOT_FOUND
        return await self._handing.hand_out(matches[0], self._beside(matches[0], viewer, language))

    def _beside(self, match: DocumentMatch, viewer: Viewer, language: str) -> Opening:
        """The opening of the page that a document is on."""
        plan, presenting = match.place.plan, self._presenting(viewer, language)
        at, patience = Match(plan, match.value), self._patience(plan, viewer)
        return self._opening(at, presenting, Trail(), _Asked(plan.address), "", patience, no_trace)

    def menu(self, viewer: Viewer, language: str, path: str = "") -> tuple[MenuItem, ...]:
        """The pages without braces that this viewer may open, in the order of the story."""
        key = (viewer.kinds, viewer.represents, language)
        if key not in self._menus:
            self._menus[key] = self._menu(viewer, language)
        return tuple(
            replace(item, current=True) if _is_at(item.address, path) else item
            for item in self._menus[key]
        )

    def _menu(self, viewer: Viewer, language: str) -> tuple[MenuItem, ...]:
        presenting = self._presenting(viewer, language)
        pages = [
            (plan.step, plan.label, plan.address)
            for plan in presenting.reach.plans
            if plan.is_fixed
        ]
        forms = [
            (plan.step, plan.step.title, plan.address)
            for plan in self._form_plans.values()
            if _may_fill(plan, viewer) and not plan.step.is_for_everybody
        ]
        order = {step.id: place for place, step in enumerate(self.blueprint.steps)}
        return tuple(
            MenuItem(
                step=str(step.id),
                label=presenting.heading(label),
                address=address,
            )
            for step, label, address in sorted((*pages, *forms), key=lambda item: order[item[0].id])
        )

    # ---- forms

    def is_form(self, path: str) -> bool:
        """Whether a form is at a raw path; says nothing about who may fill it in."""
        return path in self._form_plans

    @property
    def form_plans(self) -> tuple[FormPlan, ...]:
        """Every form, in the order of the story."""
        return tuple(self._form_plans.values())

    async def form(self, path: str, viewer: Viewer, language: str) -> FormOpening | None:
        """The form at a path for a viewer; None when there is none for them."""
        plan = self._form_plans.get(path)
        if plan is None or not viewer.kinds_known or not _may_fill(plan, viewer):
            return None
        return self._opening_of(plan, viewer, language, await self._overlay(viewer))

    def _opening_of(
        self, plan: FormPlan, viewer: Viewer, language: str, overlay: Overlay
    ) -> FormOpening:
        presenting = self._presenting(viewer, language, overlay)
        asking = Asking(
            self._sources,
            viewer,
            replace(self._patience_for_a_form(plan, viewer), settled=overlay.settled),
            self._clock,
            self._incidents,
            str(plan.step.id),
            overlay=overlay,
        )
        return FormOpening(
            blueprint=self.blueprint,
            things=self.things,
            plan=plan,
            reading=Reading(asking, self._list_rows),
            presenting=presenting,
            address=plan.address,
            can_guard=self._inputs.guard is not None and viewer.behind is None,
            can_take_files=self._inputs.files is not None,
        )

    # ---- forms for everybody

    def is_for_everybody(self, path: str) -> bool:
        """Whether a form at a raw path is filled in without signing in."""
        plan = self._form_plans.get(path)
        return plan is not None and plan.step.is_for_everybody

    def form_for_everybody(self, path: str, mark: str, language: str) -> FormOpening | None:
        """The same form for everybody. mark: of their browser. No system is asked anything."""
        if not self.is_for_everybody(path):
            return None
        plan = self._form_plans[path]
        opening = self._opening_of(plan, anybody(), language, NOTHING_LAID)
        return replace(opening, mark=mark, can_guard=False, can_take_files=False)

    def receipt_address(self, step: str, reference: str) -> str:
        """Where the receipt is of what a form of this step sent."""
        found = next((one for one in self.blueprint.steps if one.id == step), None)
        if found is None or not found.is_for_everybody:
            return f"{self.receipts_at}/{reference}"
        return self._receipt_addresses.of(address_of(found), reference)

    def is_receipt_for_everybody(self, path: str) -> bool:
        """Whether we gave out this path as the address of a receipt."""
        return self._receipt_addresses.reference(path) is not None

    async def receipt_for_everybody(self, path: str, language: str) -> ReceiptPage | None:
        """The receipt at a path, for whoever has it; None for none."""
        meant = self._receipt_addresses.reference(path)
        if meant is None or self._actions is None:
            return None
        found = await self._actions.receipt(meant[1], EVERYBODY)
        if found is None:
            return None
        return for_whoever_has_it(self._telling(anybody(), language).one(found), path)

    def around(self, viewer: Viewer, language: str, path: str) -> Around:
        """What stands around a form."""
        return Around(
            menu=self.menu(viewer, language, path), help=help_desk(self.blueprint, language)
        )

    # ---- receipts

    @property
    def receipts_at(self) -> str:
        """The address of the list of receipts; one is below it, by its reference."""
        return f"/{receipts_word(str(self.blueprint.language))}"

    @property
    def approvals_at(self) -> str:
        """The address of what waits for somebody's approval."""
        return f"/{approvals_word(str(self.blueprint.language))}"

    async def receipts(self, viewer: Viewer, language: str) -> ReceiptList | None:
        """What this person sent, the newest first; None where nothing can be sent."""
        if self._actions is None:
            return None
        found = await self._actions.receipts(viewer.person, organisation=viewer.organisation)
        theirs = [one for one in found if self._may_read(one.action, viewer)]
        return self._telling(viewer, language).all(theirs)

    async def receipt(self, reference: str, viewer: Viewer, language: str) -> ReceiptPage | None:
        """A receipt of this person, or None. Raises ProveFirst."""
        if self._actions is None:
            return None
        found = await self._actions.receipt(reference, viewer.person)
        if found is None or not self._may_read(found.action, viewer):
            return None
        sent = (step for step in self.blueprint.steps if step.id == found.action.step)
        check_proof((step.extra_check for step in sent), viewer, self._now())
        return self._telling(viewer, language).one(found)

    def _may_read(self, action: Action, viewer: Viewer) -> bool:
        """Whether a receipt of this person is for this viewer; their own are, of whatever step."""
        if not viewer.represents:
            return _is_for(action, viewer)
        steps = (step for step in self.blueprint.steps if step.id == action.step)
        return _is_for(action, viewer) and any(may_open(step, viewer) for step in steps)

    async def has_sent(self, person: str) -> bool:
        """Whether a person has any receipt."""
        return self._actions is not None and bool(await self._actions.receipts(person, 1))

    def _telling(self, viewer: Viewer, language: str) -> Telling:
        around = self.around(viewer, language, self.receipts_at)
        return Telling(
            self._presenting(viewer, language), self.receipts_at, around.menu, around.help
        )

    def _patience_for_a_form(self, plan: FormPlan, viewer: Viewer) -> Patience:
        """A form reads what is now: what is shown there is what is changed."""
        now = asyncio.get_running_loop().time()
        began = now if viewer.began is None else viewer.began
        promise = plan.step.promise.page_within
        promised = promise.length if promise is not None else _TWO_SECONDS
        until = began + (promised - _MARGIN).total_seconds()
        return Patience(
            fresh=_JUST_NOW,
            until=max(until, now + _A_MOMENT.total_seconds()),
            keep=timedelta(days=7),
        )

    async def _overlay(self, viewer: Viewer) -> Overlay:
        """What this viewer sent, and systems do not show yet."""
        return (
            NOTHING_LAID
            if self._overlays is None
            else await self._overlays.of(viewer.person, viewer.organisation)
        )

    def _presenting(
        self, viewer: Viewer, language: str, overlay: Overlay = NOTHING_LAID
    ) -> Presenting:
        return Presenting(
            self.blueprint,
            self.things,
            self._reach(viewer),
            viewer,
            language,
            self._clock.now(),
            self._tellers_in(language),
            is_laid=bool(overlay.becoming),
        )

    def _tellers_in(self, language: str) -> Tellers:
        """How fields are told in a language: one of the few that the service speaks."""
        if language not in self._tellers:
            self._tellers[language] = Tellers(self.blueprint, language)
        return self._tellers[language]

    def _reach(self, viewer: Viewer) -> Reach:
        """What this viewer may open: the same for everybody who is of the same kinds."""
        key = (viewer.kinds, viewer.represents)
        if key not in self._reaches:
            mine = tuple(plan for plan in self._plans if self._may_open(plan, viewer))
            forms = [plan for plan in self._form_plans.values() if _may_fill(plan, viewer)]
            self._reaches[key] = Reach(mine, _by_what_they_are_about(forms))
        return self._reaches[key]

    def _may_open(self, plan: Plan, viewer: Viewer) -> bool:
        if not may_open(plan.step, viewer):
            return False
        return plan.subject is None or may_see(self.things[plan.subject.thing].thing, viewer)

    def _opening(
        self,
        match: Match,
        presenting: Presenting,
        trail: Trail,
        asked: "_Asked",
        bound_to: str,
        patience: Patience,
        trace: Trace,
        overlay: Overlay = NOTHING_LAID,
    ) -> Opening:
        return Opening(
            blueprint=self.blueprint,
            plan=match.plan,
            things=self.things,
            value=match.value,
            path=asked.path,
            arrangement=asked.arrangement,
            trail=trail,
            trails=self._trails(asked, bound_to),
            page_rows=self._page_rows,
            reading=Reading(
                Asking(
                    self._sources,
                    presenting.viewer,
                    patience,
                    self._clock,
                    self._incidents,
                    str(match.plan.step.id),
                    trace,
                    overlay,
                ),
                self._list_rows,
            ),
            presenting=replace(
                presenting, documents=self._documents.links(match.plan, match.value)
            ),
        )

    def _trails(self, asked: "_Asked", bound_to: str) -> Trails:
        def address(trail: Trail) -> str:
            cursor = cursors.write(trail, bound_to, self._secret)
            return asked.arrangement.at(asked.path, cursor)

        return address

    def _patience(self, plan: Plan, viewer: Viewer, overlay: Overlay = NOTHING_LAID) -> Patience:
        now = asyncio.get_running_loop().time()
        began = now if viewer.began is None else viewer.began
        until = began + (_promise(plan) - _MARGIN).total_seconds()
        thing = None if plan.subject is None else self.things[plan.subject.thing].thing
        remember = None if thing is None else thing.remember
        return Patience(
            fresh=may_be_old(plan.screen),
            until=max(until, now + _A_MOMENT.total_seconds()),
            keep=remember.length if remember else timedelta(days=7),
            settled=overlay.settled,
        )

    def _page(
        self,
        plan: Plan,
        asked: "_Asked",
        presenting: Presenting,
        opened: Opened,
    ) -> Page:
        viewer = presenting.viewer
        title = presenting.heading(plan.title)
        return Page(
            step=str(plan.step.id),
            kind=plan.kind,
            title=title,
            headline=opened.headline or title,
            address=asked.path,
            blocks=opened.blocks,
            menu=self.menu(viewer, presenting.language, asked.path),
            acting_for=viewer.acting_for,
            help=help_desk(self.blueprint, presenting.language),
            up=self._up(plan, presenting),
            ways=opened.ways,
            notices=_notices(opened.blocks, viewer),
            as_of=oldest(block.freshness.as_of for block in opened.blocks),
            arranged=asked.arrangement.at("").removeprefix("?"),
        )

    def _up(self, plan: Plan, presenting: Presenting) -> MenuItem | None:
        """The list that a record is in, for whoever may open it."""
        if plan.kind != "details" or plan.subject is None:
            return None
        other = presenting.reach.list_of(plan.subject.thing)
        if other is None:
            return None
        label = presenting.heading(other.label)
        return MenuItem(step=str(other.step.id), label=label, address=other.address)


def _notices(blocks: tuple[Block, ...], viewer: Viewer) -> tuple[Freshness, ...]:
    """What the blueprint has to say about what is away: each sentence once, on top."""
    if not viewer.kinds_known:
        return (Freshness(trust=Trust.UNRECOGNISED),)
    said: dict[str, Freshness] = {}
    for block in blocks:
        if block.freshness.says is not None:
            said.setdefault(block.freshness.says, block.freshness)
    return tuple(said.values())


def _by_what_they_are_about(forms: Iterable[FormPlan]) -> Mapping[str, Sequence[FormAbout]]:
    """Thing -> the forms that are about a row of it."""
    found: dict[str, list[FormAbout]] = {}
    for plan in forms:
        if plan.subject is not None and plan.subject.choose_from is not None:
            form = FormAbout(
                step=plan.step,
                address=plan.address,
                question=plan.subject.id,
                rules=plan.screen.only_while,
            )
            found.setdefault(plan.subject.choose_from.thing, []).append(form)
    return found


def _is_for(action: Action, viewer: Viewer) -> bool:
    """Whether it was sent for the same organisation as is acted for now."""
    places = (action.organisation, viewer.organisation)
    return None in places or places[0] == places[1]


def _may_fill(plan: FormPlan, viewer: Viewer) -> bool:
    """Whether this form is for this viewer, and what it makes or changes is theirs to change."""
    thing = plan.thing.thing
    if not may_open(plan.step, viewer) or not may_see(thing, viewer):
        return False
    return not plan.is_change or is_for(thing.may_change, viewer)


def _is_at(address: str, path: str) -> bool:
    """Whether a page is at this address of the menu or below it."""
    return path == address or (address != "/" and path.startswith(address + "/"))


def _promise(plan: Plan) -> timedelta:
    promise = plan.step.promise.page_within
    return promise.length if promise is not None else _TWO_SECONDS
