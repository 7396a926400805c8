"""Gets an installation ready for a command: its keys, Django, the tables of its database."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from pkgutil import resolve_name

import django
from django.core.management import call_command
from django.db import DatabaseError, connection

from balie.access.viewer import Visitor
from balie.site import configuration
from balie.site.configuration import Configuration
from balie.site.refusal import Refusal

_ONE_AT_A_TIME = 7_241_905_113  # any number; the same for every process


def ready(environment: Mapping[str, str]) -> Configuration:
    """The configuration of this environment, with a key and up-to-date tables. Raises Refusal.

    After it, modules with Django's models can be imported; before it they can not.
    """
    read = configuration.read(environment)
    os.umask(0o077)  # what is kept is made for us alone: databases, their logs, the key
    try:
        read.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        configuration.make_key(read)
    except OSError as error:
        raise _no_place(read.state, error) from error
    os.environ.update(environment)
    os.environ["DJANGO_SETTINGS_MODULE"] = "balie.site.settings"
    django.setup()
    try:
        _bring_tables_up_to_date()
    except DatabaseError as error:
        raise _no_database(error) from error
    return configuration.read(environment)


def _no_place(state: Path, error: OSError) -> Refusal:
    return Refusal(
        "NO PLACE FOR WHAT IS KEPT",
        f"The folder {state} cannot be made or written to: {error.strerror}.",
        ("Name another one in BALIE_STATE, or give us the right to write there.",),
    )


def _no_database(error: DatabaseError) -> Refusal:
    # Of what the driver says only the first line: the rest may hold how to sign in.
    said = next(iter(str(error).splitlines()), type(error).__name__)
    return Refusal(
        "THE DATABASE CANNOT BE USED",
        f"Our own database does not answer as it should: {said}",
        (
            "Look at BALIE_DATABASE_URL, and whether its server runs.",
            "A file's folder must be there, with the right to write in it.",
        ),
    )


def set_up(environment: Mapping[str, str]) -> None:
    """Lets modules with Django's models be imported. Makes and changes nothing."""
    os.environ.update(environment)
    os.environ["DJANGO_SETTINGS_MODULE"] = "balie.site.settings"
    django.setup()


def person(chosen: Configuration, email: str) -> Visitor | None:
    """Somebody as a database that is there already knows them; None without. Makes nothing."""
    if chosen.embedded and not chosen.database_file.is_file():
        return None
    os.environ["DJANGO_SETTINGS_MODULE"] = "balie.site.settings"
    django.setup()
    find: Callable[[str], Visitor | None] = resolve_name("balie.identity.signing_in:somebody")
    try:
        return find(email)
    except DatabaseError:  # it has no tables yet, or another version's
        return None


def _bring_tables_up_to_date() -> None:
    """One process at a time where there may be several."""
    if connection.vendor != "postgresql":
        call_command("migrate", verbosity=0, interactive=False)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_ONE_AT_A_TIME])
        try:
            call_command("migrate", verbosity=0, interactive=False)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_ONE_AT_A_TIME])
