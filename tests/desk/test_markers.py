"""Nothing that is personal can be read in a file of ours, but where the page says so.

Markers are planted in answers of systems, in forms, in corrections and in searches of staff, in a
whole portal that carries; then every file of its state, and its log, is searched for them.
"""

import asyncio
import os
import re
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.frontstage.test_forms import confirm, kept_in, token_of
from tests.running import Portal, portal

SANNE = "00000000-0000-4000-8000-0000000000c1"
OF_THE_SYSTEMS = {"firstName": "Markeranna", "mobilePhone": "0612399871", "city": "Markerveen"}
IN_THE_FORM = {
    "email": "sanne@example.nl",
    "mobile": "06 87 65 43 21",
    "street": "Markerkade 9871",
    "postcode": "9871 ZX",
    "city": "Markerwoude",
}
IN_THE_QUESTION = "Markervraag: waar blijft pakket 9871 van Markerstein?"
SEARCHED = ("markerzoeker@example.org", "Markerzoeker", "VO-98719", "9873 QX")
SECRETS = (
    *OF_THE_SYSTEMS.values(),
    *(value for name, value in IN_THE_FORM.items() if name != "email"),
    "9871ZX",
    "+31687654321",
    "0687654321",
    *IN_THE_QUESTION.split(": "),
    "Markerstein",
    *SEARCHED,
    "Kersenlaan 12",  # as the CRM had it
    "VO-26088",  # an order that was looked at
    "VF-33002",
)
READABLE = b"sanne@example.nl"
"""The address of a sign-in: the page says that it can be read."""

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_WHO = re.compile(r'name="who" value="([^"]+)"')


def test_no_marker_is_found_in_the_clear(tmp_path: Path) -> None:
    with portal(tmp_path) as running:
        running.change("crm", "contacts", SANNE, **OF_THE_SYSTEMS)
        customer_looks_around(running)
        receipts = customer_sends(running)
        staff_search_and_look(running)
        until_settled(running, receipts)
        found = {secret: places(tmp_path, secret) for secret in SECRETS}
        assert places(tmp_path, READABLE.decode()) != []  # it looks where it should
    assert {secret: where for secret, where in found.items() if where} == {}


def customer_looks_around(running: Portal) -> None:
    with closing(running.signed_in("sanne@example.nl")) as browser:
        for address in ("/", "/bestellingen", "/bestellingen/VO-26088", "/facturen", "/gegevens"):
            assert browser.get(address).status_code == 200
        assert "Markeranna" in browser.get("/?newest=1").text


def customer_sends(running: Portal) -> list[str]:
    """Sends a change and a question; the addresses of their receipts."""
    with closing(running.signed_in("sanne@example.nl")) as browser:
        cookies = dict(browser.cookies)
    return asyncio.run(_sent(running.url, cookies))


async def _sent(url: str, cookies: dict[str, str]) -> list[str]:
    headers = {"origin": url, "sec-fetch-site": "same-origin"}
    async with httpx.AsyncClient(base_url=url, cookies=cookies, headers=headers) as visit:
        return [
            await _one(visit, "/gegevens", IN_THE_FORM),
            await _one(visit, "/vraag/nieuw", {"text": IN_THE_QUESTION}),
        ]


async def _one(visit: httpx.AsyncClient, address: str, answers: dict[str, str]) -> str:
    page = await visit.get(address)
    filled = await visit.post(address, data={**answers, "form_token": token_of(page)})
    assert kept_in(filled), filled.text
    receipt = await confirm(visit, address, filled)
    assert receipt.status_code == 303, receipt.text
    return str(receipt.headers["location"])


def staff_search_and_look(running: Portal) -> None:
    with closing(running.signed_in("mila@example.nl")) as browser:
        browser.headers["origin"] = running.url
        page = browser.get("/staff/search").text
        for words in (*SEARCHED, "VO-26088", "sanne@example.nl"):
            page = sent_by_staff(browser, "/staff/search", words=words).text
        who = _WHO.search(page)
        assert who is not None
        looked = sent_by_staff(browser, "/staff/look", who=who[1], why="calls")
        assert "Wat deze klant nu ziet" in browser.get(looked.headers["location"]).text


def sent_by_staff(browser: httpx.Client, address: str, **fields: str) -> httpx.Response:
    token = _TOKEN.search(browser.get("/staff/search").text)
    assert token is not None
    return browser.post(address, data={**fields, "csrfmiddlewaretoken": token[1]})


def until_settled(running: Portal, receipts: list[str]) -> None:
    """Waits until the systems have what was sent."""
    with closing(running.signed_in("sanne@example.nl")) as browser:
        for _ in range(120):
            pages = [
                browser.get(receipt, headers={"accept": "application/json"}) for receipt in receipts
            ]
            if all(page.json()["state"] == "settled" for page in pages):
                return
            time.sleep(0.5)
    pytest.fail(f"not settled: {[page.text for page in pages]}")


def places(state: Path, secret: str) -> list[str]:
    """The files that hold a text, as it is or as JSON writes it."""
    written = {secret.encode(), secret.encode("unicode_escape"), secret.encode("utf-16-le")}
    files = [file for file in state.rglob("*") if file.is_file() and os.access(file, os.R_OK)]
    return [file.name for file in files if any(text in file.read_bytes() for text in written)]
