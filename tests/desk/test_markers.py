"""Nothing that is personal can be read in a file of ours, but where the page says so.

Markers are planted in answers of systems, in forms, in corrections and in searches of staff, in a
whole portal that carries; then every file of its state, and its log, is searched for them.
"""

import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.desk.sending import (
    SANNE,
    by_staff,
    confirmed,
    eventually,
    filled,
    signed_in,
    state_of,
)
from tests.running import Portal, portal

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
    # A demo's mails can be read, and the page says so: they greet people by their first name.
    *(value for name, value in OF_THE_SYSTEMS.items() if name != "firstName"),
    *(value for name, value in IN_THE_FORM.items() if name != "email"),
    "9871ZX",
    "+31687654321",
    "0687654321",
    *IN_THE_QUESTION.split(": "),
    "Markerstein",
    *SEARCHED,
    "Kersenlaan 12",  # as the CRM had it
    "VO-25977",  # an order that was looked at; the demo names another to try
    "VF-33002",
)
READABLE = b"sanne@example.nl"
"""The address of a sign-in: the page says that it can be read."""

_WHO = re.compile(r'name="who" value="([^"]+)"')


def test_no_marker_is_found_in_the_clear(tmp_path: Path) -> None:
    with portal(tmp_path) as running:
        running.change("crm", "contacts", SANNE, **OF_THE_SYSTEMS)
        customer_looks_around(running)
        customer_sends(running)
        eventually(lambda: mails(tmp_path / "balie" / "balie.db") > 0)
        staff_search_and_look(running)
        without_mails_of_the_demo(tmp_path / "balie" / "balie.db")
        found = {secret: places(tmp_path, secret) for secret in SECRETS}
        assert places(tmp_path, READABLE.decode()) != []  # it looks where it should
    assert {secret: where for secret, where in found.items() if where} == {}


def customer_looks_around(running: Portal) -> None:
    with closing(signed_in(running, "sanne@example.nl")) as browser:
        for address in ("/", "/bestellingen", "/bestellingen/VO-25977", "/facturen", "/gegevens"):
            assert browser.get(address).status_code == 200
        assert "Markeranna" in browser.get("/?newest=1").text


def customer_sends(running: Portal) -> None:
    """Sends a change and a question, and waits until the systems have them."""
    with closing(signed_in(running, "sanne@example.nl")) as browser:
        for address, answers in (
            ("/gegevens", IN_THE_FORM),
            ("/vraag/nieuw", {"text": IN_THE_QUESTION}),
        ):
            receipt = confirmed(browser, address, filled(browser, address, **answers))
            eventually(lambda receipt=receipt: state_of(browser, receipt) == "settled")


def staff_search_and_look(running: Portal) -> None:
    with closing(signed_in(running, "mila@example.nl")) as browser:
        page = ""
        for words in (*SEARCHED, "VO-25977", "sanne@example.nl"):
            page = by_staff(browser, "/staff/search", words=words).text
        who = _WHO.search(page)
        assert who is not None
        looked = by_staff(browser, "/staff/look", who=who[1], why="calls")
        assert "Wat deze klant nu ziet" in browser.get(looked.headers["location"]).text


def without_mails_of_the_demo(database: Path) -> None:
    """A demo shows its mails, so they can be read, as the page says; no other portal keeps them."""
    with closing(sqlite3.connect(database, timeout=20, isolation_level=None)) as file:
        file.execute("PRAGMA secure_delete = ON")
        file.execute("DELETE FROM demo_mail")
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def mails(database: Path) -> int:
    """How many mails went."""
    with closing(sqlite3.connect(database, timeout=20)) as file:
        (number,) = file.execute("SELECT count(*) FROM demo_mail").fetchone()
    return int(number)


def places(state: Path, secret: str) -> list[str]:
    """The files that hold a text, as it is or as JSON writes it."""
    written = {secret.encode(), secret.encode("unicode_escape"), secret.encode("utf-16-le")}
    files = [file for file in state.rglob("*") if file.is_file() and os.access(file, os.R_OK)]
    return [file.name for file in files if any(text in file.read_bytes() for text in written)]
