"""A front end of one's own, from signing in to the rows of its customer."""

import json
from collections.abc import Callable

from tests.identity.conftest import last_code
from tests.site.conftest import Running

API = "/_allauth/browser/v1/auth/"
HERE = {"origin": "http://127.0.0.1:8000", "content-type": "application/json"}
ASKED = {"accept": "application/json"}


def test_it_signs_in_by_code_reads_rows_as_json_and_signs_out(run: Callable[..., Running]) -> None:
    browser = run(headless=True).browser()

    def post(path: str, **body: str) -> int:
        sent = browser.client.post(API + path, content=json.dumps(body), headers=HERE)
        return browser.loop.run(sent).status_code

    assert browser.get("/facturen", headers=ASKED).status_code == 401
    assert post("code/request", email="sanne@example.nl") == 401
    assert browser.get("/facturen", headers=ASKED).status_code == 401
    assert post("code/confirm", code=last_code("sanne@example.nl")) == 200
    rows = browser.get("/facturen", headers=ASKED)
    assert rows.status_code == 200
    assert "VF-33002" in rows.text
    assert "VF-33015" not in rows.text  # of Fatima
    browser.loop.run(browser.client.delete(API + "session", headers=HERE))
    assert browser.get("/facturen", headers=ASKED).status_code == 401
