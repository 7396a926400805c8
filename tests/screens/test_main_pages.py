"""One customer's pages, signing in and the staff's, in Dutch: the part that is quick enough."""

import asyncio

import pytest

from tests.screens.looking import Looks, Variant, look_at_all
from tests.screens.screen import Recording
from tests.screens.texts import Rules

pytestmark = pytest.mark.browser

PAGES = 14
VARIANTS = (Variant(320, 640), Variant(1280, 900, "dark"))
WALK = (Variant(390, 844),)


def test_nothing_is_found_on_the_main_pages(quick: Recording, rules: Rules) -> None:
    step = len(quick.screens) // PAGES
    some = quick.only(*quick.screens[::step][:PAGES])
    report = asyncio.run(look_at_all(some, rules, lambda _: Looks(VARIANTS, WALK)))

    assert report.looks == PAGES * len(VARIANTS)
    found = sorted(map(str, report.findings))
    assert not found, "\n".join(found)


def test_no_link_leads_nowhere(quick: Recording) -> None:
    assert quick.dead == []
