"""The page about what is stored names every table, every column and every file there is."""

from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from tools import stored_page
from tools.stored_page import FILES, NOT_MODELS, TABLES, NotTold, models, page

from tests.running import portal


def test_the_page_is_as_the_tables_are() -> None:
    written = stored_page.PAGE.read_text("utf-8")
    assert page() == written, "run: .venv/bin/python tools/stored_page.py"


@pytest.mark.django_db
def test_every_table_of_the_database_is_on_it() -> None:
    told = {model._meta.db_table for model in models()} | set(NOT_MODELS)
    assert set(connection.introspection.table_names(include_views=True)) - told == set()


def test_every_column_of_every_table_is_on_it() -> None:
    written = page()
    for model in apps.get_models(include_auto_created=True):
        _, _, told = written.partition(f"### {model._meta.db_table}\n")
        here = told.partition("\n### ")[0]
        for field in model._meta.concrete_fields:
            assert f"`{field.column}`" in here, f"{model._meta.db_table}.{field.column}"


def test_what_is_called_closed_is_told_as_encrypted() -> None:
    for model in models():
        columns = {field.column for field in model._meta.concrete_fields}
        for column in columns & {"closed", "outcome"}:
            assert column in TABLES[model._meta.db_table].encrypted


def test_a_table_that_nobody_told_of_stops_the_page() -> None:
    others = {name: kept for name, kept in TABLES.items() if name != "audit"}
    with pytest.raises(NotTold, match="audit"):
        page(others)


def test_every_file_of_a_running_portal_is_on_it(tmp_path: Path) -> None:
    with portal(tmp_path):
        names = {file.name for file in tmp_path.rglob("*") if file.is_file()}
    names.discard("output.txt")  # where the test keeps what was logged
    bare = {name.removesuffix("-wal").removesuffix("-shm") for name in names}
    assert bare - set(FILES) == set()
