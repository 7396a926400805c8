"""What waits for a colleague: asked, refused without words, approved, and read by who sent it."""

import re

import httpx

from tests.approving.office import ASK, AT, ORDER
from tests.screens.recorder import Recorder

SENDER, COLLEAGUE = "bram@example.nl", "fatima@example.nl"
_REFERENCE = re.compile(rf'href="({AT}/[^"]+)"')


def record(recorder: Recorder, language: str) -> None:
    """One question of a colleague, from being asked to being approved; another is refused."""
    colleague = recorder.somebody(COLLEAGUE, language).client
    sender = recorder.somebody(SENDER, language).client

    keep, told = recorder.keeper(COLLEAGUE, language), recorder.keeper(SENDER, language)
    keep("nothing waits", colleague.get(AT))
    for number, answer in enumerate(("approve", "refuse")):
        receipt = _ask(sender, f"{language} {number}")
        told(f"to be decided: {answer}", sender.get(receipt))
        page = _REFERENCE.search(keep("one waits", colleague.get(AT)).text)
        assert page is not None
        keep("to be decided", colleague.get(page[1]))
        keep("refused without words", _decide(colleague, page[1], "refuse", ""))
        keep("neither", _decide(colleague, page[1], "", ""))
        keep(f"decided: {answer}", _decide(colleague, page[1], answer, "Via de inkoper graag."))
        told(f"decided: {answer}", sender.get(receipt))
    keep("all is decided", colleague.get(AT))


def _ask(sender: httpx.Client, key: str) -> str:
    """Sends a question about a large order; the address of its receipt."""
    sent = sender.post(
        ASK,
        json={"order": ORDER, "text": "Kan dit op factuur?"},
        headers={"accept": "application/json", "idempotency-key": key},
    )
    assert sent.status_code == 201, sent.text
    return str(sent.headers["location"])


def _decide(colleague: httpx.Client, address: str, answer: str, words: str) -> httpx.Response:
    said = {"answer": answer, "words": words}
    return colleague.post(address, data=said, follow_redirects=True)
