"""Who holds this cookie? One table of cases for the judgement, and the readers that feed it."""

import time
from dataclasses import replace
from types import MappingProxyType

import pytest
from django.db import connection

from balie.access.viewer import Visitor
from balie.identity.models import Person, Recognition
from balie.identity.reader import SignIn, fingerprint, judge
from balie.identity.signing_in import complete
from tests.browser import Loop
from tests.identity.conftest import read_database

NOW = 1_800_000_000
GOOD = SignIn(
    person="0" * 32,
    email="sanne@example.nl",
    name="Sanne",
    is_active=True,
    is_staff=False,
    staff_roles=frozenset(),
    password="argon2$...",
    fingerprint=fingerprint("argon2$..."),
    expires=NOW + 1,
    acting_for="c-17",
    links=MappingProxyType({"contact": "k-1"}),
)


def test_a_sign_in_that_holds_gives_the_visitor() -> None:
    assert judge(GOOD, NOW) == Visitor(
        person="0" * 32,
        email="sanne@example.nl",
        name="Sanne",
        links={"contact": "k-1"},
        acting_for="c-17",
    )


@pytest.mark.parametrize(
    "sign_in",
    [
        None,
        replace(GOOD, is_active=False),
        replace(GOOD, expires=NOW),
        replace(GOOD, expires=NOW - 1),
        replace(GOOD, password="argon2$another"),
        replace(GOOD, fingerprint=""),
    ],
    ids=["no row", "closed", "expired now", "expired", "other password", "no fingerprint"],
)
def test_anything_else_gives_nobody(sign_in: SignIn | None) -> None:
    assert judge(sign_in, NOW) is None


def test_what_is_read_from_the_file_is_what_django_wrote(loop: Loop, sanne: Person) -> None:
    Recognition.objects.create(person=sanne, name="contact", key="k-1", why="test")
    Recognition.objects.create(person=sanne, name="company", key="b-9", why="test")
    Person.objects.filter(pk=sanne.pk).update(is_staff=True, staff_roles=["service", "returns"])
    complete(sanne, "a cookie", seconds=60)

    assert loop.run(_read("a cookie")) == Visitor(
        person=sanne.pk.hex,
        email="sanne@example.nl",
        name="Sanne de Wit",
        links={"contact": "k-1", "company": "b-9"},
        is_staff=True,
        staff_roles=frozenset({"service", "returns"}),
    )


@pytest.mark.parametrize("cookie", [None, "", "another", "a cookie'; DROP TABLE person; --"])
def test_any_other_cookie_is_nobody(loop: Loop, sanne: Person, cookie: str | None) -> None:
    complete(sanne, "a cookie", seconds=60)

    assert loop.run(_read(cookie)) is None


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a promise of one machine")
def test_reading_takes_microseconds(loop: Loop, sanne: Person) -> None:
    complete(sanne, "a cookie", seconds=60)

    async def thousand() -> float:
        reader = await read_database()
        began = time.process_time()
        for _ in range(1000):
            await reader("a cookie")
        took = time.process_time() - began
        await reader.close()
        return took

    assert loop.run(thousand()) < 0.2  # 200 us each, on the slowest machine


async def _read(cookie: str | None) -> Visitor | None:
    reader = await read_database()
    try:
        return await reader(cookie)
    finally:
        await reader.close()
