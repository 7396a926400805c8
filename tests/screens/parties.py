"""The pages of a portal's administrators: parties to sign in with, links of customers, letters."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

from tests.screens.recorder import Keep, Recorder, screen_of
from tests.screens.signing_in import fill_in

ALL, ADD, ONE = (
    "/accounts/connections/", "/accounts/connections/add/", "/accounts/connections/of/acme/",
)  # fmt: skip
FORM = f"{ADD}?preset=generic-oidc"
LINKS, LETTERS = "/accounts/known/", "/accounts/letters/"
CUSTOMER, NUMBER = "sanne@example.nl", "10085"
_LINK = re.compile(r'name="link" value="([^"]+)"')
WHOLE = {
    "do": "keep",
    "preset": "generic-oidc",
    "name": "acme",
    "title": "Acme",
    "issuer": "https://sign-in.acme.example",
    "client_id": "0oa1b2c3",
    "secret": "a very secret word",
    "trust_email": "claim",
    "mail_domains": "acme.example",
    "organisations": "",
}


def record(recorder: Recorder, mail: str, language: str, database: Path) -> None:
    """A party is added, looked over and taken away; nobody answers at its address."""
    with administering(database, mail):
        client = recorder.somebody(mail, language).client
        keep = recorder.keeper(mail, language)
        keep("no party yet", client.get(ALL))
        keep("which kind", client.get(ADD))
        keep("as it opens", client.get(FORM))
        wrong = {**WHOLE, "name": "Ac me", "issuer": "http://acme", "client_id": "", "secret": ""}
        keep("filled in wrong", fill_in(client, FORM, wrong, ADD))
        keep("just added", fill_in(client, FORM, WHOLE, ADD))
        keep("one party", client.get(ALL))
        keep("looked over", fill_in(client, ONE, {"do": "test"}))
        _of_nobody(recorder, language)
        keep("to be removed", fill_in(client, ONE, {"do": "remove"}))
        keep("removed", fill_in(client, ONE, {"do": "remove", "sure": "yes"}))
        links(client, keep)
        letters(client, keep)


def links(client: httpx.Client, keep: Keep) -> None:
    """Who a customer is to the systems; a link is asked about and stays."""
    keep("as it opens", client.get(LINKS))
    keep("nobody found", fill_in(client, LINKS, {"email": "niemand@example.nl"}))
    known = keep("of a customer", fill_in(client, LINKS, {"email": CUSTOMER}))
    link = _LINK.search(known.text)
    assert link is not None, known.text
    address = known.url.path
    keep("which reason", fill_in(client, address, {"link": link[1]}))
    keep("no reason", fill_in(client, address, {"link": link[1], "asked": "yes"}))


def letters(client: httpx.Client, keep: Keep) -> None:
    """Letters with a code: for nobody, on paper, and taken back."""
    keep("as it opens", client.get(LETTERS))
    keep("nothing filled in", fill_in(client, LETTERS, {"numbers": "", "as": "page"}))
    keep("on paper", fill_in(client, LETTERS, {"numbers": NUMBER, "as": "page"}))
    keep("taken back", fill_in(client, LETTERS, {"do": "revoke", "number": NUMBER}))
    keep("none to take back", fill_in(client, LETTERS, {"do": "revoke", "number": NUMBER}))


def _of_nobody(recorder: Recorder, language: str) -> None:
    """Signing in while there is a party, and it does not answer."""
    client = recorder.client(language)
    recorder.keep(screen_of(client.get("/accounts/login/"), "", language, "with a party"))
    there = client.get("/accounts/with/acme/", follow_redirects=True)
    recorder.keep(screen_of(there, "", language, "a party that does not answer"))
    back = client.get("/accounts/with/acme/back/", follow_redirects=True)
    recorder.keep(screen_of(back, "", language, "back without having gone"))


@contextmanager
def administering(database: Path, mail: str) -> Iterator[None]:
    """Somebody of staff who administers the portal too, until the end of the block."""
    roles = _roles(database, mail)
    _give(database, mail, [*roles, "administrators"])
    yield
    _give(database, mail, roles)


def _roles(database: Path, mail: str) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        [kept] = connection.execute(
            "select staff_roles from person where email = ?", [mail]
        ).fetchone()
    roles: list[str] = json.loads(kept)
    return roles


def _give(database: Path, mail: str, roles: list[str]) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "update person set staff_roles = ? where email = ?", [json.dumps(roles), mail]
        )
