"""People move from Azure AD B2C to Entra External ID, and stay who they are: two look-alikes."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from balie.identity.connections.connection import TrustEmail
from balie.identity.linking.moving import Move, Moved, Outcome
from balie.identity.models import Person, ProviderIdentity
from balie.identity.people import close_account, enrol
from tests.identity.conftest import Noted, Site, last_code
from tests.identity.providers.provider import Provider, drops, sets
from tests.identity.providers.test_look_alikes import TENANT, AtItsOwnPlace, b2c, both, preset
from tests.identity.providers.test_signing_in_elsewhere import go

ENTRA = f"https://{TENANT}.ciamlogin.com/{TENANT}/v2.0"


class Parties:
    """The two, for one site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.b2c, old = b2c()
        self.b2c.__class__ = AtItsOwnPlace
        trust = TrustEmail.ALWAYS
        old = replace(old, name="b2c", trust_email=trust, mail_domains=("example.nl",))
        self.entra = Provider(
            issuer=ENTRA, answer=drops("iss"),
            discovery=drops("authorization_response_iss_parameter_supported"),
            claims=both(drops("email_verified"), sets(oid="new-1")),
        )  # fmt: skip
        self.old = old
        self.new = replace(preset("entra-external-id", ENTRA), name="entra", title="Entra")
        site.connect(self.old, self.b2c)
        site.connect(self.new, self.entra)

    def move(
        self, note: Noted, names: dict[str, str] | None = None, *, dry: bool = False
    ) -> Sequence[Moved]:
        return Move(self.old, self.new, names or {}).run(note, dry=dry)


@pytest.fixture
def parties(site: Site) -> Parties:
    site.systems.known["sanne@example.nl"] = {"contact": "c-1"}
    return Parties(site)


def test_by_a_map_the_same_person_comes_by_the_new_party(
    site: Site, sanne: Person, parties: Parties, note: Noted
) -> None:
    go(site.browser(), parties.b2c, "b2c")
    told = parties.move(note, {"o-1": "new-1", "o-unknown": "new-9"})
    assert told == [
        Moved("sanne@example.nl", "o-1", Outcome.MOVED),
        Moved("", "o-unknown", Outcome.NOT_HERE),
    ]
    old, new = site.browser(), site.browser()
    parties.entra.person["email"] = "another@example.nl"  # by the map, not by mail
    go(old, parties.b2c, "b2c")
    go(new, parties.entra, "entra")

    assert new.seen_by_thin == old.seen_by_thin
    assert new.seen_by_thin is not None
    assert new.seen_by_thin["links"] == {"contact": ["c-1"]}
    assert parties.move(note) == [Moved("sanne@example.nl", "o-1", Outcome.THERE)]


def test_without_a_map_they_come_by_mail_once_it_is_proved(
    site: Site, sanne: Person, parties: Parties, note: Noted
) -> None:
    go(site.browser(), parties.b2c, "b2c")
    assert parties.move(note) == [Moved("sanne@example.nl", "o-1", Outcome.BY_MAIL)]
    browser = site.browser()
    page = go(browser, parties.entra, "entra")
    assert "Is dit uw e-mailadres?" in page.text
    asked = browser.post("/accounts/login/code/", {"email": "sanne@example.nl"}, "/accounts/login/")
    browser.post(asked.headers["location"], {"code": last_code("sanne@example.nl")})

    assert browser.seen_by_thin is not None
    assert browser.seen_by_thin["links"] == {"contact": ["c-1"]}
    assert {one.issuer for one in ProviderIdentity.objects.filter(person=sanne)} == {
        parties.old.issuer, ENTRA,
    }  # fmt: skip


def test_a_dry_run_changes_nothing(
    site: Site, sanne: Person, parties: Parties, note: Noted
) -> None:
    go(site.browser(), parties.b2c, "b2c")
    told = parties.move(note, {"o-1": "new-1"}, dry=True)

    assert [one.outcome for one in told] == [Outcome.MOVED]
    assert ProviderIdentity.objects.count() == 1


def test_after_the_end_the_old_party_lets_nobody_in(
    site: Site, sanne: Person, parties: Parties, note: Noted
) -> None:
    before, under_way = site.browser(), site.browser()
    go(before, parties.b2c, "b2c")
    begun = under_way.get("/accounts/with/b2c/").headers["location"]
    move = Move(parties.old, parties.new, {"o-1": "new-1"})
    move.run(note, dry=False)
    assert move.finish(site.logins.seal, note) == 1

    assert before.seen_by_thin is None
    refused = site.browser().get("/accounts/with/b2c/")
    assert refused.status_code == 403
    assert "U logt voortaan anders in" in refused.text
    late = under_way.get(f"/accounts/with/b2c/back/?{parties.b2c.authorise(begun)}")
    assert late.status_code == 403
    assert under_way.seen_by_thin is None
    after = site.browser()
    go(after, parties.entra, "entra")
    assert after.seen_by_thin is not None
    assert after.seen_by_thin["links"] == {"contact": ["c-1"]}


def test_the_domains_and_the_button_lead_to_the_new_party(
    build: object, sanne: Person, note: Noted
) -> None:
    site: Site = build(demo=True, ways=("b2c",))  # type: ignore[operator]
    parties = Parties(site)
    Move(parties.old, parties.new, {}).finish(site.logins.seal, note)

    page = site.browser().get("/accounts/login/").text
    assert "Inloggen met Entra" in page
    browser = site.browser()
    sent = browser.post("/accounts/login/code/", {"email": "wie@example.nl"}, "/accounts/login/")
    assert "/accounts/with/entra/" in sent.text


def test_who_cannot_be_moved_is_told_with_why(
    site: Site, sanne: Person, parties: Parties, note: Noted
) -> None:
    people = [
        enrol(f"{name}@example.nl", verified=name != "loes")[0]
        for name in ("anna", "loes", "mila", "nico")
    ]
    for n, person in enumerate(people):
        ProviderIdentity.objects.create(
            issuer=parties.old.issuer, subject=f"o-{n}", person=person, connection="b2c", why="test"
        )
    ProviderIdentity.objects.create(
        issuer=ENTRA, subject="taken", person=sanne, connection="entra", why="test"
    )
    close_account("anna@example.nl")
    enrol("mila@example.nl", staff_roles=("service",), verified=True)

    told = parties.move(note, {"o-3": "taken"})
    assert [one.outcome for one in told] == [
        Outcome.CLOSED, Outcome.NO_MAIL, Outcome.STAFF, Outcome.TAKEN,
    ]  # fmt: skip
    assert not any(one.outcome.is_well for one in told)
    assert ProviderIdentity.objects.filter(issuer=ENTRA).count() == 1
