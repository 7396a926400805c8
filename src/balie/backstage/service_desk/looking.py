"""What a customer sees now, as staff may read it with them on the telephone. Nothing is changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from balie.access.viewer import Viewer, Visitor
from balie.backstage.acting import Contexts
from balie.backstage.page import Block, Page, Trust
from balie.backstage.ports import IncidentKind, Noted
from balie.backstage.service import Service
from balie.backstage.sources import Outcome, Question

_LATELY = timedelta(minutes=15)
_SAID_NO = frozenset({IncidentKind.REFUSED, IncidentKind.MISCONFIGURED})


class How(StrEnum):
    """How a part of a page is, as staff read it."""

    FRESH = "fresh"
    KNOWN = "known"  # the last known, with its time
    AWAY = "away"  # nothing to show: its system does not answer
    REFUSED = "refused"  # nothing to show: its system says no, or is not set up well
    WAITING = "waiting"  # nothing to show yet: its system is slower than was promised
    UNRECOGNISED = "unrecognised"  # it is not known now who this is to the systems
    HIDDEN = "hidden"  # left out, as the blueprint says


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenBlock:
    """A block as the customer has it, and how it is. Personal. systems: those it waits for."""

    block: Block
    how: How
    systems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPage:
    """A page as the customer has it. Personal. page: None: they read "not found"."""

    address: str
    page: Page | None
    blocks: tuple[SeenBlock, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPortal:
    """What a customer can open, and what they may be to the systems. kinds: of the blueprint.

    known: False: the system that says who this is, is away. must_choose: nothing can be opened
    before somebody said for whom: they can act for several.
    """

    kinds: tuple[str, ...]
    known: bool
    acting_for: str | None
    addresses: tuple[tuple[str, str], ...]  # label, address
    must_choose: bool = False


@dataclass(frozen=True, slots=True)
class Looking:
    """Looks along with customers. noted: incidents, to tell a refusal from an outage."""

    service: Service
    noted: Callable[[], tuple[Noted, ...]]
    now: Callable[[], datetime]

    async def portal(self, visitor: Visitor, language: str) -> SeenPortal:
        """What this customer can open."""
        viewer = await self.service.recognised(visitor)
        menu = self.service.menu(viewer, language)
        return SeenPortal(
            kinds=tuple(sorted(viewer.kinds)),
            known=viewer.kinds_known,
            acting_for=viewer.acting_for,
            addresses=tuple(
                (item.label, item.address)
                for item in menu
                if self.service.match(item.address) is not None
            ),
            must_choose=viewer.must_choose,
        )

    async def contexts(self, visitor: Visitor) -> Contexts:
        """For whom this customer can act."""
        return await self.service.contexts(visitor)

    async def page(self, address: str, visitor: Visitor, language: str) -> SeenPage:
        """The page at an address, as this customer gets it now."""
        viewer = await self.service.recognised(visitor, address)
        missing: dict[str, Trust] = {}

        def trace(question: Question, outcome: Outcome) -> None:
            if outcome.trust is not Trust.FRESH:
                missing[question.scope.system] = outcome.trust

        page = await self.service.open(address, viewer, language, trace=trace)
        if page is None:
            return SeenPage(address=address, page=None)
        return SeenPage(address=address, page=page, blocks=self._blocks(page, viewer, missing))

    def _blocks(
        self, page: Page, viewer: Viewer, missing: Mapping[str, Trust]
    ) -> tuple[SeenBlock, ...]:
        if not viewer.kinds_known:
            return ()
        refused = self._said_no_lately()
        return tuple(self._block(block, missing, refused) for block in page.blocks)

    def _block(
        self, block: Block, missing: Mapping[str, Trust], refused: frozenset[str]
    ) -> SeenBlock:
        trust = block.freshness.trust
        behind = tuple(name for name, of in missing.items() if of is trust)
        if trust is Trust.AWAY and behind and refused.issuperset(behind):
            return SeenBlock(block=block, how=How.REFUSED, systems=behind)
        return SeenBlock(block=block, how=How(trust.value), systems=behind)

    def _said_no_lately(self) -> frozenset[str]:
        since = self.now() - _LATELY
        return frozenset(
            noted.about.system
            for noted in self.noted()
            if noted.about.kind in _SAID_NO and noted.last >= since
        )
