"""What identity needs to use its tables outside Django's own requests; `balie.store` has it."""

from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Work(Protocol):
    """Runs work on the database where it keeps nobody waiting."""

    async def write(self, work: Callable[[], T]) -> T:
        """Does work in one transaction: all of it or nothing."""
        ...

    async def read(self, work: Callable[[], T]) -> T:
        """Reads, without a transaction."""
        ...
