"""The work items of process instances, as staff see them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from balie.backstage.process.instance import WorkItem


class WorkItems(Protocol):
    """Work that instances gave to people."""

    async def open_for(self, teams: frozenset[str], most: int = 200) -> Sequence[WorkItem]:
        """The open work items of these teams: what is due first stands first."""
        ...

    async def item(self, id_: str) -> WorkItem | None:
        """A work item, open or closed."""
        ...


def in_order(items: Sequence[WorkItem]) -> list[WorkItem]:
    """What is due first comes first; what is never due comes last, the oldest first."""
    return sorted(items, key=lambda item: (item.due is None, item.due or item.opened, item.id))


def is_overdue(item: WorkItem, now: datetime) -> bool:
    """Whether it should have been answered by now."""
    return item.closed is None and item.due is not None and item.due < now
