"""What is said about data that is not as it should be: `if it goes wrong:` and `at most old:`.

The blueprint's own sentence goes first; Balie's words are for when it has none. What holds for
several blocks of a page is said once, above it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from balie.backstage.page import (
    Block,
    Facts,
    FigureBlock,
    Freshness,
    Listing,
    Page,
    Timeline,
    Trust,
)
from balie.frontstage.moments import Voice


@dataclass(frozen=True, slots=True)
class Notice:
    """A message above a page or in a block.

    sign: its icon. nothing_shown: there is no data, so say who can help and how to try again.
    """

    sign: str
    tone: str
    title: str
    text: str
    nothing_shown: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A page's blocks by what they are, with what is said of each.

    notices: above the page. of_block: id of a block -> what it says itself.
    older: ids of blocks that are of another time than the page's own label says.
    """

    notices: tuple[Notice, ...]
    of_block: Mapping[str, Notice]
    older: frozenset[str]
    facts: tuple[Facts, ...]
    listings: tuple[Listing, ...]
    timelines: tuple[Timeline, ...]
    numbers: tuple[FigureBlock, ...]
    charts: tuple[FigureBlock, ...]


def told(page: Page, t: Voice) -> Told:
    """What a page shows and says."""
    present = [block for block in page.blocks if block.freshness.trust is not Trust.HIDDEN]
    said = {block.id: notice for block in present if (notice := notice_of(block.freshness, t))}
    above = _above(page, present, said, t)
    own = {name: notice for name, notice in said.items() if not _stands_in(notice, above)}
    blocks = [
        block for block in present if _shows(block) or block.id in own or block.id not in said
    ]
    figures = [block for block in blocks if isinstance(block, FigureBlock)]
    return Told(
        notices=above,
        of_block=own,
        older=frozenset(block.id for block in blocks if _is_older(block, page, t)),
        facts=tuple(block for block in blocks if isinstance(block, Facts)),
        listings=tuple(block for block in blocks if isinstance(block, Listing)),
        timelines=tuple(block for block in blocks if isinstance(block, Timeline)),
        numbers=tuple(block for block in figures if not block.bars),
        charts=tuple(block for block in figures if block.bars),
    )


def _shows(block: Block) -> bool:
    """Whether there is anything to see in a block, beside what is said of it."""
    match block:
        case Facts():
            return bool(block.cells)
        case Listing():
            is_as_it_stands = block.arranged is None or block.arranged.is_plain
            return bool(block.records or block.broken) or not is_as_it_stands
        case Timeline():
            return bool(block.stages)
        case FigureBlock():
            return True  # its name is there, and that its number is not known


def _above(
    page: Page, blocks: Sequence[Block], said: Mapping[str, Notice], t: Voice
) -> tuple[Notice, ...]:
    """The blueprint's sentences; what holds for several blocks; what the page is about is away."""
    ordered = [notice for freshness in page.notices if (notice := notice_of(freshness, t))]
    often = [notice for notice, count in Counter(said.values()).items() if count > 1]
    about = [said[b.id] for b in blocks if isinstance(b, Facts) and b.id in said and not b.cells]
    found: list[Notice] = []
    for notice in (*ordered, *about, *often):
        if not _stands_in(notice, found):
            found.append(notice)
    return tuple(found)


def _stands_in(notice: Notice, above: Sequence[Notice]) -> bool:
    return any(notice.text == other.text for other in above)


def _is_older(block: Block, page: Page, t: Voice) -> bool:
    as_of = block.freshness.as_of
    if as_of is None or as_of == page.as_of:
        return False
    return page.as_of is None or t.ago(as_of) != t.ago(page.as_of)


def notice_of(freshness: Freshness, t: Voice) -> Notice | None:
    """What is said of data that is not fresh; None when there is nothing to say."""
    own = freshness.says
    match freshness.trust:
        case Trust.FRESH:
            return None
        case Trust.HIDDEN:
            title = t.say("trust.known_title")
            return Notice("clock", "info", title, own, nothing_shown=False) if own else None
        case Trust.KNOWN:
            words = own or _known(freshness, t)
            return Notice("clock", "warn", t.say("trust.known_title"), words, nothing_shown=False)
        case Trust.WAITING:
            title, words = t.say("trust.waiting_title"), own or t.say("trust.waiting")
            return Notice("clock", "info", title, words, nothing_shown=True)
        case Trust.UNRECOGNISED:
            title, words = t.say("trust.unrecognised_title"), own or t.say("trust.unrecognised")
            return Notice("search-user", "warn", title, words, nothing_shown=True)
        case Trust.AWAY:
            title, words = t.say("trust.away_title"), own or t.say("trust.away")
            return Notice("cloud-off", "warn", title, words, nothing_shown=True)


def _known(freshness: Freshness, t: Voice) -> str:
    if freshness.as_of is None:
        return t.say("trust.known_undated")
    return t.say("trust.known", time=t.at(freshness.as_of))
