"""The whole site as it runs: rehearsed systems over HTTP, both layers, one browser."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from pytest_django import DjangoDbBlocker, Settings

from balie.blueprint.model import Blueprint
from balie.frontstage.rehearsed import Rehearsed
from balie.rehearsal.launch import RehearsedSystem, launched, settings
from balie.site import configuration, demo
from balie.site.blueprints import Checked, checked
from balie.site.bootstrap import Portal, start, stop
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
    people: None,
    loop: Loop,
    systems: Mapping[str, RehearsedSystem],
    found: Checked,
    tmp_path: Path,
) -> Iterator[Callable[..., Running]]:
    """Starts a site of its own, that remembers nothing."""
    running: list[Portal] = []

    def site(
        *,
        in_demo: bool = True,
        database: Path | None = None,
        found: Checked = found,
        **changes: object,
    ) -> Running:
        chosen = replace(_chosen(systems, tmp_path), demo=in_demo, **changes)
        if database is not None:  # a file without any table
            database.touch()
            chosen = replace(chosen, database_url=f"sqlite:///{database}")
        rehearsed = _rehearsed(found.blueprint, systems) if in_demo else None
        running.append(loop.run(start(found, chosen, rehearsed)))
        return Running(loop, running[-1], systems)

    yield site
    for portal in running:
        loop.run(stop(portal))
    for system in systems.values():
        system.reset()


@pytest.fixture(scope="session")
def portal(
    django_db_setup: None,
    loop: Loop,
    systems: Mapping[str, RehearsedSystem],
    found: Checked,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Portal]:
    """One site for all tests that leave the systems alone."""
    chosen = _chosen(systems, tmp_path_factory.mktemp("state"))
    with django_db_blocker.unblock():  # it keeps which version it runs
        portal = loop.run(
            start(found, replace(chosen, demo=True), _rehearsed(found.blueprint, systems))
        )
    yield portal
    with django_db_blocker.unblock():
        loop.run(stop(portal))


@pytest.fixture(scope="session")
def found() -> Checked:
    return checked(BLUEPRINT)


@pytest.fixture(scope="session")
def blueprint(found: Checked) -> Blueprint:
    return found.blueprint


@pytest.fixture
def people(transactional_db: None, settings: Settings, blueprint: Blueprint) -> None:
    """The people of the demo, who are taken away after each test, and what they did."""
    settings.EMAIL_BACKEND = "balie.identity.outbox.Outbox"
    cache.clear()
    demo.enrol_people(BLUEPRINT, demo.people_of(BLUEPRINT, blueprint))


@pytest.fixture
def site(
    people: None, loop: Loop, portal: Portal, systems: Mapping[str, RehearsedSystem]
) -> Running:
    return Running(loop, portal, systems)


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


def _rehearsed(blueprint: Blueprint, systems: Mapping[str, RehearsedSystem]) -> Rehearsed:
    return demo.rehearsed(demo.people_of(BLUEPRINT, blueprint), systems)
