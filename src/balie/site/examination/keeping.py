"""What is kept: our own database and its people, and last-known answers in Redis.

It imports Django's models: it can be imported only after `installation.set_up`.
"""

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from balie.site.configuration import Configuration
from balie.site.demo import refuse_demo_people
from balie.site.examination.observation import Observation, broken, fine, look
from balie.site.refusal import Refusal

ABOUT = "database"
SKEW = 5.0  # seconds between two clocks that are nothing to worry about


def database(configuration: Configuration) -> tuple[Observation, ...]:
    """Whether the database answers, has our tables, and no people of a demo. Changes nothing."""
    try:
        return tuple(_looked(configuration))
    except DatabaseError as error:
        return (
            broken(
                ABOUT, f"does not answer as it should: {type(error).__name__}", "BALIE_DATABASE_URL"
            ),
        )


def _looked(configuration: Configuration) -> Iterator[Observation]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        yield look(
            ABOUT, f"{len(plan)} migrations are not applied", "The next  balie run  does it."
        )
    else:
        yield fine(ABOUT, "answers, and its tables are up to date")
        yield from _people(configuration)
    if connection.vendor == "postgresql":
        yield from _directly(configuration)
        yield from _clock()


def _people(configuration: Configuration) -> Iterator[Observation]:
    if configuration.demo:
        return
    try:
        refuse_demo_people()
    except Refusal:
        yield broken("people", "people of a demo could sign in", "balie people remove-demo")


def _directly(configuration: Configuration) -> Iterator[Observation]:
    """Whether somebody stands between PostgreSQL and us, as PgBouncer does."""
    asked = urlsplit(configuration.database_url).port or 5432
    with connection.cursor() as cursor:
        cursor.execute("SELECT inet_server_port()")
        answered = cursor.fetchone()[0]
    if answered is not None and answered != asked:
        yield look(
            ABOUT,
            f"we ask port {asked}, and PostgreSQL listens at {answered}: is PgBouncer between?",
            "Give Balie a direct connection: a lock at the start needs one session.",
        )


def _clock() -> Iterator[Observation]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
        apart = abs(time.time() - cursor.fetchone()[0])
    if apart > SKEW:
        yield look("clock", f"{apart:.0f} seconds apart from PostgreSQL's", "Use NTP on both.")
    else:
        yield fine("clock", "the same as PostgreSQL's")
