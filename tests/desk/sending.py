"""What customers send and staff decide in a running portal, as their browsers would."""

import re
import time
from collections.abc import Callable
from contextlib import closing

import httpx

from tests.frontstage.test_forms import kept_in, token_of
from tests.running import Portal

SANNE = "00000000-0000-4000-8000-0000000000c1"
"""The row of Sanne in the CRM."""

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def filled(browser: httpx.Client, address: str, **answers: str) -> httpx.Response:
    """A form that was opened and filled in: the page that asks whether it is right."""
    page = browser.get(address)
    return browser.post(address, data={**answers, "form_token": token_of(page)})


def confirmed(browser: httpx.Client, address: str, page: httpx.Response) -> str:
    """Presses the button of that page: the address of the receipt."""
    fields: dict[str, list[str]] = {}
    for name, value in kept_in(page):
        fields.setdefault(name, []).append(value)
    answer = browser.post(address, data={**fields, "confirm": "yes"})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def signed_in(running: Portal, mail: str) -> httpx.Client:
    """A browser of somebody, that says where its forms come from."""
    browser = running.signed_in(mail)
    browser.headers.update({"origin": running.url, "sec-fetch-site": "same-origin"})
    return browser


def by_staff(browser: httpx.Client, address: str, **fields: str) -> httpx.Response:
    """Sends a form of the pages of staff."""
    token = _TOKEN.search(browser.get("/staff/search").text)
    assert token is not None
    return browser.post(address, data={**fields, "csrfmiddlewaretoken": token[1]})


def eventually(what: Callable[[], bool], seconds: float = 60) -> None:
    """Waits until something is so."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.3)


def state_of(browser: httpx.Client, receipt: str) -> str:
    """How far what was sent is, as its receipt says to a program."""
    return str(browser.get(receipt, headers={"accept": "application/json"}).json()["state"])


DETAILS = {
    "email": "sanne@example.nl",
    "mobile": "0612345678",
    "street": "Kade 9",
    "postcode": "3512 AB",
    "city": "Utrecht",
}


def a_conflict(running: Portal) -> str:
    """Sanne sends another address; meanwhile somebody changes it in the CRM. Her receipt."""
    with closing(signed_in(running, "sanne@example.nl")) as browser:
        page = filled(browser, "/gegevens", **DETAILS)
        running.switch("crm", down=True)
        receipt = confirmed(browser, "/gegevens", page)
        eventually(lambda: state_of(browser, receipt) == "received")
        running.change("crm", "contacts", SANNE, addressLine1="Boulevard 1")
        running.switch("crm", down=False)
        eventually(lambda: state_of(browser, receipt) == "conflict")
    return receipt
