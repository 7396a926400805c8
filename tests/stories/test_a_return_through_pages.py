"""A return as people meet it: only pages, `/staff` and signed news, in simulated time.

What came of it is read where it had to arrive: in each system's own rows and its own log.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from django.core.cache import cache
from pytest_django import DjangoDbBlocker, Settings

from balie.rehearsal.launch import launched
from balie.site import demo
from balie.site.blueprints import checked
from tests.browser import Browser, Loop
from tests.stories.whole import Whole, brought_along, posted, whole, words_of
from tests.telling import LINDEMAN

SANNE, BRAM, MILA = "sanne@example.nl", "bram@example.nl", "mila@example.nl"
FORM = "/retour/nieuw?order=VO-26088"
CONTACT = "00000000-0000-4000-8000-0000000000c1"
MADE = (
    "made cases: amount, clientReference, contactId, customerNumber, itemLines, kind,"
    " orderReference, reasonCode, status, subject"
)
WORK = (
    "made tasks: caseNumber, clientReference, contactId, description, dueAt, kind, link,"
    " subject, team"
)
SETTLED = "changed tasks: status"
"""What people have to do is a task in the CRM too, until it is done."""
PROPOSED = [
    "made salesCreditMemos: creditMemoDate, customerNumber, externalDocumentNumber",
    "made salesCreditMemoLines: documentId, lineObjectNumber, lineType, quantity, unitPrice",
]
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)
AN_ANSWER = (SANNE, "Er staat een antwoord voor u klaar")


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.stop()


@pytest.fixture(scope="module")
def everything(
    loop: Loop,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Whole]:
    """One site for all of them."""
    today, state = datetime.now(UTC).date(), tmp_path_factory.mktemp("state")
    with (
        launched(LINDEMAN, today=today, only_examples=True) as running,
        django_db_blocker.unblock(),
        whole(loop, checked(unhurried(state / "blueprint")), running, state) as found,
    ):
        yield found


def unhurried(copy: Path) -> Path:
    """The blueprint on systems that may be asked as fast as a test does: a visitor reads first."""
    shutil.copytree(LINDEMAN, copy)
    systems = copy / "systems.yaml"
    told = re.sub(r"limit: .*", "limit: 10000 per second", systems.read_text())
    systems.write_text(told)
    return copy


@pytest.fixture
def place(everything: Whole, transactional_db: None, settings: Settings) -> Whole:
    settings.EMAIL_BACKEND = "balie.identity.outbox.Outbox"
    cache.clear()
    demo.enrol_people(LINDEMAN, demo.people_of(LINDEMAN, everything.portal.blueprint))
    everything.begins()
    return everything


@dataclass
class Sent:
    """A return that Sanne registered. number: "" until the CRM gave one."""

    place: Whole
    browser: Browser
    receipt: str
    number: str = ""

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every page about it, and what its label leads to."""
        page = f"/retour/{self.number}"
        pages = (page, f"{page}/label", f"{page}/terugbetaling", f"{page}/antwoord")
        return (self.receipt, *pages, *self.documents())

    def documents(self) -> list[str]:
        """The addresses of the code and the PDF, once there is a label."""
        page = self.browser.get(f"/retour/{self.number}/label").text
        return re.findall(r'<a class="doc[^"]*" href="([^"]+)"', page)

    def leads_to(self) -> list[str]:
        """Where the button of its page leads."""
        page = self.browser.get(f"/retour/{self.number}").text
        return re.findall(r'<p class="btns"><a class="btn" href="([^"]+)"', page)

    def reads(self, page: str = "") -> str:
        """What Sanne reads on a page of this return, opened now."""
        answer = self.browser.get(f"/retour/{self.number}{page}")
        assert answer.status_code == 200, answer.text
        return words_of(answer)

    def receives(self) -> str:
        """What Sanne reads on the receipt, opened now."""
        return words_of(self.browser.get(self.receipt))

    def case(self) -> dict[str, object]:
        """The only row that the CRM has of it."""
        (found,) = self.place.town.rows(
            "crm", "cases", contactId=CONTACT, orderReference="VO-26088"
        )
        return dict(found)

    def crm_tells(self) -> None:
        """The CRM's own news that the case changed."""
        assert self.place.tells("crm", "caseChanged", id=str(self.case()["id"])) == 204
        self.place.settles()


def registered(place: Whole, how_many: str, reason: str, photo: bytes = b"") -> Sent:
    """Sanne opens the form, fills it in, checks it and sends it; then it is carried."""
    browser = place.browser(SANNE)
    assert "VO-26088 Verzonden" in words_of(browser.get("/retour/nieuw"))
    form = browser.get(FORM)
    filled = {
        **brought_along(form),
        "lines": "10000",
        "lines.10000.quantity": how_many,
        "reason": reason,
    }
    review = posted(browser, FORM, filled)
    if reason == "DEFECT":  # only then a photo is asked, on a page of its own
        assert "Foto (mag leeg blijven)" in words_of(review)
        files = {"photo": ("kapot.png", photo, "image/png")} if photo else {}
        review = posted(browser, FORM, brought_along(review), **files)
    assert "Klopt dit?" in words_of(review)
    assert f"{how_many} × Handdoekdispenser RVS wit" in words_of(review)
    answer = posted(browser, FORM, {**brought_along(review), "confirm": "yes"})
    assert answer.status_code == 303, answer.text
    sent = Sent(place, browser, answer.headers["location"])
    assert "We geven het nu door." in sent.receives()
    place.settles()
    number = re.search(r"Retournummer (R-\d+)", sent.receives())
    assert number is not None, sent.receives()
    sent.number = number[1]
    return sent


def answered(place: Whole, answer: str, said: str = "") -> httpx.Response:
    """Mila opens the only work item that waits for her, and presses its button."""
    mila = place.of_staff(MILA)
    (address,) = re.findall(r'href="(/staff/work/[^"]+)"', mila.get("/staff").text)
    page = mila.get(address).text
    asked = re.findall(r'<textarea class="in" id="([^"]+)"', page)
    fields = {"answer": answer} | {name: said for name in asked if said}
    return mila.post(address, fields)


def test_a_return_goes_from_the_form_to_the_refund(place: Whole) -> None:
    sent = registered(place, "2", "DEFECT", PICTURE)
    assert "Het is verwerkt" in sent.receives()
    assert "Is het goed? We kijken ernaar – nu Stuur het maar op – volgt nog" in sent.reads()

    place.stands_still(hours=3)
    assert answered(place, "approve").headers["location"].endswith("?told=answered")
    place.settles()
    sent.crm_tells()
    assert "We kijken ernaar – klaar Stuur het maar op – nu We hebben het – volgt" in sent.reads()
    assert sent.leads_to() == [f"/retour/{sent.number}/label"]
    code, pdf = sent.documents()
    assert f'<img src="{code}" alt=""' in sent.browser.get(f"/retour/{sent.number}/label").text
    kinds = [sent.browser.get(one).headers["content-type"] for one in (code, pdf)]
    assert kinds == ["image/png", "application/pdf"]
    label = sent.reads("/label")
    assert re.search(r"^Retouren Geef het pakket uiterlijk \d+ \w+ \d{4} af", label)
    assert "Verzendlabel (PDF)" in label

    place.stands_still(days=2)
    assert place.tells("carrier", "parcelReceived", reference=sent.number) == 204
    assert place.tells("carrier", "parcelReceived", reference=sent.number) == 204  # told twice
    place.settles()
    sent.crm_tells()
    assert "Stuur het maar op – klaar We hebben het – nu Terugbetaald – volgt nog" in sent.reads()
    assert sent.leads_to() == [f"/retour/{sent.number}/terugbetaling"]
    assert "Terugbetaling Nog niet bekend." in sent.reads("/terugbetaling")

    (memo,) = place.town.rows("erp", "salesCreditMemos", externalDocumentNumber=sent.number)
    booked = {
        "number": "VC-1",
        "status": "Open",
        "postingDate": place.town.clock.today().isoformat(),
        "totalAmountIncludingTax": 129.90,
    }
    place.town.systems["erp"].change_row("salesCreditMemos", str(memo["id"]), booked)
    place.passes(minutes=20)  # nobody tells: it is asked
    sent.crm_tells()
    assert sent.reads().startswith("Retouren Terugbetaald")
    assert "We hebben het – klaar Terugbetaald – klaar" in sent.reads()
    assert "Terugbetaling Geboekt Bedrag € 129,90 Geboekt op" in sent.reads("/terugbetaling")
    assert "/staff/work/" not in place.of_staff(MILA).get("/staff").text

    assert [one for one in place.done_in("crm") if " tasks" not in one] == [
        MADE,
        "kept cases: photo",
        "changed cases: photoUrl",
        "changed cases: status",
        "changed cases: status",
        "changed cases: status",
    ]
    assert [one for one in place.done_in("crm") if " tasks" in one] == [WORK, SETTLED] * 2
    assert place.done_in("carrier") == ["made v2/labels: reference"]
    assert place.done_in("erp") == PROPOSED
    case = sent.case()
    assert [case[name] for name in ("caseNumber", "kind", "reasonCode", "amount", "status")] == [
        sent.number,
        "return",
        "DEFECT",
        129.9,
        "refunded",
    ]
    assert case["itemLines"] == [
        {
            "lineNumber": 10000,
            "quantity": 2,
            "itemNumber": "HS-0090",
            "description": "Handdoekdispenser RVS wit",
            "unitPrice": 64.95,
        }
    ]
    (line,) = place.town.rows("erp", "salesCreditMemoLines", documentId=memo["id"])
    assert [line[n] for n in ("lineType", "lineObjectNumber", "quantity", "unitPrice")] == [
        "Item",
        "HS-0090",
        2,
        64.95,
    ]
    assert len(place.town.rows("carrier", "labels", reference=sent.number)) == 1
    assert place.mails() == [AN_ANSWER]
    nobody_else_sees(sent)


def nobody_else_sees(sent: Sent) -> None:
    """Another customer: not found. Signed out: the same for what is there and what is not."""
    bram, stranger = sent.place.browser(BRAM), sent.place.browser()
    assert {bram.get(one).status_code for one in sent.addresses} == {404}
    assert {sent.browser.get(one).status_code for one in sent.addresses} == {200}
    for one in sent.addresses:
        there, not_there = stranger.get(one), stranger.get(one.replace(sent.number, "R-999999"))
        assert (there.status_code, not_there.status_code) == (303, 303)
        assert there.headers["location"].startswith("/accounts/login/")
    mine = words_of(bram.get("/ontvangst")) + words_of(bram.get("/retour"))
    assert sent.number not in mine
    assert sent.receipt.rpartition("/")[2] not in mine
    assert bram.get("/staff").status_code == 404


def test_a_small_return_is_approved_by_itself(place: Whole) -> None:
    sent = registered(place, "1", "REGRET")
    sent.crm_tells()
    assert sent.reads().startswith("Retouren Stuur het maar op")
    assert "/staff/work/" not in place.of_staff(MILA).get("/staff").text
    assert "Verzendlabel (PDF)" in sent.reads("/label")
    assert place.done_in("crm") == [MADE, "changed cases: status"]
    assert (sent.case()["amount"], sent.case()["status"]) == (64.95, "approved")
    assert place.done_in("carrier") == ["made v2/labels: reference"]
    assert place.done_in("erp") == []
    assert place.mails() == [AN_ANSWER]


def test_a_refusal_is_told_with_its_reason(place: Whole) -> None:
    sent = registered(place, "2", "DEFECT")
    nothing_said = answered(place, "refuse")
    assert (nothing_said.status_code, sent.case()["status"]) == (422, "new")
    assert answered(place, "refuse", "Er zit een schroef los. Wij bellen u.").status_code == 302
    place.settles()
    sent.crm_tells()
    assert sent.reads().startswith("Retouren Afgewezen")
    assert sent.leads_to() == [f"/retour/{sent.number}/antwoord"]
    assert "Ons antwoord Er zit een schroef los. Wij bellen u." in sent.reads("/antwoord")
    assert [one for one in place.done_in("crm") if " tasks" not in one] == [
        MADE,
        "changed cases: resolution, status",
    ]
    assert (place.done_in("carrier"), place.done_in("erp")) == ([], [])
    assert place.mails() == [AN_ANSWER]
    nobody_else_sees(sent)
