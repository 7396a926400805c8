"""The count of what changed of sign-ins, in a SQLite file."""

# ruff: noqa: RUF012 - Django reads these lists, nothing else does

from collections.abc import Sequence

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from balie.identity.changes import COUNTING, NOT_COUNTING


def count(_: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    _run(editor, COUNTING)


def stop_counting(_: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    _run(editor, NOT_COUNTING)


def _run(editor: BaseDatabaseSchemaEditor, statements: Sequence[str]) -> None:
    if editor.connection.vendor == "sqlite":
        for statement in statements:
            editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0012_representatives_and_joining"),
    ]

    operations = [migrations.RunPython(count, stop_counting)]
