"""The pages of the service desk, with something stuck on them: looked at, searched, decided."""

import re

import httpx

from tests.desk.sending import a_conflict
from tests.screens.recorder import Keep, Recorder
from tests.screens.signing_in import fill_in

_ACTION = re.compile(r'href="(/staff/actions/[^"]+)"')
_WHO = re.compile(r'name="who" value="([^"]+)"')
_ERRAND = re.compile(
    r'name="errand" value="([^"]+)"><input type="hidden" name="mark" value="([^"]+)"'
)
SEARCH = "/staff/search"


def record(recorder: Recorder, mail: str, language: str) -> None:
    """Every page of the desk, as somebody of staff. Something must be stuck."""
    client = recorder.somebody(mail, language).client
    keep = recorder.keeper(mail, language)
    first = keep("something is stuck", client.get("/staff"))
    keep("something is stuck", client.get("/staff/operations"))
    address = _found(_ACTION, first)[1]
    whole = keep("something is stuck", client.get(address))
    errand = _found(_ERRAND, whole)
    decision = {"errand": errand[1], "mark": errand[2]}
    keep("nothing filled in", fill_in(client, SEARCH, {**decision, "do": "handed over"}, address))
    long = {**decision, "do": "corrected", "v0": "x" * 300}
    keep("too long", fill_in(client, SEARCH, long, address))
    keep("to be confirmed", fill_in(client, SEARCH, {**decision, "do": "again"}, address))
    late = {**decision, "mark": "of before", "do": "again"}
    keep("somebody was first", fill_in(client, SEARCH, late, address))
    keep("all of a system", fill_in(client, SEARCH, {"system": "crm"}, "/staff/operations/again"))
    customers(client, keep)


def search(recorder: Recorder, mail: str, language: str) -> None:
    """Searching and looking along alone: nothing needs to be stuck."""
    customers(recorder.somebody(mail, language).client, recorder.keeper(mail, language))


def customers(client: httpx.Client, keep: Keep) -> None:
    """Searching, and looking along."""
    keep("as it opens", client.get(SEARCH))
    keep("nobody found", fill_in(client, SEARCH, {"words": "VO-99999"}))
    found = keep("found", fill_in(client, SEARCH, {"words": "sanne@example.nl"}))
    who = {"who": _found(_WHO, found)[1]}
    keep("which reason", fill_in(client, SEARCH, who, "/staff/look"))
    keep("no reason", fill_in(client, SEARCH, {**who, "asked": "yes"}, "/staff/look"))
    along = fill_in(client, SEARCH, {**who, "why": "calls"}, "/staff/look")
    keep("looking along", along)
    explained(client, keep, along.url.path)
    keep("looked too long", client.get("/staff/looks/over"))
    acting(client, keep, along.url.path)


def explained(client: httpx.Client, keep: Keep, along: str) -> None:
    """Why the customer sees the page that is open, not a row of others, and no such page."""
    why = f"{along}/why"
    keep("nothing asked", client.get(why))
    for situation, address in (
        ("of a page", "/bestellingen"),
        ("of a row of theirs", "/bestellingen/VO-26088"),
        ("of a row of others", "/bestellingen/VO-26107"),
        ("of no page", "/bestaat-niet"),
    ):
        keep(situation, fill_in(client, SEARCH, {"at": address}, why))


def acting(client: httpx.Client, keep: Keep, along: str) -> None:
    """The customer's own pages, by somebody of staff who says so on each."""
    keep("as a customer", fill_in(client, SEARCH, {}, f"{along}/act"))
    for address in ("/bestellingen", "/vraag/nieuw", "/gegevens"):
        keep("as a customer", client.get(address))
    client.post("/staff/acting/stop")


def something_stuck(recorder: Recorder) -> None:
    """A customer sends something, and it conflicts."""
    a_conflict(recorder.portal)


def _found(pattern: "re.Pattern[str]", answer: httpx.Response) -> "re.Match[str]":
    found = pattern.search(answer.text)
    assert found is not None, answer.url
    return found
