"""Every route of the running portal: its owner gets it, every stranger gets "not found".

The routes come from the portal itself. A route without a case fails, so nobody can forget one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.running import Portal, portal

SANNE, BRAM, FATIMA, JOOST, MILA = (
    f"{name}@example.nl" for name in ("sanne", "bram", "fatima", "joost", "mila")
)
EVERYBODY = (SANNE, BRAM, FATIMA, JOOST, MILA)
KINDS = ("text/html", "application/json")


@dataclass(frozen=True)
class Case:
    """Who owns what is at an address, what they see there, and who must not."""

    owner: str
    address: str
    marker: str
    strangers: tuple[str, ...]


def others(*owners: str) -> tuple[str, ...]:
    return tuple(person for person in EVERYBODY if person not in owners)


_RETURN = "/retour/R-000042"
CASES = {
    "/": [Case(SANNE, "/", "Dag Sanne", ()), Case(FATIMA, "/", "Dag Fatima", ())],
    "/bestellingen": [
        Case(SANNE, "/bestellingen", "VO-26088", (FATIMA, MILA)),
        Case(BRAM, "/bestellingen", "VO-26107", (FATIMA, MILA)),
    ],
    "/bestellingen/{order.number}": [
        Case(SANNE, "/bestellingen/VO-26088", "VO-26088", others(SANNE)),
        Case(BRAM, "/bestellingen/VO-26107", "PO-88123", others(BRAM)),
        Case(JOOST, "/bestellingen/VO-26098", "HZ 2026-311", others(JOOST)),
    ],
    "/facturen": [
        Case(SANNE, "/facturen", "VF-33002", (BRAM, JOOST, MILA)),
        Case(FATIMA, "/facturen", "VF-33015", (BRAM, JOOST, MILA)),
    ],
    "/retour": [Case(BRAM, "/retour", "R-000042", (FATIMA, MILA))],
    "/retour/{return.number}": [Case(BRAM, _RETURN, "R-000042", others(BRAM))],
    "/retour/{return.number}/label": [Case(BRAM, f"{_RETURN}/label", "R-000042", others(BRAM))],
    "/retour/{return.number}/terugbetaling": [
        Case(BRAM, f"{_RETURN}/terugbetaling", "R-000042", others(BRAM))
    ],
    "/retour/{return.number}/antwoord": [
        Case(BRAM, f"{_RETURN}/antwoord", "R-000042", others(BRAM))
    ],
    "/vraag": [Case(SANNE, "/vraag", "Vragen", (MILA,))],
}
# Lists that several people may open hold only their own rows: nobody's page has these of others.
MARKERS = {
    SANNE: ("VO-26088", "VO-25977", "VF-33002"),
    BRAM: ("VO-26107", "VO-26071", "PO-88123", "R-000042"),
    FATIMA: ("VF-33015",),
    JOOST: ("VO-26098", "HZ 2026-311"),
}
SAME_COMPANY = {BRAM: (FATIMA,), FATIMA: (BRAM,)}
STAFF = ("/staff/", "/staff/blueprint")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal(tmp_path_factory.mktemp("state")) as here:
        yield here


@pytest.fixture(scope="module")
def people(running: Portal) -> Iterator[dict[str, httpx.Client]]:
    clients = {person: running.signed_in(person) for person in EVERYBODY}
    yield clients
    for client in clients.values():
        client.close()


def test_every_route_has_a_case(running: Portal) -> None:
    described = httpx.get(running.url + "/api/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    routes = {path.split("?")[0] for path in described["paths"]}
    cases = {_shape(address) for address in CASES} | {"/vraag/{}"}
    assert {_shape(route) for route in routes} == cases


def _shape(address: str) -> str:
    return "/".join("{}" if part.startswith("{") else part for part in address.split("/"))


@pytest.mark.parametrize("case", [c for cases in CASES.values() for c in cases], ids=repr)
@pytest.mark.parametrize("kind", KINDS)
def test_the_owner_gets_it_and_no_stranger_does(
    people: dict[str, httpx.Client], case: Case, kind: str
) -> None:
    headers = {"Accept": kind}
    owner = people[case.owner].get(case.address, headers=headers)
    assert owner.status_code == 200, owner.text
    assert case.marker in owner.text
    for stranger in case.strangers:
        answer = people[stranger].get(case.address, headers=headers)
        assert answer.status_code == 404, (stranger, answer.text)
        assert case.marker not in answer.text.replace(case.address, "")


@pytest.mark.parametrize("person", MARKERS)
@pytest.mark.parametrize("kind", KINDS)
def test_nobody_sees_anything_of_others_on_any_page(
    people: dict[str, httpx.Client], person: str, kind: str
) -> None:
    of_others = [
        marker
        for other, markers in MARKERS.items()
        if other != person and other not in SAME_COMPANY.get(person, ())
        for marker in markers
    ]
    for cases in CASES.values():
        for case in cases:
            text = people[person].get(case.address, headers={"Accept": kind}).text
            shown = text.replace(case.address, "")
            assert not [marker for marker in of_others if marker in shown], case.address


def test_somebody_elses_row_and_no_row_are_the_same_page(people: dict[str, httpx.Client]) -> None:
    theirs = people[SANNE].get("/bestellingen/VO-26107")
    nobodys = people[SANNE].get("/bestellingen/VO-99999")
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.text.replace("VO-26107", "#") == nobodys.text.replace("VO-99999", "#")


@pytest.mark.parametrize("address", [a for a in CASES if "{" not in a])
def test_whoever_is_not_signed_in_is_asked_to(running: Portal, address: str) -> None:
    page = httpx.get(running.url + address, headers={"Accept": "text/html"})
    assert page.status_code == 303
    api = httpx.get(running.url + address, headers={"Accept": "application/json"})
    assert api.status_code == 401


def test_an_address_that_is_not_there_is_not_found_also_when_signed_out(running: Portal) -> None:
    assert httpx.get(running.url + "/bestaat-niet").status_code == 404


@pytest.mark.parametrize("address", STAFF)
def test_staff_pages_are_there_for_staff_alone(
    running: Portal, people: dict[str, httpx.Client], address: str
) -> None:
    assert people[MILA].get(address, follow_redirects=True).status_code == 200
    for person in (SANNE, BRAM, FATIMA, JOOST):
        assert people[person].get(address, follow_redirects=True).status_code == 404
    assert httpx.get(running.url + address).status_code in (302, 303, 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_pages_can_only_be_read(people: dict[str, httpx.Client], method: str) -> None:
    headers = {"Sec-Fetch-Site": "same-origin"}
    for address in ("/", "/bestellingen", "/bestellingen/VO-26088"):
        assert people[SANNE].request(method, address, headers=headers).status_code == 405
