"""A page about one row, alone: what a link from a mail opens. No links, no forms, no documents."""

from collections.abc import Iterator
from dataclasses import dataclass

from balie.access.proving import ProveFirst
from balie.access.viewer import Visitor
from balie.backstage.page import Block, Facts, Listing, Page, Timeline
from balie.backstage.plans import Plan
from balie.backstage.service import Service


@dataclass(frozen=True, slots=True)
class Alone:
    """What stands on it. Personal. step: of the story."""

    step: str
    headline: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class PagesAlone:
    """Opens pages about one row for who got a mail, and of those only what is about the row."""

    service: Service

    async def open(self, address: str, visitor: Visitor, language: str) -> Alone | None:
        """The page at an address as this visitor gets it now; None when they get none, when it is
        about no row, or when it asks for more than a link from a mail proves.
        """
        match = self.service.match(address)
        if match is None or match.plan.kind != "details" or match.plan.subject is None:
            return None
        try:
            viewer = await self.service.viewer(visitor, address)
        except ProveFirst:
            return None
        page = await self.service.open(address, viewer, language, newest=True)
        if page is None:
            return None
        blocks = tuple(self._about(page, match.plan))
        return Alone(str(match.plan.step.id), page.headline, blocks)

    def _about(self, page: Page, plan: Plan) -> Iterator[Block]:
        subject = "" if plan.subject is None else plan.subject.thing
        things = {subject, *(part.thing for part in plan.nested)}
        stages = {f"{subject}-{field}" for field in self.service.things[subject].thing.fields}
        for block in page.blocks:
            match block:
                case Facts(id=id_) | Listing(id=id_) if id_ in things:
                    yield block
                case Timeline(id=id_) if id_ in stages:
                    yield block
                case _:
                    pass
