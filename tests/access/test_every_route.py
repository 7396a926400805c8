"""Every route of the running portal: its owner gets it, every stranger gets "not found".

The routes come from the portal itself: those of the story from its description of the API, those of
signing in and of staff from Django. A route without a case fails, so nobody can forget one.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from balie.identity.headless.description import PATHS
from balie.site.asgi import DJANGO
from balie.site.headers import HEADERS, POLICY
from tests.running import Portal, portal
from tests.telling import AS_WRITTEN, Telling

SANNE, BRAM, FATIMA, JOOST, MILA = (
    f"{name}@example.nl" for name in ("sanne", "bram", "fatima", "joost", "mila")
)
EVERYBODY = (SANNE, BRAM, FATIMA, JOOST, MILA)
KINDS = ("text/html", "application/json")
JSON = {"Accept": "application/json"}


@dataclass(frozen=True)
class Case:
    """Who owns what is at an address, what they see there, and who must not."""

    owner: str
    address: str
    marker: str
    strangers: tuple[str, ...]


def others(*owners: str) -> tuple[str, ...]:
    return tuple(person for person in EVERYBODY if person not in owners)


_ABOUT = "/retour/nieuw?order=VO-26088"
_RETURN, _SENT = "/retour/R-000042", "/retour/R-000034"
APPROVALS = "/goedkeuren"
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
    "/facturen/{invoice.number}/pdf.pdf": [
        Case(FATIMA, "/facturen/VF-33015/pdf.pdf", "VF-33015", others(FATIMA)),
        Case(SANNE, "/facturen/VF-33002/pdf.pdf", "VF-33002", others(SANNE)),
    ],
    "/retour": [Case(BRAM, "/retour", "R-000042", (FATIMA, MILA))],
    "/retour/{return.number}": [Case(BRAM, _RETURN, "R-000042", others(BRAM))],
    "/retour/{return.number}/label": [Case(BRAM, f"{_RETURN}/label", "R-000042", others(BRAM))],
    "/retour/{return.number}/label/label/pdf.pdf": [
        Case(BRAM, f"{_SENT}/label/label/pdf.pdf", "Retour R-000034", others(BRAM))
    ],
    "/retour/{return.number}/label/label/qr.png": [
        Case(BRAM, f"{_SENT}/label/label/qr.png", "IHDR", others(BRAM))
    ],
    "/retour/{return.number}/terugbetaling": [
        Case(BRAM, f"{_RETURN}/terugbetaling", "R-000042", others(BRAM))
    ],
    "/retour/{return.number}/antwoord": [
        Case(BRAM, f"{_RETURN}/antwoord", "R-000042", others(BRAM))
    ],
    "/vraag": [Case(FATIMA, "/vraag", "V-000007", (MILA,))],
    "/vraag/{question.number}": [
        Case(FATIMA, "/vraag/V-000007", "Vanaf de volgende factuur", others(FATIMA))
    ],
    "/gegevens": [Case(SANNE, "/gegevens", "Kersenlaan 12", (MILA,))],
    "/factuuradres": [Case(FATIMA, "/factuuradres", "Ons factuuradres", others(FATIMA))],
    "/retour/nieuw": [
        Case(SANNE, "/retour/nieuw", "VO-26088", (FATIMA, MILA)),
        Case(SANNE, _ABOUT, "Handdoekdispenser RVS wit", others(SANNE)),
    ],
    "/vraag/nieuw": [Case(FATIMA, "/vraag/nieuw", "Wat wilt u weten?", (MILA,))],
    "/bel-mij": [Case(JOOST, "/bel-mij", "Op welk nummer?", (MILA,))],
    APPROVALS: [Case(FATIMA, APPROVALS, "goedkeuren", others(FATIMA))],
    "/ontvangst": [Case(BRAM, "/ontvangst", "ontvangst", (MILA,))],
}
# Lists that several people may open hold only their own rows: nobody's page has these of others.
MARKERS = {
    SANNE: ("VO-26088", "VO-25977", "VF-33002"),
    BRAM: ("VO-26107", "VO-26071", "PO-88123", "R-000042"),
    FATIMA: ("VF-33015", "V-000007", "Vanaf de volgende factuur"),
    JOOST: ("VO-26098", "HZ 2026-311"),
}

PUBLIC = "/herroepen"  # a form for everybody, and its receipt at an address that nobody guesses
APPROVAL = f"{APPROVALS}/{{reference}}"  # there is none before somebody sends something
RECEIPT = "/ontvangst/{reference}"  # there is none before somebody sends something
LISTS = ("/bestellingen", "/facturen", "/retour", "/vraag")


@dataclass(frozen=True)
class Fixed:
    """What a fixed address answers to whoever is not signed in, to a customer, and to staff.

    consumer: to a customer in private, where that differs.
    """

    address: str
    stranger: int
    customer: int
    staff: int
    consumer: int = 0


def _everybody(address: str, status: int) -> Fixed:
    return Fixed(address, status, status, status)


def _nobodys(address: str) -> Fixed:
    """Of administrators alone: of an organisation, or of the portal."""
    return Fixed(address, 302, 404, 404)


# By Django's own pattern. 302 leads on: to signing in, or away from it for who did so already.
OF_DJANGO = {
    "accounts/": Fixed("/accounts/", 302, 200, 200),
    "accounts/two-step/": Fixed("/accounts/two-step/", 302, 302, 302),
    "accounts/two-step/needed/": Fixed("/accounts/two-step/needed/", 302, 200, 200),
    "accounts/two-step/enter/": _everybody("/accounts/two-step/enter/", 302),
    "accounts/two-step/again/": Fixed("/accounts/two-step/again/", 302, 302, 302),
    "accounts/two-step/app/": Fixed("/accounts/two-step/app/", 302, 200, 200),
    "accounts/two-step/app/remove/": Fixed("/accounts/two-step/app/remove/", 302, 404, 404),
    "accounts/two-step/codes/": Fixed("/accounts/two-step/codes/", 302, 404, 404),
    "accounts/two-step/codes/new/": Fixed("/accounts/two-step/codes/new/", 302, 200, 200),
    "accounts/passkeys/": Fixed("/accounts/passkeys/", 302, 302, 302),
    "accounts/passkeys/add/": Fixed("/accounts/passkeys/add/", 302, 200, 200),
    "accounts/passkeys/offer/": Fixed("/accounts/passkeys/offer/", 302, 200, 200),
    "accounts/passkeys/enter/": _everybody("/accounts/passkeys/enter/", 302),
    "accounts/passkeys/again/": _everybody("/accounts/passkeys/again/", 302),
    "accounts/passkeys/<int:pk>/remove/": Fixed("/accounts/passkeys/1/remove/", 302, 404, 404),
    "accounts/passkeys/<int:pk>/name/": Fixed("/accounts/passkeys/1/name/", 302, 404, 404),
    "accounts/address/": Fixed("/accounts/address/", 302, 302, 200),
    "accounts/reauthenticate/mail/": _everybody("/accounts/reauthenticate/mail/", 302),
    "accounts/demo/<str:email>": _everybody("/accounts/demo/bram@example.nl", 405),
    "accounts/outbox/": _everybody("/accounts/outbox/", 200),  # the demo's own mails
    "accounts/with/<slug:name>/": _everybody("/accounts/with/nobody/", 404),
    "accounts/with/<slug:name>/back/": _everybody("/accounts/with/nobody/back/", 404),
    "accounts/with/<slug:name>/logout/": _everybody("/accounts/with/nobody/logout/", 405),
    "accounts/with/<slug:name>/ended/": _everybody("/accounts/with/nobody/ended/", 404),
    "accounts/with/<slug:name>/revoke/": _everybody("/accounts/with/nobody/revoke/", 405),
    "accounts/mail/": _everybody("/accounts/mail/", 404),
    "accounts/mail/<str:token>/": _everybody("/accounts/mail/no-such-token/", 404),
    "accounts/activate/": Fixed("/accounts/activate/", 200, 200, 404),
    "accounts/invitations/": _everybody("/accounts/invitations/", 404),
    "accounts/invitations/<str:token>/": _everybody("/accounts/invitations/no-such-token/", 404),
    "accounts/acting-for/": Fixed("/accounts/acting-for/", 302, 200, 404),
    "accounts/organisation/": _nobodys("/accounts/organisation/"),
    "accounts/organisation/people/<str:person>/": _nobodys("/accounts/organisation/people/x/"),
    "accounts/organisation/invite/": _nobodys("/accounts/organisation/invite/"),
    "accounts/organisation/invited/<uuid:invitation>/": _everybody(
        f"/accounts/organisation/invited/{UUID(int=1)}/", 405
    ),
    "accounts/organisation/done/": _nobodys("/accounts/organisation/done/"),
    "accounts/organisation/join/": _nobodys("/accounts/organisation/join/"),
    "accounts/organisation/join/<uuid:asked>/take-back/": Fixed(
        f"/accounts/organisation/join/{UUID(int=1)}/take-back/", 302, 405, 405
    ),
    "accounts/organisation/asked/<uuid:asked>/": _nobodys(
        f"/accounts/organisation/asked/{UUID(int=1)}/"
    ),
    "accounts/organisation/domains/": _nobodys("/accounts/organisation/domains/"),
    "accounts/representatives/": Fixed("/accounts/representatives/", 302, 200, 404),
    "accounts/representatives/invite/": Fixed(
        "/accounts/representatives/invite/", 302, 404, 404, consumer=200
    ),
    "accounts/representatives/invited/<uuid:invitation>/": _everybody(
        f"/accounts/representatives/invited/{UUID(int=1)}/", 405
    ),
    "accounts/representatives/end/<uuid:representation>/": _everybody(
        f"/accounts/representatives/end/{UUID(int=1)}/", 405
    ),
    "accounts/two-steps/": Fixed("/accounts/two-steps/", 302, 200, 200),
    "accounts/two-steps/with/<slug:name>/": _everybody("/accounts/two-steps/with/nobody/", 404),
    # Of staff who administer the portal; of Mila, who does not, neither.
    "accounts/connections/": _nobodys("/accounts/connections/"),
    "accounts/connections/add/": _nobodys("/accounts/connections/add/"),
    "accounts/connections/of/<slug:name>/": _nobodys("/accounts/connections/of/acme/"),
    "accounts/known/": _nobodys("/accounts/known/"),
    "accounts/known/<str:person>/": _nobodys("/accounts/known/0a1b2c/"),
    "accounts/letters/": _nobodys("/accounts/letters/"),
    "accounts/sessions/": Fixed("/accounts/sessions/", 302, 200, 200),
    "accounts/looked/": Fixed("/accounts/looked/", 302, 200, 200),
    "accounts/cookies/": _everybody("/accounts/cookies/", 200),
    "accounts/signed-out/": _everybody("/accounts/signed-out/", 200),
    "accounts/email/": _everybody("/accounts/email/", 404),
    "accounts/signup/": _everybody("/accounts/signup/", 404),
    "accounts/login/": Fixed("/accounts/login/", 200, 302, 302),
    "accounts/logout/": Fixed("/accounts/logout/", 302, 200, 200),
    "accounts/inactive/": _everybody("/accounts/inactive/", 200),
    "accounts/reauthenticate/": Fixed("/accounts/reauthenticate/", 302, 200, 200),
    "accounts/confirm-email/": _everybody("/accounts/confirm-email/", 302),
    "accounts/password/change/": Fixed("/accounts/password/change/", 302, 200, 200),
    "accounts/password/set/": _everybody("/accounts/password/set/", 302),
    "accounts/password/reset/": _everybody("/accounts/password/reset/", 200),
    "accounts/password/reset/confirm/": _everybody("/accounts/password/reset/confirm/", 302),
    "accounts/password/reset/complete/": _everybody("/accounts/password/reset/complete/", 302),
    "accounts/password/reset/done/": _everybody("/accounts/password/reset/done/", 200),
    "accounts/login/code/": Fixed("/accounts/login/code/", 200, 302, 302),
    "accounts/login/code/confirm/": _everybody("/accounts/login/code/confirm/", 302),
    # Switched off here; tests/identity/test_headless.py switches it on.
    "_allauth/openapi.json": _everybody("/_allauth/openapi.json", 404),
    **{
        f"_allauth/browser/v1/{path}": _everybody(f"/_allauth/browser/v1/{path}", 404)
        for path in PATHS
    },
    "staff": Fixed("/staff", 404, 404, 200),
    "staff/": Fixed("/staff/", 404, 404, 200),
    "staff/operations": Fixed("/staff/operations", 404, 404, 200),
    "staff/operations/again": _everybody("/staff/operations/again", 404),  # sent to, never read
    "staff/actions/<str:action>": _everybody("/staff/actions/no-such-action", 404),
    "staff/work/<str:item>": _everybody("/staff/work/no-such-item", 404),
    "staff/search": Fixed("/staff/search", 404, 404, 200),
    "staff/look": _everybody("/staff/look", 404),
    "staff/looks/<str:key>": _everybody("/staff/looks/no-such-pass", 404),
    "staff/looks/<str:key>/for": _everybody("/staff/looks/no-such-pass/for", 404),
    "staff/looks/<str:key>/act": _everybody("/staff/looks/no-such-pass/act", 404),
    "staff/acting/stop": _everybody("/staff/acting/stop", 405),  # sent to, never read
    "staff/looks/<str:key>/why": _everybody("/staff/looks/no-such-pass/why", 404),
    "staff/blueprint": Fixed("/staff/blueprint", 404, 404, 200),
    "staff/blueprint/<str:step>": _everybody("/staff/blueprint/no-such-step", 404),
}
OF_THE_OTHERS = [
    _everybody(PUBLIC, 200),
    _everybody(f"{PUBLIC}/of-nothing", 404),
    _everybody("/demo", 200),
    _everybody("/demo/drawing", 200),
    _everybody("/demo/systems/erp", 404),
    _everybody("/demo/of-nothing", 404),
    _everybody("/api/openapi.json", 200),
    _everybody("/healthz", 200),
    _everybody("/readyz", 200),
    _everybody("/static/", 404),
    _everybody("/static/nothing.css", 404),
    _everybody("/static/../settings.py", 404),
    _everybody("/accounts/of-nothing/", 404),
    _everybody("/admin/", 404),
    _everybody("/staff/of-nothing", 404),
]
FIXED = [*OF_DJANGO.values(), *OF_THE_OTHERS]


@pytest.fixture(scope="module")
def running(telling: Telling, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    state = tmp_path_factory.mktemp("state")
    with portal(state, telling.folder, telling=telling) as here:
        yield here


@pytest.fixture(scope="module")
def people(running: Portal) -> Iterator[dict[str, httpx.Client]]:
    clients = {person: running.signed_in(person) for person in EVERYBODY}
    yield clients
    for client in clients.values():
        client.close()


def test_every_route_has_a_case(running: Portal) -> None:
    described = running.signed_out("/api/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    routes = {path.split("?")[0] for path in described["paths"]}
    cases = {*CASES, RECEIPT, APPROVAL, PUBLIC, f"{PUBLIC}/{{receipt}}"}
    assert {_shape(route) for route in routes} == {_shape(address) for address in cases}


def test_every_address_of_django_has_a_case() -> None:
    assert set(_patterns(get_resolver())) == set(OF_DJANGO)
    for prefix in DJANGO:
        assert any(case.address.startswith(prefix) for case in FIXED)


def _patterns(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for one in resolver.url_patterns:
        here = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield here
        else:
            yield from _patterns(one, here)


@pytest.mark.parametrize("case", FIXED, ids=lambda case: case.address)
def test_a_fixed_address_is_there_for_whom_it_is_meant(
    running: Portal, people: dict[str, httpx.Client], case: Fixed
) -> None:
    answers = [
        running.signed_out(case.address),
        *(people[person].get(case.address) for person in (SANNE, BRAM, MILA)),
    ]
    customer, staff = case.customer, case.staff
    statuses = [answer.status_code for answer in answers]
    assert statuses == [case.stranger, case.consumer or customer, customer, staff]
    rows = [marker for markers in MARKERS.values() for marker in markers]
    for answer in answers:  # none of these is about anybody's rows
        assert not [row for row in rows if row in answer.text]


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


@pytest.mark.parametrize("kind", KINDS)
def test_a_receipt_is_for_who_sent_it_and_for_nobody_else(
    running: Portal, people: dict[str, httpx.Client], kind: str
) -> None:
    headers = {"Accept": kind}
    words = f"Waar is mijn pakket? ({kind})"
    asked = {running.telling.field("question", "text"): words}
    sending = {**JSON, "Sec-Fetch-Site": "same-origin", "Idempotency-Key": kind}
    sent = people[SANNE].post("/vraag/nieuw", data=asked, headers=sending)
    assert sent.status_code == 201, sent.text
    address = sent.headers["location"]
    owner = people[SANNE].get(address, headers=headers)
    assert owner.status_code == 200
    assert sent.json()["reference"] in owner.text
    assert words in owner.text
    for stranger in others(SANNE):
        answer = people[stranger].get(address, headers=headers)
        assert answer.status_code == 404
        assert words not in answer.text
        listed = people[stranger].get("/ontvangst", headers=headers)
        assert sent.json()["reference"] not in listed.text


@pytest.mark.parametrize("kind", KINDS)
def test_what_waits_is_for_the_colleague_who_is_asked_and_for_nobody_else(
    running: Portal, people: dict[str, httpx.Client], kind: str
) -> None:
    if running.telling is not AS_WRITTEN:
        pytest.skip("`balie prove` does the same in any words")
    headers, at = {"Accept": kind}, "/retour/nieuw?order=VO-26071"
    page = people[BRAM].get(at, headers={"Accept": "text/html"}).text
    (key,) = re.findall(r'name="lines" value="([^"]+)"', page)
    answers = {"lines": [key], f"lines.{key}.quantity": "25", "reason": "REGRET"}
    sending = {**JSON, "Sec-Fetch-Site": "same-origin", "Idempotency-Key": f"return {kind}"}
    sent = people[BRAM].post(at, data=answers, headers=sending)
    assert sent.status_code == 201, sent.text
    reference = sent.json()["reference"]
    asked = people[FATIMA].get(f"{APPROVALS}/{reference}", headers=headers)
    assert asked.status_code == 200
    assert reference in asked.text
    for stranger in others(FATIMA):
        answer = people[stranger].get(f"{APPROVALS}/{reference}", headers=headers)
        assert answer.status_code == 404
        decided = people[stranger].post(
            f"{APPROVALS}/{reference}", json={"answer": "approve"}, headers=sending
        )
        assert decided.status_code == 404


INLINE = re.compile(
    r"<style|\sstyle=|<[^>]+\son\w+=|<script(?![^>]*\ssrc=)|javascript:|"
    r"(?:src|href|action|poster)=.?(?:https?:)?//|<base|<iframe|<object|<embed",
    re.IGNORECASE,
)
"""What our policy would stop, and what would load something of somebody else."""


@pytest.mark.parametrize("person", [SANNE, MILA, ""])
def test_every_page_has_all_headers_and_nothing_inline(
    running: Portal, people: dict[str, httpx.Client], person: str
) -> None:
    addresses = [case.address for case in FIXED]
    addresses += [case.address for cases in CASES.values() for case in cases]
    pages = 0
    for address in [*dict.fromkeys(addresses), PUBLIC, "/of-nothing", "/staff/of-nothing"]:
        of_page = {"Accept": "text/html"}
        answer = (
            people[person].get(address, headers=of_page)
            if person
            else running.signed_out(address, "text/html")
        )
        _is_held(answer, address)
        pages += "<html" in answer.text[:200]
        assert not INLINE.findall(_without_documentation(answer.text)), address
    assert pages > 30


def _is_held(answer: httpx.Response, address: str) -> None:
    """Every header of ours is there; a file's own policy is stricter than that of pages."""
    assert set(HEADERS) <= set(answer.headers), address
    policy = answer.headers["content-security-policy"]
    assert policy == POLICY or policy.startswith("default-src 'none'; sandbox"), address
    for name in ("x-content-type-options", "x-frame-options", "cross-origin-opener-policy"):
        assert answer.headers[name] == HEADERS[name], (address, name)
    for cookie in answer.headers.get_list("set-cookie"):
        assert "samesite=lax" in cookie.lower(), address
        assert "httponly" in cookie.lower() or cookie.startswith(("lang=", "theme=")), cookie


def _without_documentation(text: str) -> str:
    """Without links to other sites, which are followed by people and load nothing."""
    return re.sub(r"<a [^>]*>", "", text)


@pytest.mark.parametrize("person", MARKERS)
@pytest.mark.parametrize("kind", KINDS)
def test_nobody_sees_anything_of_others_on_any_page(
    people: dict[str, httpx.Client], person: str, kind: str
) -> None:
    of_others = [
        marker for other, markers in MARKERS.items() if other != person for marker in markers
    ]
    for cases in CASES.values():
        for case in cases:
            answer = people[person].get(case.address, headers={"Accept": kind})
            if answer.headers["content-type"] == "application/pdf":
                assert person == case.owner  # an invoice names the order, whoever ordered it
                continue
            text = answer.text
            shown = text.replace(case.address, "")
            assert not [marker for marker in of_others if marker in shown], case.address


@pytest.mark.parametrize("person", MARKERS)
@pytest.mark.parametrize("kind", KINDS)
def test_nobody_finds_anything_of_others_in_a_list(
    people: dict[str, httpx.Client], person: str, kind: str
) -> None:
    """Whatever the order, and whatever they search for: also for what is really there."""
    of_others = [
        marker for other, markers in MARKERS.items() if other != person for marker in markers
    ]
    for address in LISTS:
        for marker in of_others:
            for asked in (f"?q={marker}", f"?q={marker}&sort=-number"):
                answer = people[person].get(address + asked, headers={"Accept": kind})
                assert answer.status_code in (200, 404)
                if answer.status_code == 200:
                    said = answer.json() if kind == "application/json" else None
                    assert said is None or _records(said) == []
                    assert "<tbody>" not in answer.text


def test_everybody_finds_what_is_theirs_in_a_list(people: dict[str, httpx.Client]) -> None:
    for address, person, marker in (
        ("/bestellingen", BRAM, "VO-26107"),
        ("/facturen", FATIMA, "VF-33015"),
        ("/retour", BRAM, "R-000042"),
        ("/vraag", FATIMA, "V-000007"),
    ):
        asked = f"{address}?q={marker}&sort=number"
        answer = people[person].get(asked, headers={"Accept": "application/json"})
        assert [record["link"] or marker for record in _records(answer.json())] == [
            marker if address == "/facturen" else f"{address}/{marker}"
        ]


def _records(page: Mapping[str, Any]) -> list[Any]:
    return [r for b in page["blocks"].values() if b["type"] == "list" for r in b["records"]]


def test_somebody_elses_row_and_no_row_are_the_same_page(people: dict[str, httpx.Client]) -> None:
    theirs = people[SANNE].get("/bestellingen/VO-26107")
    nobodys = people[SANNE].get("/bestellingen/VO-99999")
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.text.replace("VO-26107", "#") == nobodys.text.replace("VO-99999", "#")


@pytest.mark.parametrize("kind", KINDS)
def test_somebody_elses_document_and_no_document_are_the_same_answer(
    people: dict[str, httpx.Client], kind: str
) -> None:
    headers = {"Accept": kind}
    theirs = people[SANNE].get("/facturen/VF-33015/pdf.pdf", headers=headers)
    nobodys = people[SANNE].get("/facturen/VF-99999/pdf.pdf", headers=headers)
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.text.replace("VF-33015", "#") == nobodys.text.replace("VF-99999", "#")


def test_a_document_is_for_whoever_is_signed_in(running: Portal) -> None:
    address = "/facturen/VF-33015/pdf.pdf"
    with running.telling.browser(running.url) as visit:
        page = visit.get(address, headers={"Accept": "text/html"})
        api = visit.get(address, headers={"Accept": "application/json"})
    assert page.status_code == 303
    assert page.headers["location"].startswith("/accounts/login/?next=%2F")
    assert (api.status_code, b"%PDF" in api.content) == (401, False)


@pytest.mark.parametrize("address", [a for a in CASES if "{" not in a])
def test_whoever_is_not_signed_in_is_asked_to(running: Portal, address: str) -> None:
    page = running.signed_out(address, "text/html")
    assert page.status_code == 303
    api = running.signed_out(address, "application/json")
    assert api.status_code == 401


def test_an_address_that_is_not_there_is_not_found_also_when_signed_out(running: Portal) -> None:
    assert running.signed_out("/bestaat-niet").status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_pages_can_only_be_read(people: dict[str, httpx.Client], method: str) -> None:
    headers = {"Sec-Fetch-Site": "same-origin"}
    for address in ("/", "/bestellingen", "/bestellingen/VO-26088"):
        assert people[SANNE].request(method, address, headers=headers).status_code == 405
