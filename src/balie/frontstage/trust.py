"""What is said about data that is not as it should be: `if it goes wrong:` and `at most old:`.

The blueprint's own sentence goes first; Balie's words are for when it has none.
"""

from collections.abc import Set
from dataclasses import dataclass

from markupsafe import Markup

from balie.backstage.page import Block, Freshness, Page, Trust
from balie.frontstage.moments import Voice


@dataclass(frozen=True, slots=True)
class Notice:
    """A message in or above a block.

    sign: its icon. grave: there is nothing to show, so say who can help.
    again: trying again helps.
    """

    sign: str
    tone: str
    title: str
    text: str
    grave: bool = False
    again: bool = False


def notice_of(freshness: Freshness, t: Voice, said: Set[str] = frozenset()) -> Notice | None:
    """What to say about a block, or None. said: sentences that stand above the page already."""
    if freshness.trust in (Trust.FRESH, Trust.HIDDEN) or freshness.says in said:
        return None
    own = _own_words(freshness, t)
    sign, tone, title, text = _ours(freshness, t)
    nothing_shown = freshness.trust is not Trust.KNOWN
    return Notice(sign, tone, title, own or text, grave=nothing_shown, again=nothing_shown)


def notices_of(page: Page, t: Voice) -> tuple[Notice, ...]:
    """What stands above a page, once."""
    notices = (notice_of(freshness, t) for freshness in page.notices)
    return tuple(notice for notice in notices if notice is not None)


def said_of(page: Page) -> frozenset[str]:
    """The sentences above a page: its blocks need not repeat them."""
    return frozenset(freshness.says for freshness in page.notices if freshness.says)


def has_own_age(block: Block, page: Page, t: Voice) -> bool:
    """Whether a block is of another time than the page's label says."""
    as_of = block.freshness.as_of
    if as_of is None or page.as_of is None:
        return as_of is not None
    return t.ago(as_of) != t.ago(page.as_of)


def shown(page: Page) -> tuple[Block, ...]:
    """The blocks that are not left out."""
    return tuple(block for block in page.blocks if block.freshness.trust is not Trust.HIDDEN)


def _own_words(freshness: Freshness, t: Voice) -> str | None:
    """The blueprint's sentence; None when it speaks of a time that nobody knows."""
    says, as_of = freshness.says, freshness.as_of
    if says is None or "{time}" not in says:
        return says
    return None if as_of is None else says.replace("{time}", t.at(as_of))


def _ours(freshness: Freshness, t: Voice) -> tuple[str, str, Markup, Markup]:
    match freshness.trust:
        case Trust.KNOWN:
            return "clock", "warn", t.say("trust.known_title"), _known(freshness, t)
        case Trust.WAITING:
            return "clock", "info", t.say("trust.waiting_title"), t.say("trust.waiting")
        case Trust.UNRECOGNISED:
            title = t.say("trust.unrecognised_title")
            return "search-user", "warn", title, t.say("trust.unrecognised")
        case _:
            return "cloud-off", "warn", t.say("trust.away_title"), t.say("trust.away")


def _known(freshness: Freshness, t: Voice) -> Markup:
    if freshness.as_of is None:
        return t.say("trust.known_undated")
    return t.say("trust.known", time=t.at(freshness.as_of))
