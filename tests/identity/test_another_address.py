"""Another address to sign in with: guarded, told to the old one, and an end to it elsewhere."""

import re

from balie.identity.models import DemoMail, Person
from balie.identity.people import enrol
from balie.store.models import Audit
from tests.browser import PASSWORD, Browser
from tests.identity.conftest import Site

PAGE, NEW = "/accounts/address/", "nieuw@example.nl"


def ask(browser: Browser, address: str) -> dict[str, str]:
    """Asks for codes; what the page wants back."""
    page = browser.post(PAGE, {"email": address})
    assert page.status_code == 200, page.text
    token = re.search(r'name="form" value="([\w-]+)"', page.text)
    assert token
    return {"email": address, "form": token[1]}


def code_to(address: str) -> str:
    found = re.search(r"^\d{8}$", DemoMail.objects.filter(to=address)[0].body, re.MULTILINE)
    assert found
    return found[0]


def test_an_address_changes_with_a_password_and_a_code(site: Site, sanne: Person) -> None:
    here, elsewhere = site.browser(), site.browser()
    for one in (here, elsewhere):
        one.sign_in(sanne.email)
    form = ask(here, NEW)
    wrong = here.post(PAGE, form | {"proof": "iets anders", "code": "00000000"})
    assert wrong.status_code == 422
    assert wrong.text.count('aria-invalid="true"') == 2
    done = here.post(PAGE, form | {"proof": PASSWORD, "code": code_to(NEW)})

    assert done.headers["location"] == "/accounts/"
    assert NEW in here.get("/accounts/").text
    assert here.seen_by_thin is not None
    assert elsewhere.seen_by_thin is None
    assert "met een ander adres" in DemoMail.objects.filter(to="sanne@example.nl")[0].subject
    assert list(Audit.objects.filter(what="address changed").values_list("about", "more")) == [
        (sanne.pk.hex, "")
    ]
    assert site.browser().sign_in(NEW).status_code == 302
    assert site.browser().sign_in("sanne@example.nl").status_code == 422


def test_an_address_of_somebody_else_is_not_taken(site: Site, sanne: Person) -> None:
    other, _ = enrol("bram@example.nl", verified=True)
    browser = site.browser()
    browser.sign_in(sanne.email)
    form = ask(browser, other.email)
    taken = browser.post(PAGE, form | {"proof": PASSWORD, "code": code_to(other.email)})
    assert taken.status_code == 422
    assert "logt al iemand anders in" in taken.text
    sanne.refresh_from_db()
    assert sanne.email == "sanne@example.nl"
