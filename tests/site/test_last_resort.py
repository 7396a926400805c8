"""When our own database or the mail server is away, people still read words and a number."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings

from balie.backstage.ports import IncidentKind
from tests.browser import Browser
from tests.site.conftest import Running


def test_staff_are_told_of_a_page_that_failed(run: Callable[..., Running], tmp_path: Path) -> None:
    site = run(database=tmp_path / "without.db")
    browser = site.browser()
    browser.cookies.set("balie", "any", domain="127.0.0.1")
    browser.get("/bestellingen")

    (noted,) = site.portal.incidents.noted()
    assert noted.about.kind is IncidentKind.FAILED
    assert noted.about.about.startswith("OperationalError at reader.py")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_without_the_database_every_page_says_so_in_words(
    run: Callable[..., Running], tmp_path: Path, language: str
) -> None:
    browser = run(database=tmp_path / "without.db").browser()
    browser.cookies.set("balie", "any", domain="127.0.0.1")
    page = browser.get("/bestellingen", headers={"accept-language": language})

    assert (page.status_code, page.headers["retry-after"]) == (503, "30")
    assert f'<html lang="{language}"' in page.text
    assert "030 - 555 01 23" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_program_gets_the_same_as_json(run: Callable[..., Running], tmp_path: Path) -> None:
    browser = run(database=tmp_path / "without.db").browser()
    browser.cookies.set("balie", "any", domain="127.0.0.1")
    answer = browser.get("/bestellingen", headers={"accept": "application/json"})

    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 503


def test_who_cannot_sign_in_reads_what_the_blueprint_says_and_nothing_is_logged_of_them(
    browser: Browser, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with caplog.at_level(logging.DEBUG):
        answer = browser.post("/accounts/login/code/", {"email": "sanne@example.nl"})

    assert answer.status_code == 503
    assert "U kunt nu niet inloggen. Uw bestelling loopt gewoon door." in answer.text
    assert "ConnectionRefusedError" in caplog.text
    assert "sanne" not in caplog.text.lower()
