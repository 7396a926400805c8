"""The pages of the service desk, with something stuck on them: looked at, searched, decided."""

import re
from collections.abc import Callable

import httpx

from tests.desk.sending import a_conflict
from tests.screens.recorder import Recorder, screen_of
from tests.screens.signing_in import fill_in

_ACTION = re.compile(r'href="(/staff/actions/[^"]+)"')
_WHO = re.compile(r'name="who" value="([^"]+)"')
_ERRAND = re.compile(
    r'name="errand" value="([^"]+)"><input type="hidden" name="mark" value="([^"]+)"'
)
SEARCH = "/staff/search"
Keep = Callable[[str, httpx.Response], httpx.Response]
"""Keeps an answer in a situation, and gives it back."""


def record(recorder: Recorder, mail: str, language: str) -> None:
    """Every page of the desk, as somebody of staff. Something must be stuck."""
    client = recorder.somebody(mail, language).client

    def keep(situation: str, answer: httpx.Response) -> httpx.Response:
        recorder.keep(screen_of(answer, mail, language, situation))
        return answer

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


def customers(client: httpx.Client, keep: Keep) -> None:
    """Searching, and looking along."""
    keep("as it opens", client.get(SEARCH))
    keep("nobody found", fill_in(client, SEARCH, {"words": "VO-99999"}))
    found = keep("found", fill_in(client, SEARCH, {"words": "sanne@example.nl"}))
    who = {"who": _found(_WHO, found)[1]}
    keep("which reason", fill_in(client, SEARCH, who, "/staff/look"))
    keep("no reason", fill_in(client, SEARCH, {**who, "asked": "yes"}, "/staff/look"))
    keep("looking along", fill_in(client, SEARCH, {**who, "why": "calls"}, "/staff/look"))
    keep("looked too long", client.get("/staff/looks/over"))


def something_stuck(recorder: Recorder) -> None:
    """A customer sends something, and it conflicts."""
    a_conflict(recorder.portal)


def _found(pattern: "re.Pattern[str]", answer: httpx.Response) -> "re.Match[str]":
    found = pattern.search(answer.text)
    assert found is not None, answer.url
    return found
