"""A whole portal: what is sent there arrives in the system, once, and the receipt says so."""

import html
import json
import re
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import httpx
import pytest

from tests.desk.sending import by_staff, eventually, signed_in
from tests.running import Portal, portal

SANNE = "sanne@example.nl"
SANNES_ROW = "00000000-0000-4000-8000-0000000000c1"
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_TYPED = re.compile(r'<input class="in[^>]* name="([^"]+)" type="\w+" value="([^"]*)"')
_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
_HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal(tmp_path_factory.mktemp("state")) as here:
        yield here


def done_in(running: Portal, system: str) -> list[tuple[str, str]]:
    """What a system really changed, by its own log: what was done, and in which table.

    Tasks for staff are left out: they come beside what customers send, in their own time.
    """
    done = [
        (one["deed"], one["table"]) for line in running.asked(system) for one in line["effects"]
    ]
    return [one for one in done if one[1] != "tasks"]


def settled(client: httpx.Client, address: str) -> dict[str, object]:
    """The receipt, once everything is done."""
    for _ in range(120):
        receipt: dict[str, object] = client.get(
            address, headers={"Accept": "application/json"}
        ).json()
        if receipt["state"] == "settled":
            return receipt
        time.sleep(0.25)
    raise AssertionError(receipt)


def test_a_hundred_posts_of_one_token_are_one_action_and_a_hundred_identical_answers(
    running: Portal,
) -> None:
    """T15."""
    with closing(running.signed_in(SANNE)) as client:
        page = client.get("/vraag/nieuw")
        token = _TOKEN.search(page.text)
        assert token is not None
        fields = {"text": "Waar blijft het?", "form_token": token[1], "confirm": "yes"}
        cookies = dict(client.cookies)

        def post(_: int) -> tuple[int, str, bytes]:
            answer = httpx.post(
                running.url + "/vraag/nieuw",
                data=fields,
                cookies=cookies,
                headers=_HERE,
                timeout=60,
            )
            return answer.status_code, answer.headers.get("location", ""), answer.content

        with ThreadPoolExecutor(25) as pool:
            answers = set(pool.map(post, range(100)))
        assert len(answers) == 1
        ((status, address, _),) = answers
        assert status == 303
        receipt = settled(client, address)
        number = str(receipt["number"])
        assert re.fullmatch(r"V-\d+", number)
        assert client.get(f"/vraag/{number}").status_code == 200
        listed = client.get("/ontvangst", headers={"Accept": "application/json"}).json()
    assert [one["address"] for one in listed["receipts"]] == [address]
    assert done_in(running, "crm") == [("made", "cases")]


def test_a_change_arrives_in_every_system_that_it_goes_to(running: Portal) -> None:
    before = {name: done_in(running, name) for name in ("crm", "erp")}
    with closing(running.signed_in(SANNE)) as client:
        form = client.get("/gegevens", headers={"Accept": "application/json"}).json()
        answers = {one["name"]: one["value"] for one in form["questions"]}
        sent = client.post(
            "/gegevens",
            json={**answers, "street": "Lindestraat 1"},
            headers={**_HERE, "Accept": "application/json", "Idempotency-Key": "lindestraat"},
        )
        assert sent.status_code == 201, sent.text
        receipt = settled(client, sent.headers["location"])
    parts = receipt["parts"]
    assert isinstance(parts, list)
    assert [part["fields"] for part in parts] == [["Straat en huisnummer"]] * 2
    assert done_in(running, "crm") == [*before["crm"], ("changed", "contacts")]
    assert done_in(running, "erp") == [*before["erp"], ("changed", "customers")]


def test_what_is_sent_without_signing_in_arrives_once_and_is_mailed(running: Portal) -> None:
    before = done_in(running, "crm")
    with httpx.Client(base_url=running.url, headers=_HERE, timeout=60) as client:
        page = client.get("/herroepen")
        token = _TOKEN.search(page.text)
        assert token is not None
        said = {"name": "Noor <b>", "order": "VO-26088", "email": "noor@example.nl"}
        fields = {**said, "form_token": token[1], "confirm": "yes"}
        answers = [client.post("/herroepen", data=fields) for _ in range(2)]
        assert {one.status_code for one in answers} == {303}
        (address,) = {one.headers["location"] for one in answers}
        receipt = client.get(address, headers={"Accept": "application/json"}).json()
    mail = mailed(running, receipt["reference"])
    assert "Uw naam: Noor &lt;b&gt;" in mail
    assert "Bestelnummer: VO-26088" in mail
    assert re.search(r"ontvangen op \d+ \w+ \d{4}, \d\d:\d\d\.", mail)
    assert running.url + address in mail
    eventually(lambda: done_in(running, "crm") == [*before, ("made", "withdrawals")])
    with closing(signed_in(running, "mila@example.nl")) as staff:
        for words in ("vo-26088", "noor@example.nl", "Noor <b>"):
            found = by_staff(staff, "/staff/search", words=words)
            assert receipt["reference"] in found.text, words
        whole = by_staff(staff, "/staff/search", words=receipt["reference"])
        assert whole.status_code == 302
        action = staff.get(whole.headers["location"]).text
        assert "<h1>Contract herroepen</h1>" in action
        assert "De klant leest: we hebben het en geven het door" in action
        assert "Verstuurd zonder in te loggen" in action


def mailed(running: Portal, words: str) -> str:
    """The demo's mails, once one of them has these words."""
    for _ in range(120):
        page = httpx.get(running.url + "/accounts/outbox/").text
        if words in page:
            return page
        time.sleep(0.25)
    raise AssertionError(page)


def test_what_the_crm_had_changed_is_told_on_the_receipt_and_sent_again_from_there(
    running: Portal,
) -> None:
    """T11: the CRM changes after we read the row, and before what was sent comes there."""
    with closing(running.signed_in(SANNE)) as client:
        check = look(client, street="Kade 9")
        assert "Klopt dit?" in check.text
        before = done_in(running, "crm")
        running.switch("crm", down=True)  # so that sending cannot see what changes now
        running.change("crm", "contacts", SANNES_ROW, addressLine1="Singel 4")
        address = confirmed(client, check)
        running.switch("crm", down=False)
        receipt = ended(client, address)
        assert receipt["state"] == "conflict"
        assert receipt["changed_meanwhile"] == [
            {"label": "Straat en huisnummer", "yours": "Kade 9", "now": "Singel 4"}
        ]
        page = client.get(address)
        assert "Het was intussen al veranderd" in page.text
        assert 'href="/gegevens">Wijzig het opnieuw' in page.text
        # What was known before is known to be too old; after a system is on again, pages may take
        # some seconds to notice.
        eventually(lambda: 'value="Singel 4"' in client.get("/gegevens").text, seconds=20)
        again = ended(client, confirmed(client, look(client, street="Kade 9")))
        assert again["state"] == "settled", again
    done = done_in(running, "crm")
    assert done[len(before) :] == [("changed", "contacts")]
    (row,) = [one for one in rows_in(running, "contacts") if one["id"] == SANNES_ROW]
    assert row["addressLine1"] == "Kade 9"


def look(client: httpx.Client, **changed: str) -> httpx.Response:
    """Her details, filled in as they stand but for what she changes: is it right?"""
    page = client.get("/gegevens")
    hidden = dict(_HIDDEN.findall(page.text))
    fields = {name: html.unescape(value) for name, value in _TYPED.findall(page.text)}
    return client.post("/gegevens", data={**hidden, **fields, **changed}, headers=_HERE)


def confirmed(client: httpx.Client, page: httpx.Response) -> str:
    """The address of the receipt, once the button of that page is pressed."""
    kept = {name: html.unescape(value) for name, value in _HIDDEN.findall(page.text)}
    answer = client.post("/gegevens", data={**kept, "confirm": "yes"}, headers=_HERE)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def ended(client: httpx.Client, address: str) -> dict[str, object]:
    """The receipt, once it goes no further."""
    for _ in range(120):
        receipt: dict[str, object] = client.get(
            address, headers={"Accept": "application/json"}
        ).json()
        if receipt["state"] not in ("received", "passed on"):
            return receipt
        time.sleep(0.1)
    raise AssertionError(receipt)


def rows_in(running: Portal, table: str) -> list[dict[str, object]]:
    """The rows of a table of the CRM, as it has them."""
    with urllib.request.urlopen(f"{running.systems['crm']}/_rehearsal/rows/{table}") as answer:
        rows: list[dict[str, object]] = json.load(answer)
    return rows
