"""The demo: somebody to be, systems to switch off. Outside the demo none of it exists."""

import re

import pytest

from balie.frontstage.looks import Mode
from tests.frontstage.markup import Element, read
from tests.frontstage.site import FROM_HERE, Site, site

ORDER = "/bestellingen/VO-26088"
PAGES = ("/", "/bestellingen", ORDER, "/facturen")


@pytest.fixture
def demo() -> Site:
    return site(demo=True)


async def test_who_is_nobody_yet_begins_at_the_start_of_the_demo(demo: Site) -> None:
    async with demo.visit() as visit:
        home = await visit.get("/")
        orders = await visit.get("/bestellingen")
        start = read((await visit.get("/demo")).text)
    assert (home.status_code, home.headers["location"]) == (303, "/demo")
    assert orders.headers["location"] == "/accounts/login/?next=%2Fbestellingen"
    assert next(start.all("h1")).text == "Probeer Mijn Lindeman"


async def test_one_press_makes_you_somebody(demo: Site) -> None:
    async with demo.visit() as visit:
        start = read((await visit.get("/demo")).text)
    forms = [form for form in start.all("form") if form.attributes["action"].startswith("/acc")]
    assert [form.attributes["action"] for form in forms] == [
        "/accounts/demo/sanne%40example.nl",
        "/accounts/demo/bram%40example.nl",
        "/accounts/demo/mila%40example.nl",
    ]
    assert [form.text for form in forms] == [
        "Sanne Particulier",
        "Bram Inkoper · Van Dalen",
        "Mila Retourafdeling",
    ]
    assert all(form.attributes["method"] == "post" for form in forms)


async def test_roles_are_said_in_the_readers_language(demo: Site) -> None:
    async with demo.visit(**{"accept-language": "en"}) as visit:
        start = read((await visit.get("/demo")).text)
    assert "Sanne Consumer" in start.text


async def test_every_page_has_a_switch_for_every_system(demo: Site) -> None:
    async with demo.visit("sanne") as visit:
        page = read((await visit.get("/bestellingen")).text)
    forms = switches(page)
    assert list(forms) == ["/demo/systems/erp", "/demo/systems/crm", "/demo/systems/carrier"]
    buttons = list(forms["/demo/systems/erp"].all("button"))
    assert [b.text for b in buttons] == ["Aan", "Traag", "Uit"]
    assert [b.attributes["aria-pressed"] for b in buttons] == ["true", "false", "false"]


async def test_a_switch_works_and_leads_back_to_the_page(demo: Site) -> None:
    async with demo.visit("sanne", **FROM_HERE) as visit:
        answer = await visit.post(
            "/demo/systems/erp", data={"mode": "off", "next": "/bestellingen?after=x"}
        )
        page = read((await visit.get("/bestellingen")).text)
    assert (answer.status_code, answer.headers["location"]) == (303, "/bestellingen?after=x")
    assert demo.control.modes == {"erp": Mode.OFF}
    pressed = [
        b.text
        for b in switches(page)["/demo/systems/erp"].all("button")
        if b.attributes["aria-pressed"] == "true"
    ]
    assert pressed == ["Uit"]


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example", "//evil.example", "/\\evil.example", "", "/a\r\nx: y", "javascript:1"],
)
async def test_a_switch_never_leads_to_another_site(demo: Site, elsewhere: str) -> None:
    async with demo.visit(**FROM_HERE) as visit:
        answer = await visit.post("/demo/systems/crm", data={"mode": "slow", "next": elsewhere})
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(
    ("system", "form"),
    [
        ("nothing", {"mode": "off"}),
        ("erp", {"mode": "broken"}),
        ("erp", {}),
    ],
)
async def test_what_is_no_switch_is_not_found(
    demo: Site, system: str, form: dict[str, str]
) -> None:
    async with demo.visit(**FROM_HERE) as visit:
        assert (await visit.post(f"/demo/systems/{system}", data=form)).status_code == 404
    assert demo.control.modes == {}


async def test_another_website_switches_nothing(demo: Site) -> None:
    async with demo.visit(**{"sec-fetch-site": "cross-site"}) as visit:
        answer = await visit.post("/demo/systems/erp", data={"mode": "off"})
    assert answer.status_code == 403
    assert demo.control.modes == {}


async def test_the_drawing_can_be_seen_without_signing_in(demo: Site) -> None:
    async with demo.visit() as visit:
        answer = await visit.get("/demo/drawing")
    assert answer.status_code == 200
    assert "<svg" in answer.text
    assert " style=" not in answer.text


async def test_in_the_demo_a_field_says_where_it_comes_from_to_whoever_wants_it(demo: Site) -> None:
    async with demo.visit("sanne") as visit:
        before = read((await visit.get(ORDER)).text)
        chosen = await visit.get(f"{ORDER}?origins=on")
        page = read((await visit.get(ORDER)).text)
        await visit.get(f"{ORDER}?origins=off")
        after = read((await visit.get(ORDER)).text)
    assert (chosen.status_code, chosen.headers["location"]) == (303, ORDER)
    assert answer(page, "o-f-order-sent_on") == (
        "Sluiten Verzonden op order.sent_on "
        "Komt uit Business Central : salesShipments.postingDate de waarde "
        "Wordt zo verteld Een datum, in de taal van de klant "
        "0001-01-01 betekent: niets Niets wordt ‘Nog niet verzonden’ "
        "Wie het ziet Particulier, Inkoper "
        "Alleen eigen regels: order: customerNumber = me.customer "
        "Hoe oud Dit is van 10:30. "
        "Ouder dan 5 minuten mag het niet zijn; dan vragen we het opnieuw."
    )
    assert "salesShipments" not in before.text + after.text


async def test_what_is_asked_of_a_heading_a_timeline_a_column_and_a_figure_is_answered(
    demo: Site,
) -> None:
    async with demo.visit("sanne", cookie="origins=on; lang=en; balie=sanne") as visit:
        order, home = [read((await visit.get(path)).text) for path in (ORDER, "/")]
    for place in ("h-headline", "t-order-status"):
        assert "Status order.status" in answer(order, f"o-{place}")
        assert "‘Sent’ if" in answer(order, f"o-{place}")
    assert "salesShipmentLines.quantity" in answer(order, "o-c-order_line-sent")
    assert "invoice.open_amount" in answer(home, "o-n-invoice-0")
    assert "contact.first_name Comes from CRM : contacts.firstName" in answer(home, "o-h-headline")


async def test_every_question_mark_opens_an_answer_of_its_own(demo: Site) -> None:
    async with demo.visit("sanne", cookie="origins=on; balie=sanne") as visit:
        page = read((await visit.get(ORDER)).text)
    asked = [b.attributes["popovertarget"] for b in page.all("button") if has(b, "class", "ask")]
    answers = [d.attributes["id"] for d in page.all("div") if has(d, "class", "origins")]
    assert len(asked) > 10
    assert asked == answers
    assert len(set(asked)) == len(asked)


async def test_whoever_tries_the_demo_can_have_something_happen(demo: Site) -> None:
    async with demo.visit("sanne", **FROM_HERE) as visit:
        page = (await visit.get("/demo/happenings")).text
        said = {"system": "crm", "name": "1", "key": "c-1"}
        answer = await visit.post("/demo/happenings", data=said)
        after = (await visit.get(answer.headers["location"])).text
    text = read(page).text
    assert "Het pakket is er Vervoerder Nu is er niets waarbij dit kan gebeuren." in text
    assert "caseChanged CRM R-2 <b> R-1" in text
    assert "<b>" not in page
    assert (answer.status_code, demo.happens.done) == (303, [("crm", "1", "c-1")])
    assert "Het is gebeurd. De dienst gaat er nu mee verder" in after


@pytest.mark.parametrize(
    "said", [{}, {"system": "erp", "name": "1", "key": "c-1"}, {"system": "crm", "name": "1"}]
)
async def test_what_cannot_happen_is_said_to_have_not(demo: Site, said: dict[str, str]) -> None:
    async with demo.visit(**FROM_HERE, **{"accept-language": "en"}) as visit:
        answer = await visit.post("/demo/happenings", data=said)
        after = (await visit.get(answer.headers["location"])).text
    assert answer.headers["location"] == "/demo/happenings?done=no"
    assert "This could not happen." in after
    assert demo.happens.done == []


async def test_another_website_makes_nothing_happen(demo: Site) -> None:
    said = {"system": "crm", "name": "1", "key": "c-1"}
    async with demo.visit(**{"sec-fetch-site": "cross-site"}) as visit:
        assert (await visit.post("/demo/happenings", data=said)).status_code == 403
    assert demo.happens.done == []


@pytest.mark.parametrize(
    "path", ["/demo", "/demo/", "/demo/drawing", "/demo/happenings", "/demo/systems/erp"]
)
async def test_outside_the_demo_there_is_no_demo(path: str) -> None:
    async with site().visit("sanne") as visit:
        answer = await visit.get(path)
        page = await visit.get("/bestellingen/VO-26088")
    assert answer.status_code == 404
    assert "/demo" not in page.text
    assert "salesShipments" not in page.text


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_no_customer_reads_a_system_outside_the_demo_whatever_they_choose(
    language: str,
) -> None:
    real = site()
    chosen = f"origins=on; lang={language}; balie=sanne"
    async with real.visit("sanne", cookie=chosen) as visit:
        found = [(await visit.get(path)) for path in PAGES]
    assert [page.status_code for page in found] == [200] * len(PAGES)
    told = " ".join(page.text for page in found)
    names = {str(system.name) for system in real.blueprint.systems.values()} - {"Vervoerder"}
    assert names == {"Business Central", "CRM"}
    tables = {str(t) for system in real.blueprint.systems.values() for t in system.tables}
    assert not [name for name in names | tables if re.search(rf"\b{name}\b", told)]
    assert "popover" not in told


async def test_a_page_that_is_kept_is_not_shown_to_who_chose_otherwise(demo: Site) -> None:
    async with demo.visit("sanne") as visit:
        plain = (await visit.get(ORDER)).text
        with_origins = (await visit.get(ORDER, headers={"cookie": "balie=sanne; origins=on"})).text
        plain_again = (await visit.get(ORDER, headers={"cookie": "balie=sanne"})).text
    assert "popover" in with_origins
    assert "popover" not in plain + plain_again


def answer(page: Element, of: str) -> str:
    return next(div for div in page.all("div") if has(div, "id", of)).text


def has(element: Element, name: str, value: str) -> bool:
    return element.attributes.get(name) == value


def switches(page: Element) -> dict[str, Element]:
    return {
        form.attributes["action"]: form
        for form in page.all("form")
        if form.attributes["action"].startswith("/demo/systems/")
    }
