"""A claim of a party says who somebody is to the systems: read again at each sign-in."""

import pytest

from balie.identity.connections.claims import Said, said_of
from balie.identity.linking.links import Why, link, links_of
from balie.identity.models import Person, Recognition
from balie.store.models import Audit
from tests.browser import Browser
from tests.identity.conftest import Noted, Site, last_code
from tests.identity.providers.provider import Provider, connection, drops, sets
from tests.identity.providers.test_signing_in_elsewhere import go

CLAIMS = {"contact": "customer_id"}


@pytest.fixture
def acme(site: Site) -> Provider:
    provider = Provider()
    site.connect(connection(claims=CLAIMS), provider)
    return provider


def links(browser: Browser) -> object:
    assert browser.seen_by_thin is not None
    return browser.seen_by_thin["links"]


@pytest.mark.parametrize(
    ("raw", "values"),
    [
        ("c-1", ("c-1",)),
        (" c-1 ", ("c-1",)),
        (10085, ("10085",)),
        (["c-1", "c-2", "c-1"], ("c-1", "c-2")),
        (["c-1", None, {"a": 1}, True, ""], ("c-1",)),
        ({"id": "c-1"}, ()),
        (True, ()),
        (1.5, ()),
        ("", ()),
        ("c\n1", ()),
        ("c" * 201, ()),
    ],
)
def test_a_claim_is_a_text_a_number_or_a_list_of_those(
    raw: object, values: tuple[str, ...]
) -> None:
    said = said_of(CLAIMS, (("ID token", {"customer_id": raw}),))
    assert said == {"contact": Said("customer_id", values, "ID token")}


def test_it_is_told_of_which_document_it_is() -> None:
    token, about = {"sub": "s-1"}, {"customer_id": "c-2"}
    documents = (("ID token", token), ("userinfo", about))
    assert said_of(CLAIMS, documents)["contact"] == Said("customer_id", ("c-2",), "userinfo")
    own = (("ID token", {"customer_id": "c-1"}), ("userinfo", about))
    assert said_of(CLAIMS, own)["contact"].values == ("c-1",)
    assert said_of(CLAIMS, (("ID token", token),))["contact"] == Said("customer_id")


def test_a_claim_links_changes_and_goes_away(site: Site, sanne: Person, acme: Provider) -> None:
    site.systems.known["sanne@example.nl"] = {"contact": "by-mail"}
    acme.claims = sets(customer_id="c-1")
    browser = site.browser()
    go(browser, acme)
    assert links(browser) == {"contact": ["c-1"]}  # before the mail address is asked about

    acme.claims = sets(customer_id=["c-2", "c-3"])
    go(browser, acme)
    assert links(browser) == {"contact": ["c-2", "c-3"]}

    acme.claims = drops("customer_id")
    go(browser, acme)
    assert links(browser) == {}
    lines = Audit.objects.filter(record__startswith="contact").values_list("what", "more", "record")
    assert sorted(lines) == [
        ("linked", "claim of a party", "contact c-1"),
        ("linked", "claim of a party", "contact c-2"),
        ("linked", "claim of a party", "contact c-3"),
        ("unlinked", "acme says customer_id no more", "contact c-1"),
        ("unlinked", "acme says customer_id no more", "contact c-2"),
        ("unlinked", "acme says customer_id no more", "contact c-3"),
    ]


def test_what_a_party_says_counts_in_sign_ins_with_it_alone(
    site: Site, sanne: Person, acme: Provider
) -> None:
    acme.claims = sets(customer_id="c-1")
    by_acme, locally = site.browser(), site.browser()
    go(by_acme, acme)
    locally.sign_in("sanne@example.nl")

    assert links(by_acme) == {"contact": ["c-1"]}
    assert links(locally) == {}


def test_other_links_stay_when_a_claim_goes(
    site: Site, sanne: Person, acme: Provider, note: Noted
) -> None:
    link(sanne, "contact", "c-7", Why.LETTER, note)
    acme.claims = sets(customer_id=["c-1", "c-7"])
    browser = site.browser()
    go(browser, acme)
    assert links(browser) == {"contact": ["c-1", "c-7"]}

    acme.claims = drops("customer_id")
    go(browser, acme)
    assert links(browser) == {"contact": ["c-7"]}


def test_somebody_whom_no_system_knows_by_mail_is_known_by_a_claim(
    site: Site, acme: Provider
) -> None:
    acme.claims = sets(customer_id="c-1", email="nieuw@example.nl")
    browser = site.browser()
    go(browser, acme)

    assert links(browser) == {"contact": ["c-1"]}


def test_an_address_that_is_not_proved_waits_for_a_code(site: Site, acme: Provider) -> None:
    acme.claims = sets(customer_id="c-1", email="nieuw@example.nl", email_verified=False)
    browser = site.browser()
    page = go(browser, acme)
    assert "Is dit uw e-mailadres?" in page.text
    assert not Recognition.objects.exists()
    asked = browser.post("/accounts/login/code/", {"email": "nieuw@example.nl"}, "/accounts/login/")
    browser.post(asked.headers["location"], {"code": last_code("nieuw@example.nl")})

    assert links(browser) == {"contact": ["c-1"]}


def test_a_claim_of_somebody_else_at_the_party_gives_this_person_nothing(
    site: Site, sanne: Person, acme: Provider
) -> None:
    acme.claims = sets(customer_id="c-1")
    go(site.browser(), acme)
    acme.person["sub"] = "s-2"
    acme.claims = sets(customer_id="c-9")
    assert go(site.browser(), acme).status_code == 403

    assert links_of(sanne) == {"contact": ("c-1",)}
