"""One's own pages: ways to sign in, second steps, passkeys, browsers, another address, letters."""

import re
import secrets
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import httpx
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from tests.running import PASSWORD
from tests.screens.device import passkey_for
from tests.screens.recorder import Keep, Recorder, screen_of
from tests.screens.signing_in import fill_in, without_a_password

OWN, APP, CODES = "/accounts/", "/accounts/two-step/app/", "/accounts/two-step/codes/"
ADD_PASSKEY, LETTER = "/accounts/passkeys/add/", "/accounts/activate/"
REPRESENTATIVES = "/accounts/representatives/"
OPENED, ROW = "/accounts/mail/", "/bestellingen/VO-26088"
PERIOD = 30  # seconds that a code of an app stands
_SECRET = re.compile(r'class="secret">([A-Z2-7 ]+)<')
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_PASSKEY = re.compile(r'href="(/accounts/passkeys/\d+/)name/"')


def record(recorder: Recorder, mail: str, language: str, database: Path) -> None:
    """Every page about one's own sign-in, as a customer; leaves no second step behind."""
    client = recorder.client(language)
    fill_in(client, "/accounts/login/", {"login": mail, "password": PASSWORD})
    keep = recorder.keeper(mail, language)
    for address in ("needed/", "again/"):
        keep("as it opens", client.get(f"/accounts/two-step/{address}", follow_redirects=True))
    for address in (OWN, "/accounts/passkeys/offer/", "/accounts/sessions/", "/accounts/looked/"):
        keep("as it opens", client.get(address))
    letters(client, keep)
    representatives(client, keep)
    passkeys(client, keep, recorder.portal.url)
    second_steps(client, keep, recorder.client(language))
    proved_by_mail(recorder, mail, language, database)
    opened_by_mail(recorder, mail, language, database)


def staff(recorder: Recorder, mail: str, language: str) -> None:
    """Another address, which the example's customers have a form of the service for."""
    client = recorder.client(language)
    fill_in(client, "/accounts/login/", {"login": mail, "password": PASSWORD})
    keep = recorder.keeper(mail, language)
    address = "/accounts/address/"
    keep("as it opens", client.get(address))
    keep("no address", fill_in(client, address, {"email": "geen adres"}))
    new = {"email": f"nieuw-{language}@example.nl", "form": "a" * 32}
    keep("to be proved", fill_in(client, address, new))
    keep("wrong codes", fill_in(client, address, {**new, "code": "123456", "proof": "fout"}))


def letters(client: httpx.Client, keep: Keep) -> None:
    """A letter with a code: nothing filled in, and a code that is not there."""
    keep("as it opens", client.get(LETTER))
    keep("nothing filled in", fill_in(client, LETTER, {}))
    wrong = {"number": "10085", "postcode": "3512 AB", "code": "AAAA-BBBB-CCCC"}
    keep("wrong code", fill_in(client, LETTER, wrong))


def representatives(client: httpx.Client, keep: Keep) -> None:
    """Somebody else is asked to act for oneself in private."""
    keep("nobody yet", client.get(REPRESENTATIVES))
    keep("as it opens", client.get(f"{REPRESENTATIVES}invite/"))
    keep("nothing filled in", fill_in(client, f"{REPRESENTATIVES}invite/", {}))
    wrong = {"email": "geen adres", "until": "2020-01-01"}
    keep("filled in wrong", fill_in(client, f"{REPRESENTATIVES}invite/", wrong))
    right = {"email": "dochter@example.nl", "until": "2099-12-31"}
    keep("somebody is invited", fill_in(client, f"{REPRESENTATIVES}invite/", right))


def passkeys(client: httpx.Client, keep: Keep, origin: str) -> None:
    """A passkey is made, gets another name, and is taken away."""
    page = keep("as it opens", client.get(ADD_PASSKEY))
    keep("stopped by the device", _send(client, page, credential="{}", name="Mijn telefoon"))
    page = client.get(ADD_PASSKEY)
    origin = origin.replace("127.0.0.1", "localhost")
    made = {"credential": passkey_for(page.text, origin), "name": "Mijn telefoon"}
    own = keep("with a passkey", _send(client, page, **made))
    found = _PASSKEY.search(own.text)
    assert found is not None, own.text
    keep("as it opens", client.get(f"{found[1]}name/"))
    keep("no name", fill_in(client, f"{found[1]}name/", {"name": ""}))
    keep("as it opens", client.get("/accounts/passkeys/again/", follow_redirects=True))
    keep("as it opens", client.get(f"{found[1]}remove/"))
    keep("the passkey is gone", fill_in(client, f"{found[1]}remove/", {}))


def second_steps(client: httpx.Client, keep: Keep, again: httpx.Client) -> None:
    """An app with codes is connected, asked for in another browser, and taken away."""
    page = keep("as it opens", client.get(APP))
    keep("wrong code", _send(client, page, code="000000"))
    page = client.get(APP)
    shown = _SECRET.search(page.text)
    assert shown is not None, page.text
    secret = shown[1].replace(" ", "")
    code = format_hotp_value(hotp_value(secret, int(time.time() // PERIOD)))
    keep("just made", _send(client, page, code=code))
    keep("shown before", client.get(CODES))
    keep("with an app", client.get(OWN))
    keep("as it opens", client.get(f"{CODES}new/"))
    keep("as it opens", client.get("/accounts/two-step/again/"))
    keep("wrong code", fill_in(client, "/accounts/two-step/again/", {"code": "000000"}))
    entering = {"login": _mail_of(client.get(OWN)), "password": PASSWORD}
    enter = keep("as it opens", fill_in(again, "/accounts/login/", entering))
    keep("wrong code", _send(again, enter, code="000000"))
    keep("in two browsers", client.get("/accounts/sessions/"))
    keep("as it opens", client.get(f"{APP}remove/"))
    keep("the app is gone", fill_in(client, f"{APP}remove/", {}))


def proved_by_mail(recorder: Recorder, mail: str, language: str, database: Path) -> None:
    """Somebody who never chose a password shows with a code by mail who they are."""
    with without_a_password(database, mail):
        client = recorder.somebody(mail, language).client
        prove = "/accounts/reauthenticate/mail/"
        first = client.get(prove, params={"next": OWN})
        recorder.keep(screen_of(first, mail, language, "as it opens"))
        asked = _send(client, first, action="send")
        recorder.keep(screen_of(asked, mail, language, "code sent"))
        wrong = _send(client, asked, code="NEE-NEE")
        recorder.keep(screen_of(wrong, mail, language, "wrong code"))


def opened_by_mail(recorder: Recorder, mail: str, language: str, database: Path) -> None:
    """A link in a mail opens one row without signing in, until whoever has it ends it."""
    token = _link_to(ROW, mail, database)
    client = recorder.client(language)
    opened = client.get(f"{OPENED}{token}/", follow_redirects=True)
    recorder.keep(screen_of(opened, "", language, "opened by a mail's link"))
    ended = _send(client, opened)
    recorder.keep(screen_of(ended, "", language, "a mail's link that is over"))


def _send(client: httpx.Client, page: httpx.Response, **said: str) -> httpx.Response:
    """Sends the form of a page that was opened, without opening it again."""
    token = _TOKEN.search(page.text)
    assert token is not None, page.text
    return client.post(
        page.url.raw_path.decode(),
        data={"csrfmiddlewaretoken": token[1], **said},
        follow_redirects=True,
    )


def _mail_of(own: httpx.Response) -> str:
    found = re.search(r"<bdi>(\S+@\S+)</bdi>", own.text)
    assert found is not None, own.text
    return found[1]


def _link_to(page: str, mail: str, database: Path) -> str:
    """The token of a link in a mail, as a story would make it when a row changes."""
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    digests = [sha256(text.encode()).hexdigest() for text in (token, token[::-1])]
    with closing(sqlite3.connect(database)) as connection, connection:
        [person] = connection.execute("select id from person where email = ?", [mail]).fetchone()
        connection.execute(
            "insert into mail_link (token, mail, person_id, page, at, expires)"
            " values (?, ?, ?, ?, ?, ?)",
            [*digests, person, page, str(now), str(now + timedelta(days=7))],
        )
    return token
