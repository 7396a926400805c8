"""Why somebody may, or may not: the rules of `visibility` and `scope`, each with its place.

Those two decide and this one explains; that they never differ is proved (tests/access). A reason
holds names and places of the blueprint, and the viewer's own values: never another's.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from balie.access.scope import Bind, nothing_bound
from balie.access.viewer import Knowledge, Mine, Viewer
from balie.access.visibility import is_for, may_do
from balie.blueprint import relations
from balie.blueprint.model import EVERYBODY, Step, Thing, ThingField
from balie.blueprint.relations import Equality
from balie.blueprint.source import NOWHERE, Span
from balie.systems.rows import Row, text_of, value_at


class Rule(StrEnum):
    """What decides. Each has a sentence for yes, for no, or for both: words, `[reason]`."""

    UNRECOGNISED = "unrecognised"  # which kind of customer this is cannot be known now
    FOR_EVERYBODY = "for_everybody"  # without signing in
    FOR = "for"  # the kinds of customer that a step is for
    FOR_NOBODY = "for_nobody"  # a step without `for`
    NOT_REPRESENTED = "not_represented"  # not for whoever acts for a customer in private
    SEEN_BY = "seen_by"
    SEEN_BY_ALL = "seen_by_all"  # no `seen by`: whoever may open the page
    UNNAMED = "unnamed"  # a field without a name is on no page
    MAY_CHANGE = "may_change"
    CHANGED_BY_ALL = "changed_by_all"  # no `may change`: whoever may open the form
    MINE = "mine"  # field = me.name
    MINE_NONE = "mine_none"  # the viewer has no such name
    MINE_UNKNOWN = "mine_unknown"  # its source is away
    TEXT = "text"  # field = "text"
    TIED = "tied"  # field = field of another thing that is theirs
    UNTIED = "untied"  # there is nothing of theirs to be tied to
    OWNERLESS = "ownerless"  # no relation says whose it is, so it is nobody's


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One rule and what it says of one viewer.

    about: "invoice.total", or the id of a step. kinds: for whom it is; mine: what the viewer is.
    relation: as the blueprint writes it; values: the viewer's own, of what it compares with.
    is_row: it is about one row, and not about which rows there are for this viewer.
    """

    yes: bool
    rule: Rule
    about: str
    at: Span
    kinds: tuple[str, ...] = ()
    mine: tuple[str, ...] = ()
    relation: str = ""
    name: str = ""
    values: tuple[str, ...] = ()
    is_row: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Yes when every reason says yes. The reasons stand in the order in which they are asked."""

    reasons: tuple[Reason, ...]

    @property
    def yes(self) -> bool:
        """Whether they may."""
        return bool(self.reasons) and all(reason.yes for reason in self.reasons)

    @property
    def deciding(self) -> tuple[Reason, ...]:
        """What it hangs on: every no, or all when there is none."""
        return tuple(reason for reason in self.reasons if not reason.yes) or self.reasons

    def __and__(self, other: "Verdict") -> "Verdict":
        """Both must say yes."""
        return Verdict((*self.reasons, *other.reasons))


def why_open(step: Step, viewer: Viewer) -> Verdict:
    """Why this step is for this viewer or not: `visibility.may_open`."""
    at = step.for_at or step.id.at
    if not step.for_:
        return Verdict((_kinds(False, Rule.FOR_NOBODY, step.id, at, (), viewer),))
    if step.is_for_everybody and EVERYBODY in viewer.kinds:
        return Verdict((_kinds(True, Rule.FOR_EVERYBODY, step.id, at, step.for_, viewer),))
    mine = _kinds(is_for(step.for_, viewer), Rule.FOR, step.id, at, step.for_, viewer)
    if may_do(step, viewer):
        return Verdict((mine,))
    rule = Rule.NOT_REPRESENTED
    return Verdict((mine, Reason(yes=False, rule=rule, about=str(step.id), at=step.id.at)))


def why_recognised(viewer: Viewer) -> Verdict:
    """Whether it is known at all which kind of customer this is."""
    reason = Reason(yes=False, rule=Rule.UNRECOGNISED, about="", at=NOWHERE)
    return Verdict(() if viewer.kinds_known else (reason,))


def why_see(thing: Thing, viewer: Viewer) -> Verdict:
    """Why a viewer sees a thing at all or not: `visibility.may_see`."""
    at = thing.seen_by_at or thing.id.at
    return Verdict((_seen_by(str(thing.id), thing.seen_by, at, viewer),))


def why_see_field(thing: Thing, field: ThingField, viewer: Viewer) -> Verdict:
    """Why a viewer sees a field of a thing or not: `visibility.may_see_field`."""
    about, at = f"{thing.id}.{field.id}", field.seen_by_at or field.id.at
    return why_see(thing, viewer) & Verdict((_seen_by(about, field.seen_by, at, viewer),))


def why_show_field(thing: Thing, field: ThingField, viewer: Viewer) -> Verdict:
    """The same on a page, which shows only what has a name."""
    verdict = why_see_field(thing, field, viewer)
    if field.name is not None:
        return verdict
    about = f"{thing.id}.{field.id}"
    return verdict & Verdict((Reason(yes=False, rule=Rule.UNNAMED, about=about, at=field.id.at),))


def why_change(thing: Thing, viewer: Viewer) -> Verdict:
    """Why a viewer may change what there is of a thing, or not."""
    at = thing.may_change[0].at if thing.may_change else thing.id.at
    rule = Rule.MAY_CHANGE if thing.may_change else Rule.CHANGED_BY_ALL
    yes = is_for(thing.may_change, viewer)
    return Verdict((_kinds(yes, rule, str(thing.id), at, thing.may_change, viewer),))


def why_row(
    thing: str,
    equalities: Iterable[Equality],
    viewer: Viewer,
    row: Row,
    *,
    bind: Bind = nothing_bound,
) -> Verdict:
    """Why a row is this viewer's or not: `scope_for(...)` and then `Scope.covers(row)`."""
    return Verdict(tuple(_rows(thing, tuple(equalities), viewer, row, bind)))


def why_rows(
    thing: str, equalities: Iterable[Equality], viewer: Viewer, *, bind: Bind = nothing_bound
) -> Verdict:
    """Which rows of a thing would be this viewer's; no when there can be none: `scope_for(...)`."""
    return Verdict(tuple(_rows(thing, tuple(equalities), viewer, None, bind)))


def _seen_by(about: str, kinds: Collection[str], at: Span, viewer: Viewer) -> Reason:
    rule = Rule.SEEN_BY if kinds else Rule.SEEN_BY_ALL
    return _kinds(is_for(kinds, viewer), rule, about, at, kinds, viewer)


def _kinds(
    yes: bool, rule: Rule, about: str, at: Span, kinds: Collection[str], viewer: Viewer
) -> Reason:
    return Reason(
        yes=yes,
        rule=rule,
        about=str(about),
        at=at,
        kinds=tuple(map(str, kinds)),
        mine=tuple(sorted(viewer.kinds)),
    )


def _rows(
    thing: str, equalities: tuple[Equality, ...], viewer: Viewer, row: Row | None, bind: Bind
) -> Iterator[Reason]:
    if not equalities:
        yield Reason(yes=False, rule=Rule.OWNERLESS, about=thing, at=NOWHERE)
    for equality in equalities:
        rule, name, values = _compared(equality, viewer, bind)
        yield Reason(
            yes=bool(values) and (row is None or _has(row, equality.field, values)),
            rule=rule,
            about=thing,
            at=equality.text.at,
            relation=str(equality.text),
            name=name,
            values=values,
            is_row=row is not None,
        )


def _has(row: Row, field: str, values: tuple[str, ...]) -> bool:
    return text_of(value_at(row, field)) in values


def _compared(equality: Equality, viewer: Viewer, bind: Bind) -> tuple[Rule, str, tuple[str, ...]]:
    """The rule of a relation, the name that it compares with, and the viewer's values of it."""
    match equality.value:
        case relations.Me(name):
            mine = viewer.me.get(name) or Mine(Knowledge.NONE)
            if mine.knowledge is Knowledge.UNKNOWN:
                return Rule.MINE_UNKNOWN, f"me.{name}", ()
            values = mine.values if mine.knowledge is Knowledge.KNOWN else ()
            return Rule.MINE if values else Rule.MINE_NONE, f"me.{name}", values
        case relations.Literal(text):
            return Rule.TEXT, text, (text,)
        case relations.Other(of, field) as other:
            values = bind(other)
            name = f"{of}.{field}" if field else of
            return Rule.TIED if values else Rule.UNTIED, name, values
        case _:
            return Rule.MINE_NONE, "login", ()
