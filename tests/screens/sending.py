"""What customers send: a form as it opens, wrong, to be checked; its receipt while it waits."""

import html
import re
from collections.abc import Iterator, Mapping

import httpx

from tests.screens.recorder import Person, Recorder, screen_of

CUSTOMER = "sanne@example.nl"
FORM, ANSWER = "/vraag/nieuw", {"text": "Waar blijft mijn pakket?"}
WITHDRAW = "/herroepen"
WITHDRAWN = {"name": "Sanne Visser", "order": "VO-26088", "email": CUSTOMER}
_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def record(recorder: Recorder, language: str) -> None:
    """One customer sends a question while the system that it goes to is away."""
    customer = recorder.somebody(CUSTOMER, language)
    customer.client.get("/")  # who this is, is known once the system was there
    recorder.portal.switch("crm", down=True)
    for situation, answer in _sent(customer):
        recorder.keep(screen_of(answer, customer.mail, language, situation))
    recorder.portal.behave()
    keep = recorder.keeper("", language)
    for situation, answer in _withdrawn(recorder.client(language)):
        keep(situation, answer)


def _withdrawn(nobody: httpx.Client) -> Iterator[tuple[str, httpx.Response]]:
    """The form for everybody: no sign-in before it, and a receipt at an address of its own."""
    opened = nobody.get(WITHDRAW)
    yield "a form", opened
    token = _token(opened)
    yield "a form that is wrong", nobody.post(WITHDRAW, data=token)
    filled = nobody.post(WITHDRAW, data={**WITHDRAWN, **token})
    yield "a form to be checked", filled
    kept = {html.unescape(n): html.unescape(v) for n, v in _HIDDEN.findall(filled.text)}
    sent = nobody.post(WITHDRAW, data={**kept, "confirm": "yes"})
    assert sent.status_code == 303, sent.text
    yield "on its way", nobody.get(sent.headers["location"])


def _sent(customer: Person) -> Iterator[tuple[str, httpx.Response]]:
    """Situations, and the answer in each."""
    opened = customer.client.get(FORM)
    yield "a form", opened
    token = _token(opened)
    yield "a form that is wrong", customer.client.post(FORM, data=token)
    filled = customer.client.post(FORM, data={**ANSWER, **token})
    yield "a form to be checked", filled
    kept = {html.unescape(n): html.unescape(v) for n, v in _HIDDEN.findall(filled.text)}
    sent = customer.client.post(FORM, data={**kept, "confirm": "yes"})
    assert sent.status_code == 303, sent.text
    receipt = sent.headers["location"]
    yield "on its way", customer.client.get(receipt)
    yield "on its way", customer.client.get(receipt.rpartition("/")[0])


def _token(page: httpx.Response) -> Mapping[str, str]:
    found = _TOKEN.search(page.text)
    assert found is not None, page.text
    return {"form_token": found[1]}
