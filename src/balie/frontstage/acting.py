"""Whoever acts as a customer, of staff or a representative: how far they may go, and a line in the
audit for each page.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

from balie.access.acting import Extent, extent_of
from balie.access.viewer import Behind, Visitor
from balie.backstage.auditing import Line
from balie.blueprint.model import Blueprint
from balie.frontstage.asking import READ_ONLY, Answer, Ask
from balie.frontstage.messages import Messages

AddLine = Callable[[Line], Awaitable[None]]
"""Writes a line in the audit."""

_LONGEST = 200
ACTED, REPRESENTED = "acted as", "represented"
"""What the audit calls it."""


@dataclass(frozen=True, slots=True)
class Acting:
    """Looks at every request of whoever acts as a customer, before anything else does."""

    blueprint: Blueprint
    messages: Messages
    add: AddLine

    async def refused(self, ask: Ask, visitor: Visitor, behind: Behind) -> Answer | None:
        """Why this cannot be done; None when it can: then it stands in the audit already."""
        if not behind.represents:
            refusal = await self._no_more(ask, behind)
            if refusal is not None:
                return refusal
        await self.add(
            Line(
                who=behind.person,
                what=REPRESENTED if behind.represents else ACTED,
                about=visitor.person,
                more=behind.why,
                record=ask.path.rstrip("/")[:_LONGEST],
                organisation=visitor.acting_for or "",
            )
        )
        return None

    async def _no_more(self, ask: Ask, behind: Behind) -> Answer | None:
        """Why somebody of staff cannot do this; what a representative may is said step by step."""
        extent = extent_of(self.blueprint.people.staff, behind.teams)
        if extent is None:
            return await self._no(ask, "acting_over")
        if extent is Extent.READ and ask.method not in READ_ONLY:
            return await self._no(ask, "acting_reads")
        return None

    async def _no(self, ask: Ask, words: str) -> Answer:
        return await self.messages.problem(ask, HTTPStatus.FORBIDDEN, words, "alert")
