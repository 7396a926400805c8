"""The pages of an organisation's administrator, of who is invited, and of who acts for several."""

import re

import httpx

from tests.screens.recorder import Keep, Recorder, screen_of
from tests.screens.signing_in import fill_in

ADMINISTRATOR, COLLEAGUE, INVITED = "fatima@example.nl", "bram@example.nl", "joost@example.nl"
PEOPLE, INVITE = "/accounts/organisation/", "/accounts/organisation/invite/"
_ONE = re.compile(r'href="(/accounts/organisation/people/\w+/)" aria-label="[^"]*: ([^"]+)"')
_TOKEN = re.compile(r"/accounts/invitations/([\w-]+)/")


def record(recorder: Recorder, language: str) -> None:
    """All of them. Whoever is invited is of two organisations afterwards."""
    client = recorder.somebody(ADMINISTRATOR, language).client
    keep = recorder.keeper(ADMINISTRATOR, language)
    recorder.somebody(COLLEAGUE, language).client.get("/")  # who signed in is in the list
    colleagues(client, keep)
    keep("once more", client.get("/accounts/two-steps/", params={"next": PEOPLE}))
    keep("as it opens", client.get(INVITE))
    keep("nothing filled in", fill_in(client, INVITE, {}))
    wrong = {"email": "geen adres", "role": "buyer", "until": "2020-01-01"}
    keep("filled in wrong", fill_in(client, INVITE, wrong))
    given = {"email": INVITED, "role": "buyer", "until": "2099-12-31"}
    keep("somebody is invited", fill_in(client, INVITE, given))
    keep("as it opens", client.get(f"{PEOPLE}done/"))
    keep("as it opens", client.get(f"{PEOPLE}domains/"))
    take_up(recorder, language, _token(client))


def colleagues(client: httpx.Client, keep: Keep) -> None:
    """The list, a colleague, and the administrator's own page: there must be one who is."""
    listed = keep("as it opens", client.get(PEOPLE))
    for address, name in _ONE.findall(listed.text):
        keep(f"of {name}", client.get(address))
        keep(f"nothing given to {name}", fill_in(client, address, {"role": ""}))
    keep("as it opens", client.get("/accounts/acting-for/"))


def take_up(recorder: Recorder, language: str, token: str) -> None:
    """An invitation as nobody reads it, as somebody else does, and as who takes it up."""
    address = f"/accounts/invitations/{token}/"
    nobody = recorder.client(language).get(address, follow_redirects=True)
    recorder.keep(screen_of(nobody, "", language, "invited, not signed in"))
    other = recorder.somebody(COLLEAGUE, language).client.get(address, follow_redirects=True)
    recorder.keep(screen_of(other, COLLEAGUE, language, "invited is somebody else"))
    client = recorder.somebody(INVITED, language).client
    theirs = client.get(address, follow_redirects=True)
    recorder.keep(screen_of(theirs, INVITED, language, "invited"))
    taken = fill_in(client, "/accounts/invitations/", {})
    recorder.keep(screen_of(taken, INVITED, language, "taken up"))
    choosing = client.get("/accounts/acting-for/")
    recorder.keep(screen_of(choosing, INVITED, language, "for two organisations"))
    over = client.get(address)
    recorder.keep(screen_of(over, INVITED, language, "taken up before"))


def _token(client: httpx.Client) -> str:
    """Of the newest invitation in the outbox."""
    found = _TOKEN.search(client.get("/accounts/outbox/").text)
    assert found is not None
    return found[1]
