"""Who holds this cookie? One table of cases for the judgement, and the readers that feed it."""

import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from django.db import connection

from balie.access.viewer import Visitor
from balie.identity.changes import NOT_COUNTING, READ_FROM
from balie.identity.models import DemoMail, Person, Recognition, ViewerSession
from balie.identity.reader import QUESTION, SignIn, SqliteReader, fingerprint, judge
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
    links=MappingProxyType({"contact": ("k-1",)}),
)

sqlite_only = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="only a file on this machine is remembered"
)


def test_a_sign_in_that_holds_gives_the_visitor() -> None:
    assert judge(GOOD, NOW) == Visitor(
        person="0" * 32,
        email="sanne@example.nl",
        name="Sanne",
        links={"contact": ("k-1",)},
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
        links={"contact": ("k-1",), "company": ("b-9",)},
        is_staff=True,
        staff_roles=frozenset({"service", "returns"}),
    )


@pytest.mark.parametrize("cookie", [None, "", "another", "a cookie'; DROP TABLE person; --"])
def test_any_other_cookie_is_nobody(loop: Loop, sanne: Person, cookie: str | None) -> None:
    complete(sanne, "a cookie", seconds=60)

    assert loop.run(_read(cookie)) is None


@sqlite_only
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


@sqlite_only
def test_who_was_read_before_is_who_is_in_the_file_now(loop: Loop, sanne: Person) -> None:
    complete(sanne, "a cookie", seconds=60)
    reader = loop.run(read_database())

    def name_now() -> str | None:
        visitor = loop.run(reader("a cookie"))
        return None if visitor is None else visitor.name

    seen = [name_now(), name_now()]
    Person.objects.update(name="Sanne Bakker")
    seen += [name_now(), name_now()]
    ViewerSession.objects.all().delete()
    seen += [name_now()]
    complete(sanne, "a cookie", seconds=60)
    seen += [name_now()]
    in_another_process("UPDATE person SET is_active = 0")
    seen += [name_now()]
    loop.run(reader.close())

    new = "Sanne Bakker"
    assert seen == ["Sanne de Wit", "Sanne de Wit", new, new, None, new, None]


@sqlite_only
def test_who_was_read_before_is_signed_in_no_longer_than_agreed(loop: Loop, sanne: Person) -> None:
    complete(sanne, "a cookie", seconds=60)
    moment = time.time()

    async def opened() -> SqliteReader:
        return SqliteReader(Path(connection.settings_dict["NAME"]), now=lambda: moment)

    reader = loop.run(opened())
    assert loop.run(reader("a cookie")) is not None
    assert loop.run(reader("a cookie")) is not None

    moment += 61

    assert loop.run(reader("a cookie")) is None
    loop.run(reader.close())


def in_another_process(write: str) -> None:
    file = str(connection.settings_dict["NAME"])
    script = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"
    )
    subprocess.run([sys.executable, "-c", script, file, write], check=True, timeout=30)


async def _read(cookie: str | None) -> Visitor | None:
    reader = await read_database()
    try:
        return await reader(cookie)
    finally:
        await reader.close()


# ---- what is written to the tables that a sign-in is read from is counted


def test_every_table_that_a_sign_in_is_read_from_is_counted() -> None:
    named = set(re.findall(r"(?:FROM|JOIN) (\w+)", QUESTION))
    assert named == set(READ_FROM)


@sqlite_only
@pytest.mark.django_db
def test_each_kind_of_write_to_them_is_counted() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
        counted = {(table, write) for table, sql in cursor.fetchall() for write in _write_of(sql)}
    assert counted >= {(t, write) for t in READ_FROM for write in ("insert", "update", "delete")}


def _write_of(trigger: str) -> list[str]:
    return re.findall(r"AFTER (insert|update|delete) ON \w+ BEGIN UPDATE sign_in_changes", trigger)


@sqlite_only
def test_what_others_write_leaves_who_somebody_is_and_a_sign_out_counts_at_once(
    loop: Loop, sanne: Person
) -> None:
    complete(sanne, "a cookie", seconds=60)
    read = loop.run(read_database())
    first = loop.run(read("a cookie"))

    DemoMail.objects.create(to=sanne.email, subject="Hello", body="")
    assert loop.run(read("a cookie")) is first, "it was not read anew"

    ViewerSession.objects.all().delete()
    assert loop.run(read("a cookie")) is None
    loop.run(read.close())


@sqlite_only
def test_where_nobody_counts_every_write_counts(loop: Loop, sanne: Person) -> None:
    complete(sanne, "a cookie", seconds=60)
    read = loop.run(read_database())
    assert loop.run(read("a cookie")) is not None
    with connection.cursor() as cursor:
        (trigger,) = cursor.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'sign_in_changes_delete_viewer_session'"
        ).fetchone()
        cursor.execute(NOT_COUNTING[READ_FROM.index("viewer_session") * 3 + 2])
    try:
        ViewerSession.objects.all().delete()
        assert loop.run(read("a cookie")) is None
    finally:
        with connection.cursor() as cursor:
            cursor.execute(trigger)
        loop.run(read.close())
