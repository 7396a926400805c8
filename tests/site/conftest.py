"""The whole site as it runs: rehearsed systems over HTTP, both layers, one browser."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from pytest_django import Settings

from balie.frontstage.rehearsed import Rehearsed
from balie.rehearsal.launch import RehearsedSystem, launched, settings
from balie.site import configuration, demo
from balie.site.bootstrap import Portal, blueprint_of, start, stop
from tests.browser import Browser, Loop

BLUEPRINT = Path(__file__).parents[2] / "blueprints" / "lindeman"


@dataclass
class Running:
    """A running site, and the systems underneath."""

    loop: Loop
    portal: Portal
    systems: Mapping[str, RehearsedSystem]

    def browser(self) -> Browser:
        return Browser(self.loop, self.portal.application)


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.stop()


@pytest.fixture(scope="session")
def systems() -> Iterator[Mapping[str, RehearsedSystem]]:
    with launched(BLUEPRINT, today=date(2026, 11, 22), only_examples=True) as systems:
        yield systems


@pytest.fixture
def run(
    transactional_db: None,
    loop: Loop,
    systems: Mapping[str, RehearsedSystem],
    settings: Settings,
    tmp_path: Path,
) -> Iterator[Callable[..., Running]]:
    """Starts the site of the example; changes of the configuration by name."""
    settings.EMAIL_BACKEND = "balie.identity.outbox.Outbox"
    cache.clear()
    running: list[Portal] = []

    def site(*, in_demo: bool = True, **changes: object) -> Running:
        chosen = replace(_chosen(systems, tmp_path), demo=in_demo, **changes)
        rehearsed = _rehearsed(systems) if in_demo else None
        running.append(loop.run(start(chosen, rehearsed)))
        return Running(loop, running[-1], systems)

    yield site
    for portal in running:
        loop.run(stop(portal))
    for system in systems.values():
        system.reset()


@pytest.fixture
def site(run: Callable[..., Running]) -> Running:
    return run()


@pytest.fixture
def browser(site: Running) -> Browser:
    return site.browser()


def _chosen(systems: Mapping[str, RehearsedSystem], state: Path) -> configuration.Configuration:
    environment = {
        **settings(BLUEPRINT, systems),
        "BALIE_BLUEPRINT": str(BLUEPRINT),
        "BALIE_PRIVATE_SYSTEMS": "127.0.0.1",
        "BALIE_DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}",
        "BALIE_STATE": str(state),
    }
    read = configuration.read(environment)
    configuration.make_key(read)
    return configuration.read(environment)


def _rehearsed(systems: Mapping[str, RehearsedSystem]) -> Rehearsed:
    chosen = configuration.read({"BALIE_BLUEPRINT": str(BLUEPRINT)})
    people = demo.people_of(BLUEPRINT, blueprint_of(chosen))
    demo.enrol_people(BLUEPRINT, people)
    return demo.rehearsed(people, systems)
