"""Pages of staff: who a customer is to the systems, taking a link away, and letters with a code."""

import csv
import io
import re

import pytest

from balie.identity.linking.links import Why, link, links_of
from balie.identity.models import LetterCode, Person, Recognition
from balie.store.models import Audit
from tests.browser import Browser
from tests.identity.conftest import Noted, Site
from tests.identity.test_administering import ada as ada
from tests.identity.test_administering import somebody

FIND, LETTERS = "/accounts/known/", "/accounts/letters/"


@pytest.fixture
def known(sanne: Person, note: Noted) -> Person:
    """Sanne, with two numbers, and one that she had."""
    link(sanne, "contact", "c-1", Why.MAIL, note)
    link(sanne, "contact", "c-2", Why.CLAIM, note, connection="acme", claim="nr")
    link(sanne, "customer", "10085", Why.LETTER, note)
    Recognition.objects.filter(name="customer").update(ended=sanne.since)
    return sanne


def of(person: Person) -> str:
    return f"{FIND}{person.pk.hex}/"


def told(what: str) -> list[tuple[str, str, str]]:
    """About whom, which record, why."""
    lines = Audit.objects.filter(what=what).order_by("id")
    return list(lines.values_list("about", "record", "more"))


def test_one_reads_what_a_customer_is_and_how_it_came(ada: Browser, known: Person) -> None:
    found = ada.post(FIND, {"email": " Sanne@Example.nl "})
    assert (found.status_code, found.headers["location"]) == (302, of(known))
    page = ada.get(of(known)).text
    order = [page.index(key) for key in (">c-2<", ">c-1<", ">10085<")]
    assert order == sorted(order)  # what is over comes last
    assert "het e-mailadres, bij de eerste keer inloggen" in page
    assert "wat een andere partij zegt (<bdi>acme</bdi>)" in page
    assert page.count('name="link"') == 2
    assert told("looked at links") == [(known.pk.hex, "", "")]


def test_taking_a_link_away_asks_why_and_counts_at_the_next_page(
    site: Site, ada: Browser, known: Person
) -> None:
    customer = site.browser()
    customer.sign_in(known.email)
    row = str(Recognition.objects.get(key="c-1").pk)
    asked = ada.post(of(known), {"link": row})
    assert "De klant vroeg erom" in asked.text
    assert ada.post(of(known), {"link": row, "asked": "yes", "why": "x"}).status_code == 422
    assert links_of(known) == {"contact": ("c-1", "c-2")}

    gone = ada.post(of(known), {"link": row, "asked": "yes", "why": "wrong"})

    assert (gone.status_code, gone.headers["location"]) == (302, f"{of(known)}?done=unlinked")
    seen = customer.seen_by_thin
    assert seen is not None
    assert seen["links"] == {}  # that of a claim counts in sign-ins by that party alone
    assert told("unlinked") == [(known.pk.hex, "contact c-1", "wrong")]
    assert "De koppeling is weg" in ada.get(gone.headers["location"]).text
    looked = customer.get("/accounts/looked/").text
    assert "Haalde een koppeling van u weg" in looked
    assert "c-1" not in looked


def test_only_a_link_that_holds_and_is_theirs_can_go(ada: Browser, known: Person) -> None:
    over = str(Recognition.objects.get(name="customer").pk)
    other = somebody("bram")
    for one in ("", "0", "-1", "x", "9" * 30, "١", over):
        answer = ada.post(of(known), {"link": one, "why": "asked"}, FIND)
        assert answer.status_code == 404
    theirs = str(Recognition.objects.get(key="c-1").pk)
    assert ada.post(of(other), {"link": theirs, "why": "asked"}, FIND).status_code == 404
    assert told("unlinked") == []


def test_nobody_and_staff_are_no_customers(ada: Browser) -> None:
    missing = ada.post(FIND, {"email": ""})
    assert (missing.status_code, "Vul een e-mailadres in" in missing.text) == (422, True)
    for mail in ("nobody@example.nl", "ada@example.nl"):
        answer = ada.post(FIND, {"email": mail})
        assert (answer.status_code, "Geen klant logt hier in" in answer.text) == (422, True)
    for person in ("x", "0" * 32, Person.objects.get(email="ada@example.nl").pk.hex):
        assert ada.get(f"{FIND}{person}/").status_code == 404


def test_for_everybody_else_these_pages_are_not_there(site: Site, known: Person) -> None:
    for who in (somebody("eva"), somebody("mila", "service")):
        browser = site.browser()
        browser.sign_in(who.email)
        for address in (FIND, of(known), LETTERS):
            assert browser.get(address).status_code == 404
            posted = browser.post(address, {"link": "1", "why": "asked"}, "/accounts/logout/")
            assert posted.status_code == 404
    assert links_of(known) == {"contact": ("c-1", "c-2")}


def test_a_customer_is_signed_out_everywhere_at_once(
    site: Site, ada: Browser, sanne: Person
) -> None:
    assert "Nergens." in ada.get(of(sanne)).text
    browsers = [site.browser(), site.browser()]
    for browser in browsers:
        browser.sign_in(sanne.email)
    assert "Op 2 apparaten." in ada.get(of(sanne)).text
    done = ada.post(of(sanne), {"do": "sign_out"})
    assert "overal uitgelogd" in ada.get(done.headers["location"]).text
    for browser in browsers:
        assert browser.seen_by_thin is None
        assert not browser.seen_by_django
    assert told("signed out by staff") == [(sanne.pk.hex, "", "")]
    browsers[0].sign_in(sanne.email)  # the account stays open
    assert "Logde u overal uit" in browsers[0].get("/accounts/looked/").text


# ---- letters


def test_letters_are_printed_once_and_a_code_makes_known(
    site: Site, ada: Browser, sanne: Person
) -> None:
    made = ada.post(LETTERS, {"numbers": "10085\n99999, 10085", "as": "page"})
    assert made.status_code == 200
    assert "no-store" in made.headers["cache-control"]
    assert "<h1>1 brief</h1>" in made.text
    assert "Kersenlaan 12" in made.text
    assert "http://127.0.0.1:8000/accounts/activate/" in made.text
    assert "99999</bdi>: niemand heeft dit nummer" in made.text
    code = re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", made.text)
    assert code is not None
    by = Person.objects.get(email="ada@example.nl").pk.hex
    assert LetterCode.objects.get().by == by
    assert code[0] not in str(list(Audit.objects.values()))

    customer = site.browser()
    customer.sign_in(sanne.email)
    filled = {"number": "10085", "postcode": "3512 AB", "code": code[0]}
    assert customer.post("/accounts/activate/", filled).status_code == 302
    assert list(links_of(sanne)) == ["contact"]


def test_letters_are_a_file_for_the_printer(ada: Browser) -> None:
    made = ada.post(LETTERS, {"numbers": "10085", "as": "csv"})
    assert made.headers["content-type"] == "text/csv; charset=utf-8"
    assert made.headers["content-disposition"] == 'attachment; filename="letters.csv"'
    (row,) = csv.DictReader(io.StringIO(made.content.decode("utf-8-sig")))
    assert (row["lastName"], row["postcode"]) == ("Visser", "3512 AB")
    assert row["address"] == "http://127.0.0.1:8000/accounts/activate/"
    assert re.fullmatch(r"[0-9A-Z]{5}-[0-9A-Z]{5}", row["code"])


def test_a_letter_that_is_lost_ends(ada: Browser) -> None:
    ada.post(LETTERS, {"numbers": "10085", "as": "page"})
    page = ada.post(LETTERS, {"do": "revoke", "number": "10085"}).text
    assert "De brief werkt niet meer." in page
    assert LetterCode.objects.get().revoked is not None
    assert [record.partition(" ")[0] for _, record, _ in told("took a letter back")] == ["contact"]
    again = ada.post(LETTERS, {"do": "revoke", "number": "10085"}).text
    assert "geen brief open" in again


WRONG: tuple[tuple[dict[str, str], int, str], ...] = (
    ({"numbers": " , "}, 422, "Vul een klantnummer in"),
    ({"numbers": "9" * 41}, 422, "Dit is geen klantnummer"),
    ({"numbers": ",".join(map(str, range(51)))}, 422, "Hooguit 50 brieven"),
    ({"do": "revoke", "number": ""}, 422, "Vul een klantnummer in"),
    ({"numbers": "10085", "name": "company"}, 404, ""),
)


def test_what_is_wrong_is_told_and_nothing_is_made(ada: Browser) -> None:
    for said, status, words in WRONG:
        answer = ada.post(LETTERS, said)
        assert (answer.status_code, words in answer.text) == (status, True), said
    assert not LetterCode.objects.exists()


def test_while_the_system_is_away_no_letter_is_made(site: Site, ada: Browser) -> None:
    site.crm.down = True
    answer = ada.post(LETTERS, {"numbers": "10085"})
    assert (answer.status_code, "Er is niets gemaakt" in answer.text) == (503, True)
    assert "10085" in answer.text  # what was filled in stays
    assert not LetterCode.objects.exists()
