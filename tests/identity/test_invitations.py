"""An invitation: a mail to one address that lets its reader take something up, once."""

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from django.utils.timezone import now

from balie.backstage.auditing import Note
from balie.blueprint.reader import read as read_blueprint
from balie.identity.invitations import Invited, invite, is_invited, mail_of, revoke, take_up
from balie.identity.linking.links import links_of
from balie.identity.models import DemoMail, Invitation, Person
from balie.identity.pages.invited import TAKE_UPS
from balie.identity.people import enrol
from balie.site.inputs import letters_of
from tests.browser import Browser
from tests.identity.conftest import BLUEPRINT, Noted, Site, last_code

HERE = "http://127.0.0.1:8000"


def to(address: str, by: str = "", **about: str) -> tuple[Invitation, str]:
    given = about or {"name": "contact", "key": "c-7", "title": "Fietsenwinkel Jansen"}
    return invite(Invited(address=address, purpose="link", about=given, by=by), now(), Noted())


def sign_in_with_a_code(browser: Browser, address: str, page: str) -> str:
    asked = browser.post("/accounts/login/code/", {"email": address}, page=page)
    entered = browser.post(asked.headers["location"], {"code": last_code(address)})
    return entered.headers["location"]


def test_somebody_whom_no_system_knows_is_invited_and_takes_it_up(
    site: Site, sanne: Person
) -> None:
    invitation, token = to("Nieuw@Example.nl", by=sanne.pk.hex)
    browser = site.browser()

    arrived = browser.get(f"/accounts/invitations/{token}/")
    assert (arrived.status_code, arrived.headers["location"]) == (302, "/accounts/invitations/")
    assert arrived.headers["referrer-policy"] == "no-referrer"
    told = browser.get("/accounts/invitations/").text
    assert "Sanne de Wit nodigt u uit" in told
    assert "n…@example.nl" in told
    assert "nieuw@example.nl" not in told
    sign_in_with_a_code(browser, "nieuw@example.nl", "/accounts/login/")
    taken = browser.post("/accounts/invitations/")

    assert (taken.status_code, taken.headers["location"]) == (302, "/")
    assert browser.seen_by_thin is not None
    assert browser.seen_by_thin["links"] == {"contact": ["c-7"]}
    invitation.refresh_from_db()
    assert invitation.taken_up_by == Person.objects.get(email="nieuw@example.nl")
    assert site.browser().get(f"/accounts/invitations/{token}/").status_code == 404


def test_the_mail_holds_the_way_in_and_what_it_is_for() -> None:
    blueprint = read_blueprint(BLUEPRINT).blueprint
    assert blueprint is not None
    invitation = Invitation(address="nieuw@example.nl", about={"title": "Fietsenwinkel Jansen"})

    mail = mail_of(letters_of(blueprint), "nl", invitation, "t0ken", HERE)

    assert mail.to == ["nieuw@example.nl"]
    assert re.search(f"^{HERE}/accounts/invitations/t0ken/$", str(mail.body), re.MULTILINE)
    assert "Fietsenwinkel Jansen" in str(mail.body)


def test_somebody_else_cannot_use_the_token(site: Site, sanne: Person) -> None:
    _, token = to("nieuw@example.nl")
    browser = site.browser()
    browser.sign_in("sanne@example.nl")
    browser.get(f"/accounts/invitations/{token}/")

    page = browser.get("/accounts/invitations/").text
    assert "Uitnodiging aannemen" not in page
    browser.post("/accounts/invitations/", page="/accounts/password/change/")
    assert links_of(sanne) == {}
    assert is_invited("nieuw@example.nl", now())


def test_an_invitation_that_is_over_or_revoked_or_never_was_reads_the_same(site: Site) -> None:
    revoked, first = to("a@example.nl")
    assert revoke(revoked.pk, now(), Noted())
    assert not revoke(revoked.pk, now(), Noted())
    old = datetime(2026, 1, 1, tzinfo=UTC)
    _, second = invite(Invited(address="b@example.nl", purpose="link"), old, Noted())

    answers = [site.browser().get(f"/accounts/invitations/{t}/") for t in (first, second, "x")]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    bodies = {re.sub(r"/accounts/invitations/[^/]+/", "", answer.text) for answer in answers}
    assert len(bodies) == 1
    assert not is_invited("a@example.nl", now())
    assert not is_invited("b@example.nl", now())


def test_whoever_is_not_invited_any_more_gets_no_account(site: Site) -> None:
    invitation, _ = to("weg@example.nl")
    revoke(invitation.pk, now(), Noted())

    site.browser().post("/accounts/login/code/", {"email": "weg@example.nl"})
    assert not Person.objects.filter(email="weg@example.nl").exists()


def test_staff_take_nothing_up(transactional_db: None) -> None:
    mila, _ = enrol("mila@example.nl", staff_roles=("service",), verified=True)
    invitation, _ = to("mila@example.nl")

    assert take_up(invitation.pk, mila, now(), TAKE_UPS, Noted()) is None
    assert links_of(mila) == {}


def test_a_purpose_that_fails_uses_nothing_up(sanne: Person) -> None:
    invitation, _ = to("sanne@example.nl")

    def fails(person: Person, invitation: Invitation, note: Note) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        take_up(invitation.pk, sanne, now(), {"link": fails}, Noted())
    assert is_invited("sanne@example.nl", now())


def test_of_two_at_one_moment_one_succeeds(sanne: Person) -> None:
    invitation, _ = to("sanne@example.nl")
    taken: list[Invitation | None] = []
    together = threading.Barrier(4)

    def take() -> None:
        together.wait()
        taken.append(take_up(invitation.pk, sanne, now(), TAKE_UPS, Noted()))
        connections.close_all()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([one for one in taken if one is not None]) == 1


def test_the_token_is_kept_nowhere(sanne: Person) -> None:
    invitation, token = to("sanne@example.nl")

    assert token not in str(Invitation.objects.filter(pk=invitation.pk).values().get())
    assert len(token) >= 43
    assert now() + timedelta(days=13) < invitation.expires < now() + timedelta(days=15)
    assert not DemoMail.objects.exists()
