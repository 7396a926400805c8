"""Database work from outside Django's own requests: in threads of its own, on healthy connections.

Django closes and checks connections around its requests; here nobody else does.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import close_old_connections, connection, transaction

T = TypeVar("T")


class UnitOfWork:
    """Runs work on the database in one of a few threads."""

    def __init__(self, threads: int = 4) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="store")

    async def write(self, work: Callable[[], T]) -> T:
        """Does work in one transaction: all of it or nothing."""
        return await self._in_thread(lambda: _in_one_transaction(work))

    async def read(self, work: Callable[[], T]) -> T:
        """Reads, without a transaction."""
        return await self._in_thread(work)

    async def close(self) -> None:
        """Waits for what is under way, and lets go of the connections."""
        await asyncio.to_thread(self._threads.shutdown)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, _with_a_healthy_connection, work)


def _with_a_healthy_connection(work: Callable[[], T]) -> T:
    if connection.vendor == "sqlite":  # a file does not break; opening it costs more than the work
        return work()
    close_old_connections()
    try:
        return work()
    finally:
        close_old_connections()


def _in_one_transaction(work: Callable[[], T]) -> T:
    with transaction.atomic():
        return work()
