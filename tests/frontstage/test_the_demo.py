"""The demo: somebody to be, systems to switch off. Outside the demo none of it exists."""

import pytest

from balie.frontstage.looks import Mode
from tests.frontstage.markup import Element, read
from tests.frontstage.site import FROM_HERE, Site, site


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
        ("erp", {"mode": "off", "x": "y" * 20_000}),
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


async def test_in_the_demo_a_field_says_where_it_comes_from(demo: Site) -> None:
    async with demo.visit("sanne") as visit:
        page = read((await visit.get("/bestellingen/VO-26088")).text)
    assert "erp.salesShipments.orderNumber" in page.text


@pytest.mark.parametrize("path", ["/demo", "/demo/", "/demo/drawing", "/demo/systems/erp"])
async def test_outside_the_demo_there_is_no_demo(path: str) -> None:
    async with site().visit("sanne") as visit:
        answer = await visit.get(path)
        page = await visit.get("/bestellingen/VO-26088")
    assert answer.status_code == 404
    assert "/demo" not in page.text
    assert "salesShipments" not in page.text


def switches(page: Element) -> dict[str, Element]:
    return {
        form.attributes["action"]: form
        for form in page.all("form")
        if form.attributes["action"].startswith("/demo/systems/")
    }
