"""What a customer entered stands on their pages until the systems say it themselves.

The rows of an answer are laid over with what was sent to them, before anything is made of them: so
a headline, a list and a form tell the same. A row that its system confirmed is laid over as long as
the answer was asked before that; such an answer is too old for this customer anyhow.

Only whoever sent something sees it laid over; for others the systems' word counts.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from balie.backstage.actions import Action, Actions, Errand, ErrandState, Progress, Receipt
from balie.backstage.bounded import Bounded
from balie.backstage.forms.plan import FormPlan
from balie.backstage.laying import NOTHING_LAID, Becoming, Coming, Overlay, Table
from balie.backstage.page import Block, Cell, Column, Kind, Listing, Record
from balie.systems.rows import Raw

STILL = timedelta(days=1)
"""How long after it was done an older answer is still laid over: a system may be away that long."""

A_MOMENT = timedelta(seconds=1)
"""For how long it is not asked again what somebody has under way."""

_COUNTS = frozenset(
    {
        ErrandState.DUE,
        ErrandState.UNDER_WAY,
        ErrandState.WAITING,
        ErrandState.DONE,
        ErrandState.UNCERTAIN,
        ErrandState.ASKS,
        ErrandState.STUCK,
    }
)
"""States in which the customer's value is the one to show; after a refusal the old one is."""


def overlay_of(receipts: Sequence[Receipt], plans: Mapping[str, FormPlan]) -> Overlay:
    """The overlay of what one customer has under way, or had lately. plans: by step."""
    becoming: dict[Table, list[Becoming]] = {}
    coming: dict[str, list[Coming]] = {}
    settled: dict[Table, datetime] = {}
    for receipt in sorted(receipts, key=lambda one: one.action.id):
        plan = plans.get(receipt.action.step)
        if plan is None or not receipt.action.answers:
            continue
        for at, answered in _answered(receipt):
            settled[at] = max(answered, settled.get(at, answered))
        for errand, progress in _that_count(receipt):
            at = (errand.system, errand.table)
            done = progress.since if progress.state is ErrandState.DONE else None
            matched = _matched(errand, plan)
            if matched:
                values = dict(_flat(errand.fields))
                becoming.setdefault(at, []).append(
                    Becoming(matched=matched, values=values, done=done)
                )
            elif errand.is_master and not plan.is_change:
                coming.setdefault(plan.thing.id, []).insert(
                    0, _coming(receipt.action, progress, done)
                )
    return Overlay(
        stamp=_stamp(receipts),
        becoming={at: tuple(rows) for at, rows in becoming.items()},
        coming={thing: tuple(rows) for thing, rows in coming.items()},
        settled=settled,
    )


def _answered(receipt: Receipt) -> Iterator[tuple[Table, datetime]]:
    """When a system said what became of an errand: that it was done, or that its row had changed.

    What was known of the row before that moment is certainly too old.
    """
    places = {errand.id: (errand.system, errand.table) for errand in receipt.action.errands}
    for one in receipt.progress:
        if one.state in (ErrandState.DONE, ErrandState.CONFLICT) and one.since is not None:
            yield places[one.errand], one.since


def _that_count(receipt: Receipt) -> Iterator[tuple[Errand, Progress]]:
    """The errands with how they fare, of which the customer's value is the one to show."""
    progress = {one.errand: one for one in receipt.progress}
    for errand in receipt.action.errands:
        fares = progress.get(errand.id) or Progress(errand=errand.id, state=ErrandState.DUE)
        if fares.state in _COUNTS and not errand.upload:
            yield errand, fares


def _matched(errand: Errand, plan: FormPlan) -> Mapping[str, str]:
    """What tells which row it is; nothing of a row that is new."""
    if errand.link:
        return errand.link if all(errand.link.values()) else {}
    if errand.row is None:
        return {}
    source = plan.thing.sources[0]
    return {plan.thing.key_path(source): errand.row}


def _coming(action: Action, progress: Progress, done: datetime | None) -> Coming:
    return Coming(
        reference=action.reference,
        told={told.field: told.text for told in action.answers},
        at=action.at,
        row=progress.row,
        done=done,
    )


def _stamp(receipts: Sequence[Receipt]) -> Hashable:
    fares = (
        (one.errand, one.state.value, one.since) for receipt in receipts for one in receipt.progress
    )
    return (tuple(receipt.action.id for receipt in receipts), tuple(sorted(fares, key=str)))


def _flat(fields: Mapping[str, Raw], around: str = "") -> Iterator[tuple[str, Raw]]:
    """The values by their dotted paths; rows inside stay whole."""
    for name, value in fields.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{around}{name}.")
        else:
            yield f"{around}{name}", value


def with_coming(blocks: tuple[Block, ...], overlay: Overlay, receipts: str) -> tuple[Block, ...]:
    """The same blocks; a list begins with the rows that are made and it does not show yet.

    receipts: where receipts are, such as "/ontvangst".
    """
    return tuple(
        _begun_with(block, overlay.coming[block.id], receipts)
        if isinstance(block, Listing) and block.id in overlay.coming
        else block
        for block in blocks
    )


def _begun_with(listing: Listing, coming: Sequence[Coming], receipts: str) -> Listing:
    shown = {record.key for record in listing.records}
    rows = tuple(
        _row(one, listing, receipts)
        for one in coming
        if one.row not in shown and not _is_over(one, listing.freshness.as_of)
    )
    return replace(listing, records=(*rows, *listing.records))


def _is_over(coming: Coming, as_of: datetime | None) -> bool:
    """Whether the list was read after its system had made the row: then it is where it belongs."""
    return coming.done is not None and as_of is not None and as_of > coming.done


def _row(coming: Coming, listing: Listing, receipts: str) -> Record:
    cells = tuple(_cell(column, coming.told.get(column.field)) for column in listing.columns)
    return Record(key="", cells=cells, link=f"{receipts}/{coming.reference}", pending=True)


def _cell(column: Column, told: str | None) -> Cell:
    return Cell(
        field=column.field,
        label=column.label,
        kind=column.kind,
        text=told or "",
        value=told if column.kind is Kind.TEXT else None,
        empty=not told,
        pending=True,
    )


_Whose = tuple[str, str | None]
"""A person and the organisation that they act for."""


class Overlays:
    """What each customer has under way: asked of the store at most once in a moment for each."""

    def __init__(
        self,
        actions: Actions,
        plans: Sequence[FormPlan],
        now: Callable[[], datetime],
        most_people: int = 10_000,
    ) -> None:
        self._actions = actions
        self._plans = {str(plan.step.id): plan for plan in plans}
        self._now = now
        self._known: Bounded[_Whose, tuple[datetime, Overlay]] = Bounded(most_people)
        self._drops = 0

    async def of(self, person: str, organisation: str | None = None) -> Overlay:
        """What this customer has under way for this organisation, and for no other."""
        whose = (person, organisation)
        known, asked, drops = self._known.get(whose), self._now(), self._drops
        if known is not None and timedelta() <= asked - known[0] < A_MOMENT:
            return known[1]
        receipts = await self._actions.lately(person, asked - STILL, organisation)
        overlay = overlay_of(receipts, self._plans) if receipts else NOTHING_LAID
        if drops == self._drops:  # else it may be from before what was just sent
            self._known.put(whose, (asked, overlay), 1)
        return overlay

    def drop(self, person: str, organisation: str | None = None) -> None:
        """They sent something: the next page asks again."""
        self._drops += 1
        self._known.drop((person, organisation))
