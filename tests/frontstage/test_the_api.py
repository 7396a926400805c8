"""Every page is data too, at its own address, as its description says."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from referencing import Registry, Resource

from balie.backstage.page import Trust
from tests.frontstage.site import COOKIE, Site, site
from tests.semantics.world import ROOT, world

JSON = {"accept": "application/json"}
PAGES = {
    "sanne": ["/", "/bestellingen", "/bestellingen/VO-26088", "/facturen", "/retour", "/vraag"],
    "bram": ["/", "/bestellingen", "/bestellingen/VO-26107", "/retour", "/retour/R-000042"],
    "fatima": ["/", "/facturen", "/vraag"],
}
VISITS = [(who, path) for who, paths in PAGES.items() for path in paths]


@pytest.fixture(scope="module")
def portal() -> Site:
    return site()


async def described(portal: Site) -> Mapping[str, Any]:
    async with portal.visit() as visit:
        answer = await visit.get("/api/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    found: Mapping[str, Any] = answer.json()
    return found


def operation(description: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    """The description of a page, by its path."""
    parts = path.split("/")
    for template, item in description["paths"].items():
        wanted = template.split("/")
        if len(wanted) == len(parts) and all(
            w == p or (w.startswith("{") and p) for w, p in zip(wanted, parts, strict=True)
        ):
            found: Mapping[str, Any] = item["get"]
            return found
    raise LookupError(path)


async def test_the_description_is_openapi_3_1(portal: Site) -> None:
    description = await described(portal)
    validate(dict(description))
    assert description["openapi"] == "3.1.0"
    assert description["components"]["securitySchemes"]["session"]["name"] == COOKIE


async def test_every_address_is_described_once_and_nothing_else(portal: Site) -> None:
    description = await described(portal)
    names = [item["get"]["operationId"] for item in description["paths"].values()]
    assert len(names) == len(set(names))
    assert "/bestellingen/{number}" in description["paths"]
    assert {"/", "/bestellingen", "/retour", "/facturen", "/vraag"} <= set(description["paths"])
    for address, item in description["paths"].items():
        is_document = address.endswith((".pdf", ".png"))
        answers = {"200", "401", "404", "429"} | ({"503"} if is_document else set())
        is_list = any(one["name"] == "sort" for one in item["get"]["parameters"] if "name" in one)
        answers |= {"400"} if is_list else set()
        assert set(item["get"]["responses"]) == answers


@pytest.mark.parametrize(("who", "path"), VISITS)
async def test_every_page_is_what_its_description_says(portal: Site, who: str, path: str) -> None:
    description = await described(portal)
    async with portal.visit(who, **JSON) as visit:
        answer = await visit.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    schema = operation(description, path)["responses"]["200"]["content"]["application/json"]
    whole = Resource.from_contents(
        {"$schema": "https://json-schema.org/draft/2020-12/schema", **description}
    )
    registry = Registry().with_resource("urn:api", whole)
    checked = Draft202012Validator(
        {"$ref": f"urn:api#/paths/{_pointer(description, path)}/get/responses/200/content/"
                 "application~1json/schema"},
        registry=registry,
    )  # fmt: skip
    assert [error.message for error in checked.iter_errors(answer.json())] == []
    own = schema["schema"]["allOf"][1]["properties"]["blocks"]["properties"]
    assert set(answer.json()["blocks"]) <= set(own)


def _pointer(description: Mapping[str, Any], path: str) -> str:
    wanted = operation(description, path)
    template = next(t for t, item in description["paths"].items() if item["get"] is wanted)
    return template.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")


async def test_a_value_is_for_programs_and_its_text_for_people(portal: Site) -> None:
    async with portal.visit("bram", **JSON) as visit:
        page = (await visit.get("/bestellingen/VO-26107")).json()
    fields = page["blocks"]["order"]["fields"]
    assert fields["total"] == {
        "label": "Totaal",
        "kind": "money",
        "text": "€\xa0379,94",
        "value": "379.94",
    }
    assert fields["placed_on"]["value"] == "2026-11-18"
    assert fields["sent_on"] == {
        "label": "Verzonden op",
        "kind": "date",
        "text": "Nog niet verzonden",
        "value": None,
    }
    assert page["headline"] == "Bevestigd"
    stages = page["blocks"]["order-status"]["stages"]
    assert [s["code"] for s in stages if s["progress"] == "now"] == ["confirmed"]


async def test_where_a_value_comes_from_is_no_part_of_the_api(portal: Site) -> None:
    async with portal.visit("bram", **JSON) as visit:
        text = (await visit.get("/bestellingen/VO-26107")).text
    assert "salesOrders" not in text
    assert "sources" not in text


async def test_texts_are_in_the_language_that_is_asked_for(portal: Site) -> None:
    async with portal.visit("sanne", **JSON, **{"accept-language": "en"}) as visit:
        page = (await visit.get("/bestellingen")).json()
    assert page["headline"] == "My orders"
    assert page["blocks"]["order"]["records"][0]["link"] == "/bestellingen/VO-26120"


@pytest.mark.parametrize(
    ("who", "path", "status", "title"),
    [
        ("", "/bestellingen", 401, "Log eerst in"),
        ("", "/nothing", 404, "Deze pagina bestaat niet"),
        ("sanne", "/nothing", 404, "Deze pagina bestaat niet"),
        ("sanne", "/bestellingen/VO-26107", 404, "Deze pagina bestaat niet"),
        ("mila", "/bestellingen", 404, "Deze pagina bestaat niet"),
    ],
)
async def test_a_refusal_is_a_problem_in_words(
    portal: Site, who: str, path: str, status: int, title: str
) -> None:
    async with portal.visit(who, **JSON) as visit:
        answer = await visit.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["title"] == title


async def test_a_browser_that_takes_anything_gets_the_page(portal: Site) -> None:
    async with portal.visit("sanne", accept="text/html,application/json;q=0.9,*/*") as visit:
        assert (await visit.get("/")).headers["content-type"] == "text/html; charset=utf-8"
    async with portal.visit("sanne", accept="*/*") as visit:
        assert (await visit.get("/")).headers["content-type"] == "text/html; charset=utf-8"


async def test_a_system_that_is_away_is_said_in_the_data() -> None:
    running = world()
    portal = site(running)
    async with portal.visit("sanne", **JSON) as visit:
        await visit.get("/bestellingen")
        running.systems["erp"].down = True
        running.hands.on(minutes=6)
        page = (await visit.get("/bestellingen")).json()
    assert page["trust"] == "known"
    assert page["blocks"]["order"]["freshness"] == {
        "trust": "known",
        "as_of": "2026-11-22T09:30:00+00:00",
        "says": "Ons systeem ligt er even uit. Dit wisten we om 10:30.",
    }
    assert len(page["blocks"]["order"]["records"]) == 3


async def test_the_example_in_the_documentation_is_what_the_api_says(portal: Site) -> None:
    documentation = (ROOT / "docs" / "reference" / "api.md").read_text()
    example = documentation.partition("```json\n")[2].partition("\n```")[0]
    async with portal.visit("bram", **JSON, **{"accept-language": "en"}) as visit:
        assert (await visit.get("/retour")).json() == json.loads(example)


@pytest.mark.parametrize("trust", [trust for trust in Trust if trust is not Trust.HIDDEN])
def test_the_documentation_explains_every_trust(trust: Trust) -> None:
    assert f"| `{trust.value}` |" in (ROOT / "docs" / "reference" / "api.md").read_text()
