"""The service desk's pages, with something stuck: on a phone, and on a desk in the dark."""

import asyncio
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.running import portal
from tests.screens import desk
from tests.screens.looking import Looks, Variant, look_at_all
from tests.screens.recorder import recorder_of
from tests.screens.screen import Recording
from tests.screens.texts import Rules
from tests.screens.tools import markup_errors

pytestmark = [pytest.mark.browser, pytest.mark.proof]

VARIANTS = (Variant(320, 640), Variant(1280, 900, "dark"))
WALK = (Variant(390, 844),)


@pytest.fixture(scope="module")
def recorded(tools: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    with (
        portal(tmp_path_factory.mktemp("desk")) as running,
        closing(recorder_of(running)) as recorder,
    ):
        desk.something_stuck(recorder)
        for language in ("nl", "en"):
            desk.record(recorder, "mila@example.nl", language)
        yield recorder.recording


def test_nothing_is_found_on_the_desks_pages(recorded: Recording, rules: Rules) -> None:
    report = asyncio.run(look_at_all(recorded, rules, lambda _: Looks(VARIANTS, WALK)))
    assert report.looks == len(recorded.screens) * len(VARIANTS)
    found = sorted(map(str, report.findings))
    assert found == [], "\n".join(found)


def test_the_markup_has_no_errors(recorded: Recording) -> None:
    found = [f"{screen.name}: {says}" for screen, says in markup_errors(recorded.screens)]
    assert found == [], "\n".join(found)
