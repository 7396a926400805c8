"""The same site as for signing in, with a service desk over held rows and stored actions."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from balie.backstage.actions import Action, Errand, ErrandState, Progress, Told
from balie.backstage.process.instance import Button, Kind, WorkItem
from balie.backstage.process.processes import Answered, NotAnAnswer
from balie.backstage.service_desk.confirming import Confirming
from balie.backstage.service_desk.finding import Finding
from balie.backstage.service_desk.looking import Looking
from balie.backstage.service_desk.stuck import Part
from balie.backstage.service_desk.work import in_order
from balie.backstage.who_may import ground_of
from balie.backstage.why import Explainer
from balie.console.service_desk import ServiceDesk, Work
from balie.identity.directory import PeopleHere
from balie.identity.models import Person
from balie.identity.people import enrol
from balie.store.actions import StoredActions
from balie.store.ciphers import Cipher
from balie.store.models import Audit
from balie.store.staff_actions import StoredStaffActions
from balie.store.unit_of_work import UnitOfWork
from tests.browser import PASSWORD, Browser, Loop
from tests.identity.conftest import Site
from tests.identity.conftest import browser as browser
from tests.identity.conftest import build as build
from tests.identity.conftest import loop as loop
from tests.identity.conftest import site as site
from tests.semantics.world import World, contracts_of, world

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
STREET = "Markerstraat 7"


@dataclass
class HeldWork:
    """Fulfils `WorkItems` and `Answers` in memory."""

    items: dict[str, WorkItem] = field(default_factory=dict)

    async def open_for(self, teams: frozenset[str], most: int = 200) -> Sequence[WorkItem]:
        mine = [i for i in self.items.values() if teams & set(i.teams) and i.closed is None]
        return in_order(mine)[:most]

    async def item(self, id_: str) -> WorkItem | None:
        return self.items.get(id_)

    async def answer(
        self, item: str, answer: str, by: str, said: Mapping[str, str]
    ) -> Answered | None:
        found = self.items[item]
        if found.closed is not None:
            return Answered(found, is_first=False)
        if answer not in [button.answer for button in found.buttons]:
            raise NotAnAnswer(answer)
        self.items[item] = closed(found, answer, by)
        return Answered(self.items[item], is_first=True)


def closed(item: WorkItem, answer: str, by: str) -> WorkItem:
    return WorkItem(
        id=item.id,
        kind=item.kind,
        teams=item.teams,
        title=item.title,
        step=item.step,
        visit=item.visit,
        opened=item.opened,
        buttons=item.buttons,
        closed=AT,
        by=by,
        answer=answer,
    )


@dataclass
class Counter:
    """A site with a service desk, and what is behind it."""

    site: Site
    actions: StoredActions
    staff: StoredStaffActions
    world: World
    work: HeldWork

    def browser(self, mail: str) -> Browser:
        """Signed in as somebody."""
        browser = self.site.browser()
        browser.sign_in(mail)
        return browser

    def sent(self, state: ErrandState, id_: str = "a1", *, person: str = "", **more: object) -> str:
        """An action that changes an address, whose errand in the CRM is so; its address."""
        loop = self.site.loop
        loop.run(self.actions.accept(action(id_, person)))
        given = {"errand": f"{id_}:1", "state": state, "tries": 3, "why": "It says 422.", **more}
        loop.run(self.actions.note(Progress(**given)))  # type: ignore[arg-type]
        return f"/staff/actions/{id_}"

    def part(self, id_: str = "a1") -> Part:
        dossier = self.site.loop.run(self.staff.whole(id_))
        assert dossier is not None
        return dossier.parts[0]

    def decide(self, browser: Browser, what: str, id_: str = "a1", **form: str) -> "Page":
        """What one gets for a decision, as the page offers it now."""
        part = self.part(id_)
        data = {"errand": part.errand.id, "mark": part.mark, "do": what, **form}
        answer = browser.post(f"/staff/actions/{id_}", data, page="/staff/search")
        return Page(answer.status_code, answer.text, answer.headers.get("location", ""))

    @property
    def audit(self) -> list[tuple[str, str, str]]:
        lines = Audit.objects.exclude(what__in=["accepted", "settled", "signed in"]).order_by("id")
        return list(lines.values_list("what", "about", "more"))


@dataclass(frozen=True)
class Page:
    """What came back."""

    status: int
    text: str
    to: str


def action(id_: str, person: str) -> Action:
    errand = Errand(
        id=f"{id_}:1",
        action=id_,
        number=1,
        system="crm",
        table="contacts",
        is_master=True,
        row="00000000-0000-4000-8000-0000000000c1",
        fields={"addressLine1": STREET, "city": "Markerdam"},
        give_up=AT + timedelta(hours=24),
        goes_to="service",
    )
    return Action(
        id=id_,
        reference=f"R7K2-{id_.upper():0>4}",
        step="change-details",
        version="v1",
        person=person,
        acting_for=None,
        language="nl",
        token=f"token of {id_}",
        digest="d1",
        at=AT,
        answers=(Told("street", "Straat en huisnummer", STREET),),
        errands=(errand,),
        order_with=person,
    )


def work_item(id_: str = "a1:1", **more: object) -> WorkItem:
    given = {
        "id": id_,
        "kind": Kind.DECIDE,
        "teams": ("service",),
        "title": "Bekijkt de retour en beslist",
        "step": "judge-return",
        "visit": 1,
        "opened": AT,
        "due": AT + timedelta(days=1),
        "buttons": (
            Button(answer="approve", label="Goedkeuren"),
            Button(answer="refuse", label="Afwijzen", asks=("return.answer",)),
        ),
        **more,
    }
    return WorkItem(**given)  # type: ignore[arg-type]


@pytest.fixture
def counter(build: Callable[..., Site], loop: Loop) -> Iterator[Counter]:
    of, held, unit = world(), HeldWork(), UnitOfWork()
    cipher = Cipher([os.environ["BALIE_KEYS"]])
    actions = StoredActions(unit, cipher, lambda _action, _order: None, lambda: AT)
    staff, contracts = StoredStaffActions(actions), contracts_of(of.blueprint)
    given = (of.blueprint, contracts, of.systems)
    desk = ServiceDesk(
        actions=staff,
        deeds=actions.audit,
        receipts=actions.receipts,
        directory=PeopleHere(),
        finding=Finding(*given),
        confirming=Confirming(*given),
        looking=Looking(of.service, tuple, of.hands.now),
        explaining=Explainer(
            service=of.service, ground=ground_of(of.blueprint, contracts), connectors=of.systems
        ),
        contracts=contracts,
        seal=cipher.seal,
        unseal=cipher.unseal,
        now=lambda: AT,
        work=Work(items=held, answer=held.answer),
    )
    yield Counter(build(demo=True, desk=desk), actions, staff, of, held)
    loop.run(unit.close())


def colleague(mail: str, *roles: str) -> Person:
    person, _ = enrol(mail, name=mail.partition("@")[0].title(), staff_roles=roles, verified=True)
    person.set_password(PASSWORD)
    person.save()
    return person


@pytest.fixture
def mila(counter: Counter) -> Browser:
    """Somebody of the service desk, signed in."""
    return counter.browser(colleague("mila@example.nl", "service").email)


@pytest.fixture
def joris(counter: Counter) -> Browser:
    """Another one."""
    return counter.browser(colleague("joris@example.nl", "service", "returns").email)
