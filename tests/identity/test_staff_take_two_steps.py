"""Outside a demo nobody works with one step: no page of staff opens before the second."""

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.urls import URLPattern, get_resolver

from balie.console.urls import urlpatterns
from balie.identity.models import Person
from balie.identity.people import enrol, reset_second_step
from balie.store.models import Audit
from tests.browser import PASSWORD
from tests.identity.conftest import Site
from tests.identity.test_second_steps import ENTER, connect

NEEDED = "/accounts/two-step/needed/"


@pytest.fixture
def mila(transactional_db: None) -> Person:
    person, _ = enrol("mila@example.nl", name="Mila", staff_roles=("service",), verified=True)
    person.set_password(PASSWORD)
    person.save()
    return person


@pytest.fixture
def real(build: Callable[..., Site]) -> Site:
    return build(demo=False)


def of_staff() -> list[str]:
    """Every address of staff, with something in the place of what is looked up."""
    patterns = [str(one.pattern) for one in urlpatterns if isinstance(one, URLPattern)]
    assert len(patterns) > 5
    assert get_resolver().resolve("/staff")
    filled = [part.replace("<str:", "<").replace("<slug:", "<") for part in patterns]
    return ["/staff" + "".join(_without_names(one)) for one in filled]


def _without_names(pattern: str) -> str:
    return "/".join("x" if part.startswith("<") else part for part in pattern.split("/"))


def test_every_page_of_staff_waits_for_the_second_step(real: Site, mila: Person) -> None:
    browser = real.browser()
    assert browser.sign_in(mila.email).status_code == 302
    for address in of_staff():
        for answer in (browser.get(address), browser.post(address, page=NEEDED)):
            assert answer.status_code == 302, address
            assert answer.headers["location"].startswith(NEEDED), address
    page = browser.get(NEEDED)
    assert page.status_code == 200
    assert "Passkey maken" in page.text
    assert "App koppelen" in page.text


def test_with_an_app_it_opens_and_at_the_next_sign_in_it_is_asked(real: Site, mila: Person) -> None:
    browser = real.browser()
    browser.sign_in(mila.email)
    app = connect(browser)
    assert len(app.recovery) == 10
    assert browser.get("/staff").status_code == 200

    again = real.browser()
    assert again.sign_in(mila.email).headers["location"] == ENTER
    assert again.get("/staff").status_code == 404
    again.post(ENTER, {"code": app.code(1)})
    assert again.get("/staff").status_code == 200


def test_for_a_customer_there_is_no_page_of_staff_at_all(real: Site, sanne: Person) -> None:
    browser = real.browser()
    browser.sign_in(sanne.email)
    assert {browser.get(address).status_code for address in of_staff()} <= {404, 405}


def test_a_second_step_that_is_lost_is_reset_and_noted(real: Site, mila: Person) -> None:
    browser = real.browser()
    browser.sign_in(mila.email)
    connect(browser)
    said: list[tuple[str, str]] = []

    def note(what: str, *, who: str, about: str = "", **_more: str) -> None:
        said.append((what, about))

    assert reset_second_step("nobody@example.nl", note) is None
    assert reset_second_step(mila.email, note) == 2
    assert said == [("second step reset", mila.pk.hex)]
    assert not Authenticator.objects.exists()
    assert browser.seen_by_thin is None
    new = real.browser()
    new.sign_in(mila.email)
    assert new.get("/staff").headers["location"].startswith(NEEDED)
    noted = Audit.objects.filter(about=mila.pk.hex).values_list("what", "more")
    assert ("second step added", "totp") in list(noted)
