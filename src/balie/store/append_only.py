"""Guards of the table `audit` in the database itself: lines are added, and nothing else.

Whoever owns the table can take the guards away; that shows in the chain.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_SQLITE = (
    (
        "CREATE TRIGGER IF NOT EXISTS audit_not_changed BEFORE UPDATE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END"
    ),
    (
        "CREATE TRIGGER IF NOT EXISTS audit_not_taken_away BEFORE DELETE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END"
    ),
)
_POSTGRESQL = (
    (
        "CREATE OR REPLACE FUNCTION audit_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit is only added to'; END $$"
    ),
    "DROP TRIGGER IF EXISTS audit_not_changed ON audit",
    (
        "CREATE TRIGGER audit_not_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_only_added_to()"
    ),
)
_AWAY_SQLITE = (
    "DROP TRIGGER IF EXISTS audit_not_changed",
    "DROP TRIGGER IF EXISTS audit_not_taken_away",
)
_AWAY_POSTGRESQL = ("DROP TRIGGER IF EXISTS audit_not_changed ON audit",)


def guard(editor: BaseDatabaseSchemaEditor) -> None:
    """Has the database refuse to change lines and to take them away."""
    _run(editor, _SQLITE, _POSTGRESQL)


def leave(editor: BaseDatabaseSchemaEditor) -> None:
    """Takes the guards away: for a migration that makes the table anew, and for tests."""
    _run(editor, _AWAY_SQLITE, _AWAY_POSTGRESQL)


@contextmanager
def unguarded() -> Iterator[None]:
    """Without the guards, in the transaction that is open: nobody else is ever without them."""
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        for statement in _AWAY_SQLITE if is_sqlite else _AWAY_POSTGRESQL:
            cursor.execute(statement)
        yield
        for statement in _SQLITE if is_sqlite else _POSTGRESQL:
            cursor.execute(statement)


def _run(editor: BaseDatabaseSchemaEditor, sqlite: tuple[str, ...], other: tuple[str, ...]) -> None:
    for statement in sqlite if editor.connection.vendor == "sqlite" else other:
        editor.execute(statement, params=None)
