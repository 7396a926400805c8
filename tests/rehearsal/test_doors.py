"""Nobody gets in without the right key or token."""

import pytest

from tests.rehearsal.asking import Asking


def test_without_a_token_the_erp_says_401_in_its_own_shape(ask: Asking) -> None:
    url = f"{ask.settings['ERP_URL']}/companies({ask.settings['ERP_COMPANY']})/salesOrders"
    answer = ask.as_stranger(url)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["error"]["code"] == "Authentication_InvalidCredentials"


@pytest.mark.parametrize("value", ["Bearer", "Bearer made-up", "Basic abc", ""])
def test_a_made_up_token_does_not_open(ask: Asking, value: str) -> None:
    answer = ask.as_stranger(f"{ask.settings['CRM_URL']}/contacts", Authorization=value)
    assert answer.status_code == 401
    assert answer.json()["title"] == "Not signed in"


@pytest.mark.parametrize("key", [None, "", "wrong", "ü"])
def test_a_wrong_key_does_not_open(ask: Asking, key: str | None) -> None:
    headers = {} if key is None else {"X-Api-Key": key.encode()}
    url = f"{ask.settings['CARRIER_URL']}/v2/shipments?reference=VO-26071"
    assert ask.send("GET", url, headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("sent", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": ""}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"scope": "everything"}, 400, "invalid_scope"),
    ],
)
def test_no_token_for_who_does_not_know_the_secret(
    ask: Asking, sent: dict[str, str], status: int, error: str
) -> None:
    answer = ask.token("ERP", **sent)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_token_says_how_long_it_lasts(ask: Asking) -> None:
    said = ask.token("ERP").json()
    assert (said["token_type"], said["expires_in"]) == ("Bearer", 3600)


def test_the_secret_may_come_in_the_header_too(ask: Asking) -> None:
    answer = ask.send(
        "POST",
        f"{ask.settings['CRM_URL']}/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(ask.settings["CRM_CLIENT_ID"], ask.settings["CRM_CLIENT_SECRET"]),
    )
    assert answer.status_code == 200


def test_a_token_of_one_system_does_not_open_another(ask: Asking) -> None:
    token = ask.token("ERP").json()["access_token"]
    url = f"{ask.settings['CRM_URL']}/contacts"
    assert ask.as_stranger(url, Authorization=f"Bearer {token}").status_code == 401


def test_tokens_end_with_a_reset(ask: Asking) -> None:
    ask.crm("contacts")
    ask.send("POST", f"{ask.settings['CRM_URL']}/_rehearsal/reset")
    assert ask.crm("contacts").status_code == 401
