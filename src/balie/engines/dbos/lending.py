"""Puts an action in DBOS's queue in the transaction of Django that is open now: both or neither."""

from collections.abc import Callable

import sqlalchemy
from dbos import DBOSClient, EnqueueOptions
from django.db import connection
from sqlalchemy.pool import NullPool

from balie.engines.dbos.engine import prepare
from balie.engines.dbos.ids import QUEUE, SERVICE, WORKFLOW, OnlyIds, round_id


class _Lent:
    """Django's open connection, of which the borrower may end nothing."""

    def __init__(self, lender: object) -> None:
        self._lender = lender

    def __getattr__(self, name: str) -> object:
        return getattr(self._lender, name)

    def commit(self) -> None:
        """Django commits."""

    def rollback(self) -> None:
        """Django rolls back."""

    def close(self) -> None:
        """Django closes."""


def _borrowed() -> _Lent:
    connection.ensure_connection()
    return _Lent(connection.connection)


def submitting(url: str) -> Callable[[str, str], None]:
    """What puts an action in the queue. url: of Django's own database; gets DBOS's tables.

    Twice is once. Needs an open transaction. To be called outside of the event loop's own thread.
    """
    prepare(url)
    kind = "sqlite://" if connection.vendor == "sqlite" else "postgresql+psycopg://"
    engine = sqlalchemy.create_engine(kind, creator=_borrowed, poolclass=NullPool)
    client = DBOSClient(
        system_database_engine=engine,
        serializer=OnlyIds(),
        application_name=SERVICE,
        lazy=True,
    )

    def submit(action: str, order_with: str) -> None:
        options: EnqueueOptions = {
            "workflow_name": WORKFLOW,
            "queue_name": QUEUE,
            "workflow_id": round_id(action, 0),
            "queue_partition_key": order_with or action,
        }
        with engine.connect() as borrowed:
            client.enqueue_in_transaction(borrowed, options, action, order_with)

    return submit
