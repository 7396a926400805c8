"""The oldest lines of the audit go into a file, and what stays is proved as before."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography.fernet import Fernet
from django.db import DatabaseError, connection

from balie.backstage.auditing import Line
from balie.store.append_only import guard, leave
from balie.store.archiving import Archiving, NotAsItWas, lines_of
from balie.store.audit import Trail, archives
from balie.store.chain import Entry, Seal, chained
from balie.store.models import Audit, AuditArchive
from balie.store.stamps import Stamps

KEY, NEWER, STRANGERS = (Fernet.generate_key().decode() for _ in range(3))
NOON, DAY = datetime(2026, 11, 23, 12, tzinfo=UTC), timedelta(days=1)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _guarded(transactional_db: None) -> Iterator[None]:
    with connection.schema_editor() as editor:
        guard(editor)
    yield
    with connection.schema_editor() as editor:
        leave(editor)


def trail(*keys: str) -> Trail:
    return Trail(Stamps(keys or (KEY,)), lambda: NOON)


def written(count: int = 6) -> Trail:
    """An audit of six lines, one a day."""
    audit = trail()
    for number in range(count):
        audit.add(Line(who="mila", what="looked", about=f"a{number}"), NOON + number * DAY)
    return audit


def told(audit: Trail, *elsewhere: list[Entry], seals: tuple[Seal, ...] = ()) -> list[str]:
    found = audit.faults(seals, elsewhere)
    return [f"{one.fault.value} {one.number}-{one.until}" for one in found]


def taken_out(audit: Trail, before: datetime = NOON + 3 * DAY) -> list[Entry]:
    archive = Archiving(audit).oldest(before)
    assert archive is not None
    lines = list(lines_of(archive))
    assert len(lines) == archive.lines
    Archiving(audit).take_out(archive)
    return lines


def numbers() -> list[int]:
    return list(Audit.objects.order_by("number").values_list("number", flat=True))


def unguarded_sql(statement: str) -> None:
    """What whoever owns the database can do."""
    with connection.schema_editor() as editor:
        leave(editor)
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_stays_is_whole_alone_and_with_what_went() -> None:
    audit = written()
    before = audit.seal()
    lines = taken_out(audit)
    assert [entry.number for entry in lines] == [1, 2, 3]
    assert numbers() == [4, 5, 6, 7]
    assert Audit.objects.get(number=7).what == "archived"
    for seals in ((), (before,), (audit.seal(),)):
        assert told(audit, seals=seals) == []
        assert told(audit, lines, seals=seals) == []
    audit.note("looked", who="mila")  # and goes on
    assert told(audit, lines) == []


def test_it_is_done_again_and_again() -> None:
    audit = written()
    first = taken_out(audit)
    second = taken_out(audit, NOON + 5 * DAY)
    assert [entry.number for entry in second] == [4, 5]
    assert told(audit) == []
    assert told(audit, first, second) == []
    assert told(audit, second) == []
    assert told(audit, first) == ["missing 4-5"]


def test_the_last_line_stays_and_of_nothing_old_there_is_no_archive() -> None:
    audit = written()
    assert Archiving(audit).oldest(NOON) is None
    assert len(taken_out(audit, NOON + 99 * DAY)) == 5
    assert numbers() == [6, 7]
    assert told(audit) == []


def test_the_guards_stand_afterwards() -> None:
    taken_out(written())
    with pytest.raises(DatabaseError):
        Audit.objects.filter(number=4).delete()
    assert numbers() == [4, 5, 6, 7]


def test_whoever_owns_the_database_cannot_take_out_more_or_otherwise() -> None:
    audit = written()
    taken_out(audit)
    unguarded_sql("DELETE FROM audit WHERE number = 4")
    assert told(audit) == ["missing 4-4"]
    unguarded_sql("DELETE FROM audit WHERE number <= 5")
    assert told(audit) == ["missing 4-5"]
    unguarded_sql("DELETE FROM audit")
    assert told(audit) == ["cut 1-4"]


def test_an_archive_cannot_be_made_up_nor_taken_away() -> None:
    audit = written()
    seal = audit.seal()
    unguarded_sql("DELETE FROM audit WHERE number <= 5")
    head = Audit.objects.get(number=6)
    made_up = {"at": NOON, "before": NOON, "lines": 5, "heads": [[1, 5, head.before]]}
    for key, digest in ((seal.key, seal.digest), (seal.key, "0" * 64)):
        AuditArchive.objects.all().delete()
        AuditArchive.objects.create(**made_up, key=key, digest=digest)
        assert told(audit) == ["no archive 0-0", "missing 1-5"]
    theirs = Archiving(trail(STRANGERS)).oldest(NOON + 99 * DAY)
    assert theirs is None  # one line is left, and it stays
    AuditArchive.objects.all().delete()
    assert told(audit) == ["missing 1-5"]


def test_what_was_changed_in_the_file_is_told() -> None:
    audit = written()
    first, second, third = taken_out(audit)
    changed = msgspec.structs.replace(second, who="joris")
    assert told(audit, [first, changed, third]) == ["changed 2-2"]
    assert told(audit, [first, second]) == ["missing 3-3"]
    forged = chained(msgspec.structs.replace(second, who="joris"), Stamps((STRANGERS,)))
    assert told(audit, [first, forged, third])[0] == "no key 2-2"


def test_of_a_key_that_is_gone_the_proof_is_gone_and_no_more() -> None:
    taken_out(written(2), NOON + DAY)
    assert told(trail(NEWER)) == ["no key 0-0", "no key 2-2", "no key 3-3"]
    assert told(trail(NEWER, KEY)) == []


def test_of_two_at_one_moment_one_takes_out() -> None:
    audit = written()
    archive = Archiving(audit).oldest(NOON + 3 * DAY)
    assert archive is not None
    taken_out(audit)
    with pytest.raises(NotAsItWas):
        Archiving(audit).take_out(archive)
    assert len(archives()) == 1
    assert told(audit) == []
