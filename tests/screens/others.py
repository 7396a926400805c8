"""The pages of who lets somebody else act for them, of who does, and of who asks to join."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx

from tests.screens.recorder import Recorder, screen_of
from tests.screens.signing_in import fill_in

CUSTOMER, OTHER, ADMINISTRATOR = "sanne@example.nl", "joost@example.nl", "fatima@example.nl"
LETTING, ACTING_FOR = "/accounts/representatives/", "/accounts/acting-for/"
JOIN, PEOPLE = "/accounts/organisation/join/", "/accounts/organisation/"
_TOKEN = re.compile(r"/accounts/invitations/([\w-]+)/")
_ASKED = re.compile(r'href="(/accounts/organisation/asked/[\w-]+/)"')


def record(recorder: Recorder, language: str, database: Path) -> None:
    """All of them. Afterwards nobody acts for anybody, and nobody asks anything."""
    representatives(recorder, language, database)
    joining(recorder, language, database)


def representatives(recorder: Recorder, language: str, database: Path) -> None:
    """From letting somebody act, by way of acting, to the end of it."""
    client, keep = recorder.somebody(CUSTOMER, language).client, recorder.keeper(CUSTOMER, language)
    fill_in(client, f"{LETTING}invite/", {"email": OTHER, "until": "2099-12-31"})
    _represent(recorder, language, _token(client))
    keep("somebody acts for them", client.get(LETTING))
    with closing(sqlite3.connect(database)) as rows, rows:
        rows.execute("UPDATE representation SET ended = 1")


def _represent(recorder: Recorder, language: str, token: str) -> None:
    client = recorder.somebody(OTHER, language).client
    theirs = client.get(f"/accounts/invitations/{token}/", follow_redirects=True)
    recorder.keep(screen_of(theirs, OTHER, language, "asked to act for somebody"))
    fill_in(client, "/accounts/invitations/", {})
    choosing = client.get(ACTING_FOR)
    recorder.keep(screen_of(choosing, OTHER, language, "for themselves or another"))
    found = re.search(r'name="person" value="(\w+)"', choosing.text)
    assert found is not None
    fill_in(client, ACTING_FOR, {"person": found[1]})
    for address in ("/", "/bestellingen", "/vraag/nieuw", "/gegevens", LETTING):
        page = client.get(address)
        recorder.keep(screen_of(page, OTHER, language, "acts for somebody"))


def joining(recorder: Recorder, language: str, database: Path) -> None:
    """Asked, refused with words; and the domains of which that is asked."""
    administrator = recorder.somebody(ADMINISTRATOR, language).client
    keep = recorder.keeper(ADMINISTRATOR, language)
    domains = f"{PEOPLE}domains/"
    keep("without any", administrator.get(domains))
    fill_in(administrator, domains, {"ask": "yes"})
    keep("asked for", administrator.get(domains))
    with closing(sqlite3.connect(database)) as rows, rows:
        rows.execute("UPDATE organisation_domain SET proven = since")
    client, theirs = recorder.somebody(OTHER, language).client, recorder.keeper(OTHER, language)
    theirs("may ask", client.get(JOIN))
    asks = re.search(r'name="organisation" value="([^"]+)"', client.get(JOIN).text)
    assert asks is not None
    fill_in(client, JOIN, {"organisation": asks[1], "words": "Ik werk er ook."})
    theirs("asked", client.get(JOIN))
    asked = _ASKED.search(keep("somebody asks", administrator.get(PEOPLE)).text)
    assert asked is not None
    keep("as it opens", administrator.get(asked[1]))
    keep("nothing given", fill_in(administrator, asked[1], {"accept": "yes", "role": ""}))
    fill_in(administrator, asked[1], {"refuse": "yes", "answer": "Bel eerst even."})
    theirs("refused", client.get(JOIN))
    with closing(sqlite3.connect(database)) as rows, rows:
        rows.execute("DELETE FROM join_request")
        rows.execute("DELETE FROM organisation_domain")


def _token(client: httpx.Client) -> str:
    """Of the newest invitation in the outbox."""
    found = _TOKEN.search(client.get("/accounts/outbox/").text)
    assert found is not None
    return found[1]
