"""Every page in every variant: axe, the Nu Html Checker, and our own checks, without findings.

Scripts are off; at the end each page is opened with them, to see that they change nothing.
"""

import asyncio
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from tests.screens.looking import Plan, Report, every_variant, in_turn, look_at_all
from tests.screens.recorder import LANGUAGES
from tests.screens.screen import Recording, Screen, outline
from tests.screens.texts import Rules
from tests.screens.tools import markup_errors

pytestmark = [pytest.mark.proof, pytest.mark.browser]

CHECKS = (
    "axe",
    "outline",
    "overflow",
    "targets",
    "keyboard",
    "dead links",
    "faults tied to fields",
    "content without scripts",
    "data by itself",
    "state by colour only",
    "edges",
    "forced colours",
    "movement",
    "on paper",
    "labels",
    "texts",
    "policy on content",
    "console",
    "errors of scripts",
    "requests to elsewhere",
)
# Addresses of Django that no page of people's stands at.
NO_PAGES = {
    "accounts/two-step/": "leads to My sign-in",
    "accounts/passkeys/": "leads to My sign-in",
    "accounts/passkeys/enter/": "is asked by a script alone",
    "accounts/mail/<str:token>/": "leads on, without the token",
    "accounts/organisation/invited/<uuid:invitation>/": "only takes a form, and leads back",
    "accounts/organisation/join/": "nobody can ask to join in the example; tests/identity does",
    "accounts/organisation/join/<uuid:asked>/take-back/": "only takes a form, and leads back",
    "accounts/organisation/asked/<uuid:asked>/": "nobody asked; tests/identity looks at it",
    "accounts/representatives/invited/<uuid:invitation>/": "only takes a form, and leads back",
    "accounts/representatives/end/<uuid:representation>/": "only takes a form, and leads back",
    "accounts/with/<slug:name>/logout/": "is told by a program",
    "accounts/with/<slug:name>/revoke/": "is told by a program",
    "accounts/with/<slug:name>/ended/": "is told by a program",
    "staff/acting/stop": "only takes a form, and leads back",
    "staff/looks/<str:key>/act": "only takes a form, and leads on",
    "staff/looks/<str:key>/for": "only takes a form, and leads on",
    "accounts/demo/<str:email>": "only takes a form, and leads on",
    "accounts/two-steps/with/<slug:name>/": "leads on to another party",
    "accounts/email/": "not offered: not found",
    "accounts/signup/": "not offered: not found",
    "accounts/confirm-email/": "leads on: nobody signs up by themselves",
    "staff/": "the same page as without the last stroke",
    "staff/work/<str:item>": "no story has work yet; tests/console looks at it",
}


# The whole matrix takes the better part of an hour on two cores: `make proof-long`.
EVERY_VARIANT = os.environ.get("SCREENS") == "all"


@pytest.fixture(scope="module")
def plan(everything: Recording) -> Plan:
    return every_variant if EVERY_VARIANT else in_turn(everything.screens)


@pytest.fixture(scope="module")
def report(everything: Recording, rules: Rules, plan: Plan) -> Report:
    found = asyncio.run(look_at_all(everything, rules, plan))
    kept = Path("var/screens/findings.txt")
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text("\n".join(map(str, sorted(found.findings))) + "\n")
    return found


def test_no_link_leads_nowhere(everything: Recording) -> None:
    assert everything.dead == []


def test_every_route_of_the_story_was_seen_in_every_language(everything: Recording) -> None:
    seen = {(screen.route, screen.language) for screen in everything.screens}
    wanted = {(route, language) for route in everything.routes for language in LANGUAGES}
    assert wanted <= seen


def test_every_page_of_django_was_seen(everything: Recording) -> None:
    seen = {_pattern(screen.path) for screen in everything.screens}
    pages = {one for one in _patterns(get_resolver()) if not one.startswith("_allauth/")}
    assert pages - seen == set(NO_PAGES)  # what starts so is for programs


def test_every_situation_was_seen(everything: Recording) -> None:
    seen = Counter(screen.situation for screen in everything.screens)
    assert {
        "all is well",
        "everything off, first visit",
        "nothing there",
        "a mistake of ours",
        "searched and sorted",
        "cannot be sorted so",
    } <= set(seen)
    assert {"erp off", "crm off", "carrier off", "our database is away"} <= set(seen)
    assert any(situation.endswith("off, never seen") for situation in seen)
    statuses = {screen.served.status for screen in everything.screens}
    assert {200, 400, 403, 404, 405, 422, 429, 500, 503} <= statuses


def test_the_markup_has_no_errors(everything: Recording) -> None:
    assert [(screen.name, says) for screen, says in markup_errors(everything.screens)] == []


def test_pages_of_one_person_have_different_titles(everything: Recording) -> None:
    assert twins(everything.screens) == []


@pytest.mark.parametrize("check", CHECKS)
def test_nothing_is_found(report: Report, check: str) -> None:
    assert report.of(check) == []


def test_no_check_is_forgotten(report: Report, everything: Recording, plan: Plan) -> None:
    assert {finding.check for finding in report.findings} <= set(CHECKS)
    pages = len(everything.screens)
    planned = [plan(screen) for screen in everything.screens]
    assert report.looks == sum(len(one.variants) for one in planned)
    print(  # noqa: T201
        f"\nscreens: {pages} pages, {report.looks} looks,"
        f" {sum(len(one.walks) for one in planned)} keyboard walks,"
        f" {len(report.findings)} findings"
    )


def twins(screens: Iterable[Screen]) -> list[str]:
    """Titles that two pages of one person have, while their addresses differ.

    A page of which nothing is known yet can't say what it is about. Whether it is still the same
    person is one question, with several ways to answer it.
    """
    addresses = defaultdict(set)
    for screen in screens:
        told = not screen.situation.endswith(("never seen", "first visit"))
        if told and screen.served.status == 200 and "?" not in screen.address:
            title = outline(screen.html).title
            addresses[screen.who, screen.language, screen.situation, title].add(screen.address)
    for same in addresses.values():
        same -= {address for address in same if address.endswith(("/again/", "/reauthenticate/"))}
    return [f"{key}: {sorted(same)}" for key, same in addresses.items() if len(same) > 1]


def _patterns(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for one in resolver.url_patterns:
        here = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield here
        else:
            yield from _patterns(one, here)


def _pattern(path: str) -> str:
    if not path.startswith(("/accounts/", "/staff")):
        return path
    try:
        return str(resolve(path).route)
    except Resolver404:
        return path
