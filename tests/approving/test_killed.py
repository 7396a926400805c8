"""Killed in the middle of a decision: nothing of it was done; decided again, all of it, once."""

import time
from contextlib import closing, suppress
from pathlib import Path

import httpx
import pytest

from tests.approving.office import AT, ORDER, with_approval
from tests.running import Portal, portal

JSON = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
BRAM, FATIMA = "bram@example.nl", "fatima@example.nl"


Cookies = dict[str, str]


def signed_in(running: Portal, mail: str) -> Cookies:
    """The cookies of somebody who signed in: they hold when the portal is started again."""
    with closing(running.signed_in(mail)) as browser:
        return dict(browser.cookies)


def decide(running: Portal, cookies: Cookies, reference: str) -> httpx.Response:
    with httpx.Client(base_url=running.url, cookies=cookies, timeout=30) as browser:
        return browser.post(f"{AT}/{reference}", json={"answer": "approve"}, headers=JSON)


def receipt(running: Portal, cookies: Cookies, reference: str) -> dict[str, object]:
    with httpx.Client(base_url=running.url, cookies=cookies, timeout=30) as browser:
        found: dict[str, object] = browser.get(f"/ontvangst/{reference}", headers=JSON).json()
        return found


def ask(running: Portal, cookies: Cookies) -> str:
    body = {"order": ORDER, "text": "Kan dit op factuur?"}
    with httpx.Client(base_url=running.url, cookies=cookies, timeout=30) as browser:
        sent = browser.post("/vraag/nieuw", json=body, headers={**JSON, "Idempotency-Key": "k"})
    assert sent.status_code == 201, sent.text
    return str(sent.json()["reference"])


@pytest.mark.proof
def test_who_is_killed_before_a_decision_is_committed_has_decided_nothing(tmp_path: Path) -> None:
    folder, state = with_approval(tmp_path / "lindeman"), tmp_path / "state"
    kills = {"BALIE_FAILPOINT": "before an acceptance is committed"}
    with portal(state, folder) as running:
        bram, fatima = signed_in(running, BRAM), signed_in(running, FATIMA)
        reference = ask(running, bram)
    for _ in range(2):  # it kills twice
        with portal(state, folder, settings=kills) as running:
            with suppress(httpx.TransportError):
                decide(running, fatima, reference)
            assert running.process.wait(timeout=15) == -9
    with portal(state, folder) as running:
        assert receipt(running, bram, reference)["state"] == "waits for approval"
        assert decide(running, fatima, reference).status_code == 200
        assert decide(running, fatima, reference).status_code == 200
        for _ in range(60):
            if receipt(running, bram, reference)["state"] == "settled":
                break
            time.sleep(0.5)
        log = running.asked("crm")
        done = [(one["deed"], one["table"]) for line in log for one in line["effects"]]
    assert [one for one in done if one[1] != "tasks"] == [("made", "cases")]
