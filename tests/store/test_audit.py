"""Nobody changes what was done without its being told: the chain, its guards, its seals."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import msgspec
import pytest
from cryptography.fernet import Fernet
from django.db import DatabaseError, connection, transaction

from balie.backstage.auditing import Line
from balie.store.append_only import guard, leave
from balie.store.audit import Trail, Wanted, entry_of
from balie.store.chain import Seal
from balie.store.models import Audit
from balie.store.stamps import Stamps

KEY, NEWER, STRANGERS = (Fernet.generate_key().decode() for _ in range(3))
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


def trail(*keys: str) -> Trail:
    return Trail(Stamps(keys or (KEY,)), lambda: NOON)


def written(count: int = 6) -> Trail:
    """An audit of six lines."""
    audit = trail()
    for number in range(count):
        audit.add(Line(who="mila", what="looked", about=f"a{number}"), NOON)
    return audit


def told(audit: Trail, *seals: Seal) -> list[tuple[str, int, int]]:
    return [(one.fault.value, one.number, one.until) for one in audit.faults(seals)]


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_lines_are_numbered_and_each_holds_the_digest_of_the_one_before() -> None:
    audit = written()
    rows = list(Audit.objects.order_by("number"))
    assert [row.number for row in rows] == [1, 2, 3, 4, 5, 6]
    assert [row.before for row in rows] == ["", *(row.digest for row in rows[:-1])]
    assert len({row.digest for row in rows}) == 6
    assert told(audit) == []


@pytest.mark.parametrize(
    "column", ["at", "who", "what", "about", "record", "organisation", "more", "before"]
)
def test_a_line_in_which_anything_is_changed_is_told(column: str) -> None:
    audit = written()
    other = NOON + timedelta(microseconds=1) if column == "at" else "other"
    Audit.objects.filter(number=3).update(**{column: other})
    assert ("changed", 3, 3) in told(audit)
    assert {number for _, number, _ in told(audit)} == {3}


@pytest.mark.parametrize(
    ("gone", "found"),
    [
        ([1], [("missing", 1, 1)]),
        ([3], [("missing", 3, 3)]),
        ([2, 3, 4], [("missing", 2, 4)]),
        ([2, 5], [("missing", 2, 2), ("missing", 5, 5)]),
    ],
)
def test_lines_that_are_taken_away_are_told(
    gone: list[int], found: list[tuple[str, int, int]]
) -> None:
    audit = written()
    Audit.objects.filter(number__in=gone).delete()
    assert told(audit) == found


def test_lines_that_changed_places_are_told_with_where_they_belong() -> None:
    audit = written()
    for old, new in ((2, 90), (5, 2), (90, 5)):
        Audit.objects.filter(number=old).update(number=new)
    found = told(audit)
    assert ("moved", 2, 5) in found
    assert ("moved", 5, 2) in found


def test_who_closes_the_gap_by_counting_on_is_told() -> None:
    audit = written()
    Audit.objects.filter(number=3).delete()
    for number in (4, 5, 6):
        Audit.objects.filter(number=number).update(number=number - 1)
    assert ("unlinked", 3, 3) in told(audit)
    assert ("moved", 3, 4) in told(audit)


def test_a_line_made_with_another_key_is_told() -> None:
    audit = written()
    trail(STRANGERS).note("looked", who="mila", about="a7")
    assert told(audit) == [("no key", 7, 7)]


def test_the_end_cannot_be_cut_off_once_there_is_a_seal() -> None:
    audit = written()
    seal = audit.seal()
    Audit.objects.filter(number__gt=4).delete()
    assert told(audit) == [], "without a seal nothing tells of it; docs/limits.md says so"
    assert told(audit, seal) == [("cut", 5, 6)]


def test_an_end_that_was_cut_off_and_written_anew_differs_from_the_seal() -> None:
    audit = written()
    seal = audit.seal()
    Audit.objects.filter(number=6).delete()
    audit.note("looked", who="mila", about="something else")
    assert told(audit, seal) == [("changed", 6, 6)]


def test_an_audit_that_grew_since_its_seals_is_whole() -> None:
    audit = written()
    seals = [audit.seal()]
    audit.note("looked", who="mila")
    seals.append(audit.seal())
    audit.note("looked", who="mila")
    assert told(audit, *seals) == []


def test_a_seal_that_was_changed_does_not_count() -> None:
    audit = written()
    seal = audit.seal()
    fewer = msgspec.structs.replace(seal, heads=())
    assert told(audit, fewer) == [("no seal", 0, 0)]


def test_a_seal_is_the_same_after_it_was_kept_as_json() -> None:
    audit = written()
    kept = msgspec.json.decode(msgspec.json.encode(audit.seal()), type=Seal)
    assert told(audit, kept) == []


def test_after_a_new_key_the_lines_of_before_still_hold_and_follow() -> None:
    written()
    audit = trail(NEWER, KEY)
    audit.note("looked", who="mila")
    assert told(audit) == []
    keys = list(Audit.objects.order_by("number").values_list("key", flat=True))
    assert keys[:6] == [keys[0]] * 6
    assert keys[6] != keys[0]


def test_without_the_key_of_before_its_lines_are_told_and_not_believed() -> None:
    written(2)
    assert told(trail(NEWER)) == [("no key", 1, 1), ("no key", 2, 2)]


def test_what_is_rolled_back_is_not_in_the_audit_and_leaves_no_gap() -> None:
    audit = written(2)
    with transaction.atomic():
        audit.note("looked", who="mila")
        transaction.set_rollback(True)
    audit.note("looked", who="sanne")
    assert list(Audit.objects.order_by("number").values_list("number", "who")) == [
        (1, "mila"), (2, "mila"), (3, "sanne"),
    ]  # fmt: skip
    assert told(audit) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'somebody' WHERE number = 2",
        "UPDATE audit SET number = number + 10",
        "DELETE FROM audit WHERE number = 2",
        "DELETE FROM audit",
        pytest.param(
            "TRUNCATE audit",
            marks=pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has none"),
        ),
    ],
)
def test_the_database_refuses_to_change_or_take_away_lines(statement: str) -> None:
    audit = written()
    with guarded(), pytest.raises(DatabaseError, match="only added to"):
        sql(statement)
    assert told(audit) == []
    assert Audit.objects.count() == 6


def guarded() -> "Guarded":
    return Guarded()


class Guarded:
    """The guards that a migration puts on the table; tests are without, to empty their tables."""

    def __enter__(self) -> None:
        with connection.schema_editor() as editor:
            guard(editor)

    def __exit__(self, *_: object) -> None:
        with connection.schema_editor() as editor:
            leave(editor)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), ["c", "b", "a"]),
        (Wanted(who="mila"), ["b", "a"]),
        (Wanted(about="x"), ["c", "a"]),
        (Wanted(what=["searched"]), ["b"]),
        (Wanted(since=NOON + timedelta(hours=1)), ["c", "b"]),
        (Wanted(until=NOON + timedelta(hours=1)), ["a"]),
        (Wanted(organisation="K-7"), ["c"]),
        (Wanted(organisation="K-8"), []),
    ],
)
def test_lines_are_found_by_who_what_whom_when_and_for_whom(
    wanted: Wanted, found: Sequence[str]
) -> None:
    audit, hour = trail(), timedelta(hours=1)
    audit.add(Line(who="mila", what="looked", about="x", more="a"), NOON)
    audit.add(Line(who="mila", what="searched", more="b"), NOON + hour)
    line = Line(who="sanne", what="accepted", about="x", more="c", organisation="K-7")
    audit.add(line, NOON + 2 * hour)
    assert [row.more for row in audit.lines(wanted)] == found
    assert [row.more for row in audit.every(wanted)] == [*reversed(found)]


def test_an_organisation_is_found_by_a_mark_and_stands_nowhere() -> None:
    trail().note("accepted", who="mila", organisation="K-7")
    row = Audit.objects.get()
    assert len(row.organisation) == 32
    assert "K-7" not in repr(entry_of(row))
    assert [one.who for one in trail(NEWER, KEY).lines(Wanted(organisation="K-7"))] == ["mila"]


def test_several_who_write_at_once_make_no_gap_and_wait_for_nobody_with_postgresql() -> None:
    together, audit = Barrier(4), trail()

    def write(who: str) -> None:
        try:
            together.wait(timeout=10)
            for _ in range(10):
                with transaction.atomic():
                    audit.note("looked", who=who)
                    audit.note("looked", who=who)
                    if connection.vendor == "postgresql":
                        time.sleep(0.01)  # the others write meanwhile, each on a chain of its own
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, "abcd"))
    assert told(audit) == []
    assert Audit.objects.count() == 80
    chains = len(set(Audit.objects.values_list("lane", flat=True)))
    assert chains == 1 if connection.vendor == "sqlite" else 1 < chains <= 5
