"""T13: whatever a provider does wrong, nobody is signed in, and it is said in words."""

import logging

import pytest

from balie.identity.connections.connection import well_known
from balie.identity.connections.refusals import EXPLAINED, Check, Reading, Refused
from balie.identity.connections.relying_party import ForgotPassword
from balie.identity.models import Person, ProviderIdentity, ViewerSession
from tests.browser import Browser
from tests.identity.conftest import Site, logins_with
from tests.identity.providers.provider import ISSUER, Provider, connection, query_of
from tests.identity.providers.wrongs import WRONGS, Wrong

AT_THE_DOOR = {Check.NO_MAIL, Check.UNKNOWN_PERSON}
"""Refused when we look for the person: the provider itself did nothing wrong."""


def test_there_are_more_than_sixty_ways_to_be_wrong() -> None:
    assert len(WRONGS) > 60


@pytest.mark.parametrize("name", [n for n, w in WRONGS.items() if w.check not in AT_THE_DOOR])
async def test_each_is_refused_for_its_own_reason(name: str) -> None:
    wrong, provider, acme = WRONGS[name], Provider(), connection()
    party = logins_with({"acme": provider}).party
    wrong.does(provider)

    async def sign_in() -> None:
        journey, address = await party.begin(acme)
        await party.finish(acme, journey, query_of(provider.authorise(address)))

    with pytest.raises((Refused, ForgotPassword)) as refused:
        await sign_in()
    if isinstance(refused.value, Refused):
        assert refused.value.check is wrong.check
    else:
        assert name.startswith("a password forgotten")


def test_no_browser_is_signed_in_by_any_of_them_and_each_gets_words(
    site: Site, sanne: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    for number, (name, wrong) in enumerate(WRONGS.items()):
        provider, at = Provider(), well_known(ISSUER)
        site.connect(connection(discovery=f"{at}?{number}"), provider)  # so that none is kept
        wrong.does(provider)
        _refused_in_words(site, name, wrong, provider, caplog)
    assert not ViewerSession.objects.exists()
    assert not ProviderIdentity.objects.exists()


def _refused_in_words(
    site: Site, name: str, wrong: Wrong, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    browser: Browser = site.browser()
    caplog.clear()
    answer = browser.get("/accounts/with/acme/")
    if answer.status_code == 302:
        back = provider.authorise(answer.headers["location"])
        answer = browser.get(f"/accounts/with/acme/back/?{back}")
    assert answer.status_code in (400, 403, 503), (name, answer.status_code, answer.text)
    assert "Noem dan dit nummer: " in answer.text, name
    assert "<script>1" not in answer.text, name
    assert browser.seen_by_thin is None, name
    told = [r.getMessage() for r in caplog.records if r.name == "balie.identity.pages.elsewhere"]
    assert len(told) == 1, (name, told)
    assert f"was refused: {wrong.check.value}, number" in told[0], name
    assert "sanne" not in told[0], name


def test_every_check_is_explained_to_staff() -> None:
    assert set(EXPLAINED) == set(Check)
    assert all(what and mend for what, mend in EXPLAINED.values())
    assert {Refused(check).reading for check in Check} == set(Reading)
