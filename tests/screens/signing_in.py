"""The pages of signing in and of one's account: right, wrong, and with codes from the outbox."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.running import PASSWORD
from tests.screens.recorder import Person, Recorder, screen_of

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_CODE = re.compile(r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*$", re.MULTILINE)
NEW = "een heel ander wachtwoord"
Page = tuple[str, str, httpx.Response]
"""Whose page it is, in which situation, and the answer."""


def fill_in(
    client: httpx.Client, address: str, said: dict[str, str], to: str = ""
) -> httpx.Response:
    """Sends the form that stands on a page; follows where it leads."""
    token = _TOKEN.search(client.get(address).text)
    assert token is not None, address
    return client.post(
        to or address, data={"csrfmiddlewaretoken": token[1], **said}, follow_redirects=True
    )


def pages_of_nobody(client: httpx.Client, mail: str) -> Iterator[Page]:
    """Everything before somebody is signed in, right and wrong."""
    for address in ("/demo", "/demo/drawing", "/accounts/outbox/", "/accounts/login/",
                    "/accounts/login/code/", "/accounts/password/reset/",
                    "/accounts/password/reset/done/", "/accounts/inactive/",
                    "/accounts/cookies/", "/accounts/signed-out/"):  # fmt: skip
        yield "", "as it opens", client.get(address)
    yield "", "does not exist", client.get("/accounts/of-nothing/")
    yield "", "not for strangers", client.get("/staff")
    yield "", "nothing filled in", fill_in(client, "/accounts/login/", {})
    wrong = {"login": mail, "password": "verkeerd wachtwoord"}
    yield "", "wrong password", fill_in(client, "/accounts/login/", wrong)
    yield "", "no address", fill_in(client, "/accounts/login/code/", {"email": "geen adres"})
    yield "", "no address", fill_in(client, "/accounts/password/reset/", {"email": ""})
    yield "", "without a token", client.post("/accounts/login/", data={"login": mail})
    yield "", "from elsewhere", client.post("/", headers={"origin": "https://evil.example"})


def pages_with_codes(client: httpx.Client, mail: str) -> Iterator[Page]:
    """A code by mail: the page for it, a wrong code, a new password with it."""
    yield "", "code sent", fill_in(client, "/accounts/login/code/", {"email": mail})
    confirm = "/accounts/login/code/confirm/"
    yield "", "wrong code", fill_in(client, confirm, {"code": "NEE-NEE"})
    yield "", "mails were sent", client.get("/accounts/outbox/")


def pages_of_a_new_password(client: httpx.Client, mail: str) -> Iterator[Page]:
    """A forgotten password, replaced."""
    asked = fill_in(client, "/accounts/password/reset/", {"email": mail})
    yield "", "code sent", asked
    confirm = asked.url.raw_path.decode()
    yield "", "wrong code", fill_in(client, confirm, {"code": "NEE-NEE"})
    code = _CODE.search(client.get("/accounts/outbox/").text)
    assert code is not None
    chosen = fill_in(client, confirm, {"code": code[1]})
    yield "", "code entered", chosen
    complete = chosen.url.raw_path.decode()
    yield "", "weak", fill_in(client, complete, {"password1": "kort", "password2": "anders"})
    yield "", "chosen", fill_in(client, complete, {"password1": PASSWORD, "password2": PASSWORD})


def pages_of_an_account(person: Person) -> Iterator[Page]:
    """What somebody who is signed in finds about signing in."""
    client, mail = person.client, person.mail
    for address in ("/accounts/logout/", "/accounts/password/change/", "/accounts/reauthenticate/"):
        yield mail, "as it opens", client.get(address)
    yield mail, "does not exist", client.get("/bestaat-niet")
    yield mail, "only to be looked at", client.post("/")
    yield mail, "a wrong place in a list", client.get("/?after=rubbish", follow_redirects=True)
    nothing = {"oldpassword": "", "password1": "", "password2": ""}
    weak = {"oldpassword": "fout", "password1": "kort", "password2": "anders"}
    change = "/accounts/password/change/"
    yield mail, "nothing filled in", fill_in(client, change, nothing)
    yield mail, "weak", fill_in(client, change, weak)
    yield mail, "wrong", fill_in(client, "/accounts/reauthenticate/", {"password": "fout"})


def pages_of_a_first_password(person: Person, database: Path) -> Iterator[Page]:
    """Somebody who always signed in with a code, and chooses a password."""
    with without_a_password(database, person.mail):
        client = person.client
        client.post(f"/accounts/demo/{person.mail}")
        yield person.mail, "as it opens", client.get("/accounts/password/set/")
        weak = {"password1": "kort", "password2": "anders"}
        yield person.mail, "weak", fill_in(client, "/accounts/password/set/", weak)


def too_many(client: httpx.Client, mail: str) -> Iterator[Page]:
    """Attempts until we say stop."""
    for _ in range(40):
        said = {"login": mail, "password": "verkeerd wachtwoord"}
        answer = fill_in(client, "/accounts/login/", said)
        if "Retry-After" in answer.headers or answer.status_code == 429:
            break
    yield "", "too many attempts", answer


def record(recorder: Recorder, language: str, mail: str, database: Path) -> None:
    """Keeps all of them, in one language. mail: of a customer of the demo."""
    makers: list[Callable[[], Iterator[Page]]] = [
        lambda: pages_of_nobody(recorder.client(language), mail),
        lambda: pages_with_codes(recorder.client(language), mail),
        lambda: pages_of_a_new_password(recorder.client(language), mail),
        lambda: pages_of_an_account(recorder.somebody(mail, language)),
        lambda: pages_of_a_first_password(recorder.somebody(mail, language), database),
    ]
    for make in makers:
        for who, situation, answer in make():
            recorder.keep(screen_of(answer, who, language, situation))


@contextmanager
def without_a_password(database: Path, mail: str) -> Iterator[None]:
    """Somebody who never chose a password, until the end of the block."""
    kept = _password(database, mail, "!")
    yield
    _password(database, mail, kept)


def _password(database: Path, mail: str, password: str) -> str:
    """Changes the password that is kept of somebody; gives what it was."""
    with sqlite3.connect(database) as connection:
        row = connection.execute("select password from person where email = ?", [mail]).fetchone()
        connection.execute("update person set password = ? where email = ?", [password, mail])
        connection.commit()
    connection.close()
    return str(row[0])
