"""What customers of `fietsen` enter arrives in a real Tryton, once, whatever happens on the way.

The portal is `balie run` with the carrier that it starts; between it and Tryton stands a proxy that
fails and loses replies. What was done is counted in Tryton: its rows, and its own log of writes.
"""

import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from os import kill
from pathlib import Path
from random import Random
from subprocess import Popen
from typing import Any

import httpx
import pytest

from tests.backoffices.tryton.demo import BLUEPRINT, settings
from tests.backoffices.tryton.looking import Looking
from tests.backoffices.tryton.office import TrytonOffice, installed
from tests.faults.fault import Fault, Plan
from tests.faults.proxy import FaultProxy
from tests.ports import free_ports
from tests.running import Portal, start, stop, when_it_answers

pytestmark = pytest.mark.proof

ANNA, BRAM, CARLA = "anna@fietsen.example", "bram@fietsen.example", "carla@fietsen.example"
PARTIES = {ANNA: "Anna de Vries", BRAM: "Bram Visser", CARLA: "Basisschool De Linde"}
FAULTS = tuple(set(Fault) - {Fault.TIME_OUT})  # nobody waits 10 seconds a hundred times
AS_DATA = {"Accept": "application/json"}
UNDER_WAY = {"received", "passed on"}
A_MINUTE = 60.0
ROUNDS, COMPLAINTS = 4, 2  # of each customer: address changes, and complaints with each
KILLS = 3  # of the carrier in each round, and once of all


@dataclass
class World:
    """A portal on a Tryton behind a proxy. sent: the address of a receipt -> whose it is."""

    state: Path
    office: TrytonOffice
    proxy: FaultProxy
    port: int = field(default_factory=lambda: free_ports(1))
    process: "Popen[bytes] | None" = None
    kills: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """`balie run`, which starts the carrier."""
        allowed = {"BALIE_DEMO": "1", "BALIE_PRIVATE_SYSTEMS": "127.0.0.1"}
        there = allowed | settings(self.office, self.proxy.url)
        self.process = start(self.state, BLUEPRINT, self.port, arguments=(), settings=there)
        when_it_answers(self.process, self.state, self.port)

    def stop(self) -> None:
        if self.process is not None:
            stop(self.process)

    def kill_the_carrier(self) -> None:
        """As a power cut would; `balie run` starts it again."""
        for child in self._children():
            with suppress(ProcessLookupError):
                kill(child, signal.SIGKILL)
                self.kills += 1

    def kill_all(self) -> None:
        """Both processes, at once."""
        assert self.process is not None
        children = self._children()
        self.process.kill()
        self.process.wait()
        for child in children:
            with suppress(ProcessLookupError):
                kill(child, signal.SIGKILL)
        self.kills += 2

    def _children(self) -> list[int]:
        assert self.process is not None
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(number) for number in listed.read_text().split()]

    def somebody(self, mail: str) -> httpx.Client:
        """A browser of a customer who signed in."""
        assert self.process is not None
        return Portal(self.url, {}, self.process).signed_in(mail)


@pytest.fixture(scope="module")
def office() -> Iterator[TrytonOffice]:
    installed()
    here = TrytonOffice(free_ports(1))
    here.restore()
    with here:
        yield here
    shutil.rmtree(here.folder)


@pytest.fixture(scope="module")
def world(office: TrytonOffice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with FaultProxy(office.url) as proxy:
        made = World(tmp_path_factory.mktemp("state"), office, proxy)
        made.start()
        try:
            yield made
        finally:
            made.stop()


@pytest.fixture(scope="module")
def looking(office: TrytonOffice) -> Iterator[Looking]:
    with Looking(office) as here:
        yield here


@pytest.fixture(scope="module")
def clients(world: World) -> Iterator[Mapping[str, httpx.Client]]:
    """A browser of each customer who signed in."""
    opened = {mail: world.somebody(mail) for mail in PARTIES}
    yield opened
    for client in opened.values():
        client.close()


@pytest.fixture(autouse=True)
def all_is_well(world: World) -> Iterator[None]:
    world.proxy.behave()
    world.proxy.journal.clear()
    yield
    world.proxy.behave()


# ---- what customers do


def send(
    client: httpx.Client, form: str, key: str, answers: Mapping[str, str]
) -> tuple[str, float]:
    """Sends a form until it is taken, as somebody who presses the button again.

    The address of the receipt, and how long the answer took that brought it.
    """
    headers = AS_DATA | {"Origin": str(client.base_url).rstrip("/"), "Idempotency-Key": key}
    until = time.monotonic() + A_MINUTE
    said = ""
    while time.monotonic() < until:
        began = time.monotonic()
        answer = client.post(form, headers=headers, json=dict(answers))
        if answer.status_code == 201:
            return str(answer.json()["address"]), time.monotonic() - began
        said = answer.text
        time.sleep(0.3)
    raise AssertionError(said)


def receipt(client: httpx.Client, address: str) -> Mapping[str, Any]:
    answer = client.get(address, headers=AS_DATA)
    assert answer.status_code == 200, answer.text
    told: Mapping[str, Any] = answer.json()
    return told


def settled(client: httpx.Client, address: str, seconds: float = A_MINUTE) -> Mapping[str, Any]:
    """The receipt, once it goes no further."""
    until = time.monotonic() + seconds
    while (told := receipt(client, address))["state"] in UNDER_WAY:
        assert time.monotonic() < until, told
        time.sleep(0.5)
    return told


def orders_to_complain_of(client: httpx.Client) -> list[str]:
    """The numbers of the orders that a complaint can be about."""
    return [row["key"] for row in _picked(client) if row["can"]]


def _picked(client: httpx.Client) -> list[Mapping[str, Any]]:
    page = client.get("/klachten/nieuw", headers=AS_DATA).json()
    rows: list[Mapping[str, Any]] = page["pick"]
    return rows


def told(line: str) -> None:
    sys.stdout.write(f"\n{line}\n")


# ---- exactly once


@dataclass
class Customers:
    """Customers who send and send. sent: the texts of their complaints."""

    world: World
    clients: Mapping[str, httpx.Client]
    free: dict[str, list[str]] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for mail, client in self.clients.items():
            self.free[mail] = orders_to_complain_of(client)

    def send(self, nth: int) -> list[tuple[httpx.Client, str]]:
        """Each moves, and complains about orders of which nobody complained yet: the receipts."""
        receipts = []
        for mail, client in self.clients.items():
            moved = {"street": f"Nieuwe weg {nth}", "postcode": "3512 JC", "city": "Utrecht"}
            receipts.append((client, send(client, "/adres", f"{nth}", moved)[0]))
            for number in range(COMPLAINTS):
                text = f"Klacht {nth}.{number} van {PARTIES[mail]}"
                form = f"/klachten/nieuw?order={self.free[mail].pop()}"
                receipts.append((client, send(client, form, text, {"text": text})[0]))
                self.sent.add(text)
        return receipts


def writes_of_addresses(looking: Looking) -> dict[str, int]:
    """Party -> how often its address was written to."""
    return {p: looking.writes("party.address", looking.address(p)["id"]) for p in PARTIES.values()}


def test_addresses_and_complaints_arrive_once_whatever_fails_and_whoever_is_killed(
    world: World, looking: Looking, clients: Mapping[str, httpx.Client]
) -> None:
    before = writes_of_addresses(looking)
    customers = Customers(world, clients)
    chance = Random(7)  # noqa: S311 - it hides nothing
    world.proxy.plan = Plan(faults=FAULTS, share=0.2, retry_after=1)
    for nth in range(1, ROUNDS + 1):
        receipts = customers.send(nth)
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.5, 4.0))
            world.kill_the_carrier()
        if nth == ROUNDS // 2:
            world.kill_all()
            world.start()
        for client, address in receipts:
            end = settled(client, address, 300)
            assert end["state"] == "settled", end
    met = world.proxy.met()
    world.proxy.behave()
    now = writes_of_addresses(looking)
    writes = {party: now[party] - before[party] for party in now}
    made = Counter({t: n for t, n in looking.complaints().items() if t.startswith("Klacht ")})
    lost, double = customers.sent - made.keys(), [t for t, n in made.items() if n > 1]
    told(
        f"{ROUNDS * len(PARTIES)} changes of an address: {sum(writes.values())} writes in Tryton; "
        f"{len(customers.sent)} complaints: {sum(made.values())} rows, {len(lost)} lost, "
        f"{len(double)} double; {world.kills} kills, {sum(met.values())} calls failed: "
        + ", ".join(f"{fault} {number}" for fault, number in met.items())
    )
    assert made == Counter(dict.fromkeys(customers.sent, 1))
    assert writes == dict.fromkeys(PARTIES.values(), ROUNDS)
    assert {looking.address(p)["street"] for p in now} == {f"Nieuwe weg {ROUNDS}"}
    assert world.kills >= ROUNDS
    assert met[Fault.LOST_REPLY] > 0


def test_with_tryton_stopped_a_receipt_comes_at_once_and_one_row_when_it_is_back(
    world: World, looking: Looking
) -> None:
    with closing(world.somebody(ANNA)) as anna:
        number = orders_to_complain_of(anna)[0]
        anna.get(f"/vragen/nieuw?order={number}", headers=AS_DATA)
        world.office.stop()
        text = "Vraag terwijl Tryton er niet is"
        address, seconds = send(anna, f"/vragen/nieuw?order={number}", "away", {"text": text})
        assert receipt(anna, address)["state"] == "received"
        world.kill_all()
        world.start()
        assert receipt(anna, address)["state"] == "received"
        world.kill_the_carrier()
        world.office.start()
        done = settled(anna, address, 180)
        made = looking.complaints()
        told(
            f"receipt after {seconds:.2f} s with Tryton stopped; {made[text]} row when it was back"
        )
        assert done["state"] == "settled"
        assert done["number"]
        assert made[text] == 1
        assert looking.order_of_complaint(text) == number
        assert seconds < 2.0


# ---- two edits, warnings, refusals


def test_of_two_edits_of_an_address_at_once_the_second_is_told(
    world: World, looking: Looking
) -> None:
    with closing(world.somebody(BRAM)) as one, closing(world.somebody(BRAM)) as other:
        streets = ("Eerste straat 1", "Tweede straat 2")
        row = looking.address(PARTIES[BRAM])
        before = looking.writes("party.address", row["id"])

        def edit(client: httpx.Client, street: str) -> Mapping[str, Any]:
            answers = {"street": street, "postcode": "3512 JC", "city": "Utrecht"}
            return settled(client, send(client, "/adres", street, answers)[0])

        for client in (one, other):
            client.get("/adres", headers=AS_DATA)
        with ThreadPoolExecutor(2) as both:
            ends = list(both.map(edit, (one, other), streets))
        now = looking.address(PARTIES[BRAM])["street"]
        assert sorted(end["state"] for end in ends) == ["conflict", "settled"]
        (first, second) = sorted(ends, key=lambda end: str(end["state"]), reverse=True)
        assert _answer(first, "street") == now
        assert second["changed_meanwhile"] == [
            {
                "label": "Straat en huisnummer",
                "yours": _answer(second, "street"),
                "now": now,
            }
        ]
        assert looking.writes("party.address", row["id"]) == before + 1


def _answer(told: Mapping[str, Any], field: str) -> str:
    return next(str(one["text"]) for one in told["answers"] if one["field"] == field)


def test_an_edit_by_the_shop_meanwhile_is_not_overwritten(world: World, looking: Looking) -> None:
    with closing(world.somebody(CARLA)) as carla:
        row = looking.address(PARTIES[CARLA])
        form = carla.get("/adres", headers=AS_DATA).json()
        shown = {one["name"]: one["value"] for one in form["questions"]}
        _away(world)
        address, _ = send(carla, "/adres", "shop", {**shown, "city": "Zwolle"})
        looking.call("model.party.address.write", [row["id"]], {"city": "Arnhem-Zuid"})
        world.proxy.behave()
        end = settled(carla, address)
        assert end["state"] == "conflict"
        assert [(one["yours"], one["now"]) for one in end["changed_meanwhile"]] == [
            ("Zwolle", "Arnhem-Zuid")
        ]
        assert looking.address(PARTIES[CARLA])["city"] == "Arnhem-Zuid"


def _away(world: World) -> None:
    world.proxy.plan = Plan(faults=(Fault.RESET,))


def test_a_warning_that_the_profile_does_not_name_goes_to_the_shop_and_writes_nothing(
    world: World, looking: Looking
) -> None:
    with closing(world.somebody(ANNA)) as anna:
        form = f"/klachten/nieuw?order={orders_to_complain_of(anna)[0]}"
        first, _ = send(anna, form, "first", {"text": "De bel ontbreekt"})
        assert settled(anna, first)["state"] == "settled"
        second, _ = send(anna, form, "second", {"text": "De bel ontbreekt nog steeds"})
        end = settled(anna, second)
        assert end["state"] == "attention"
        assert [part["state"] for part in end["parts"]] == ["asks"]
        page = anna.get(second).text
        assert "We kijken ernaar" in page
        assert "complaints that are not settled" not in page
    assert looking.complaints()["De bel ontbreekt nog steeds"] == 0
    with closing(world.somebody("wim@fietsen.example")) as wim:
        desk = wim.get("/staff/").text
        assert "waarschuwt, en wil horen dat iemand het zeker weet" in desk
        assert PARTIES[ANNA] not in desk


def test_what_tryton_refuses_is_told_in_our_words_and_to_staff_in_trytons(
    world: World, looking: Looking
) -> None:
    """An order goes back to draft while the complaint about it is on its way."""
    (sale, *_) = looking.rows(
        "sale.sale",
        [["party.name", "=", PARTIES[ANNA]], ["state", "=", "confirmed"]],
        "number",
    )
    with closing(world.somebody(ANNA)) as anna:
        form = f"/klachten/nieuw?order={sale['number']}"
        assert anna.get(form, headers=AS_DATA).json()["stage"] == "fill"
        _away(world)
        address, _ = send(anna, form, "refused", {"text": "Te laat"})
        looking.call("model.sale.sale.draft", [sale["id"]])
        world.proxy.behave()
        end = settled(anna, address)
        assert end["state"] == "refused"
        page = anna.get(address).text
        assert "Dit is niet gelukt" in page
        for raw in ("UserError", "domain", "domein", "sale.complaint"):
            assert raw not in page
    assert looking.complaints()["Te laat"] == 0


# ---- the demo


def test_a_page_of_what_was_sent_leads_to_what_tryton_made_of_it(world: World) -> None:
    with closing(world.somebody(BRAM)) as bram:
        number = orders_to_complain_of(bram)[0]
        text = "Wanneer is hij er?"
        address, _ = send(bram, f"/vragen/nieuw?order={number}", "question", {"text": text})
        end = settled(bram, address)
        found = _until(lambda: _of_list(bram, "/vragen", str(end["number"])))
        assert found["order"]["text"] == number
        assert found["status"]["text"] == "We hebben je vraag"


def _of_list(client: httpx.Client, address: str, number: str) -> Mapping[str, Any] | None:
    page = client.get(address, headers=AS_DATA).json()
    for block in page["blocks"].values():
        for record in block.get("records", ()):
            fields: Mapping[str, Any] = record["fields"]
            if fields["number"]["text"] == number:
                return fields
    return None


def _until(look: Callable[[], Mapping[str, Any] | None]) -> Mapping[str, Any]:
    until = time.monotonic() + A_MINUTE
    while (found := look()) is None:
        assert time.monotonic() < until
        time.sleep(0.5)
    return found
