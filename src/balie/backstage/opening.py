"""What a step kind gets to open a page with, and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from balie.backstage.arrangement import NEWEST_FIRST, Arrangement
from balie.backstage.cursors import Trail
from balie.backstage.found import Found
from balie.backstage.page import Block, MenuItem
from balie.backstage.plans import Plan
from balie.backstage.presenting import Presenting
from balie.backstage.reading import Reading
from balie.blueprint.model import Blueprint
from balie.mapping.thing import MappedThing


class Trails(Protocol):
    """Writes the address of another page of the same list."""

    def __call__(self, trail: Trail) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One request to open one page.

    value: what stands between the braces of its address. path: where it is. arrangement: how its
    list is wanted, if it is one.
    """

    blueprint: Blueprint
    plan: Plan
    things: Mapping[str, MappedThing]
    value: str
    path: str = ""
    arrangement: Arrangement = NEWEST_FIRST
    trail: Trail
    trails: Trails
    page_rows: int
    reading: Reading
    presenting: Presenting


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a step kind made: the answer in a sentence, if it has one, and the blocks."""

    headline: str | None
    blocks: tuple[Block, ...]
    ways: tuple[MenuItem, ...] = ()


class StepKind(Protocol):
    """Opens pages of one kind. A folder `balie/steps/<kind>/` holds each."""

    async def open(self, opening: Opening) -> Opened | None:
        """The page, or None when there is no such row for this viewer."""
        ...

    async def row(self, opening: Opening, thing: str, key: str) -> Found:
        """The row of a thing on this page, for a document of it.

        key: of the row, where the page has several; "" for the page's own, or the only one.
        """
        ...
