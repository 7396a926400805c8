"""A move while it is put together: how the instance becomes, and all that this causes."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256

from balie.backstage.actions import Action, Errand
from balie.backstage.naming import OF_OURS, action_id, reference
from balie.backstage.process.instance import (
    For,
    Held,
    Instance,
    Kind,
    Mail,
    Move,
    Note,
    What,
    WorkItem,
)

_LOOK_AGAIN = {For.ACTION: timedelta(minutes=5), For.HAPPENING: timedelta(minutes=15)}
"""News makes an instance go on at once. This is for news that was lost."""
_LOOK_FOR_NEWS = timedelta(hours=6)
_LOOK_AT_WHAT_IS_STUCK = timedelta(hours=1)


@dataclass
class Draft:
    """Changes an instance, and notes why. before: as it was kept."""

    before: Instance
    at: datetime
    instance: Instance = field(init=False)
    notes: list[Note] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.instance = self.before

    def note(self, what: What, about: str = "", by: str = "") -> None:
        """One line of the log."""
        self.notes.append(Note(at=self.at, step=self.instance.step, what=what, about=about, by=by))

    # ---- where it is

    def hold(self, held: Held) -> None:
        """Stays where it is, for this reason."""
        self.instance = replace(self.instance, held=held)

    def hold_nothing(self) -> None:
        """Nothing holds it up any more."""
        self.instance = replace(self.instance, held=None)

    def go_to(self, point: int) -> None:
        """Goes on to this line of the step."""
        self.instance = replace(self.instance, point=point, held=None, judged="")

    def enter(self, step: str) -> None:
        """Goes on to a step."""
        self.go_to(0)
        self.instance = replace(
            self.instance,
            step=step,
            visit=self.instance.visit + 1,
            entered=self.at,
            chosen="",
            said={},
        )
        self.note(What.ENTERED)

    def end(self, outcome: str) -> None:
        """The story is over."""
        self.go_to(self.instance.point)
        self.instance = replace(self.instance, outcome=outcome, said={})
        self.note(What.OVER, outcome)

    # ---- work for people

    def open(self, item: WorkItem) -> WorkItem:
        """Opens a work item; it gets its id here."""
        opened = replace(item, id=f"{self.instance.id}:{len(self.instance.items) + 1}")
        self.instance = replace(self.instance, items=(*self.instance.items, opened))
        self.note(What.WORK, f"{opened.kind}: {', '.join(opened.teams)}")
        return opened

    def close(self, items: Sequence[WorkItem], by: str = "", answer: str = "") -> None:
        """Closes work items; without `by` they close by themselves."""
        for item in items:
            closed = replace(item, closed=self.at, by=by, answer=answer)
            self.instance = self.instance.with_item(closed)
            self.note(What.CLOSED, f"{item.kind}: {answer}" if answer else str(item.kind), by)

    def close_what_is_moot(self) -> None:
        """Closes the work of this visit that nobody needs to do any more: it happened."""
        moot = self.instance.open_items(Kind.LATE, Kind.DO)
        self.close([item for item in moot if item.visit == self.instance.visit])

    # ---- the systems

    def action_id(self) -> str:
        """Of the next action: sorts by time, and no two are the same."""
        said = f"{self.instance.id}/{self.instance.revision}/{len(self.actions)}"
        return action_id(self.at, _digest(said)[:16])

    def send(self, errands: Sequence[Errand], next_point: int) -> None:
        """Gives errands to the systems, and goes on once they are done; none: goes on."""
        self.go_to(next_point)
        if not errands:
            return
        action = self._action(errands)
        self.actions.append(action)
        self.note(What.SENT, ", ".join(f"{one.system}.{one.table}" for one in errands))
        self.hold(Held(why=For.ACTION, action=action.id))

    def _action(self, errands: Sequence[Errand]) -> Action:
        """Of nobody: it stands among no customer's receipts."""
        id_, digest = errands[0].action, _digest(errands[0].action)
        return Action(
            id=id_,
            reference=reference(bytes.fromhex(digest[:16]), OF_OURS),
            step=self.instance.step,
            version=self.instance.version,
            person="",
            acting_for=None,
            language=self.instance.whose.language,
            token=f"process {id_}",
            digest=digest,
            at=self.at,
            errands=tuple(errands),
            order_with=self.instance.id,
        )

    # ---- the move

    def move(self) -> Move | None:
        """The move; None when nothing changed and it need not be looked at for a while."""
        due = self.before.wake_at is None or self.before.wake_at <= self.at
        waking = replace(self.instance, wake_at=self._wake_at())
        if self.instance == self.before and (not due or waking == self.before):
            return None
        return self.certain_move()

    def certain_move(self) -> Move:
        """The move, whatever changed."""
        waking = replace(self.instance, wake_at=self._wake_at())
        return Move(
            instance=replace(waking, revision=self.before.revision + 1),
            notes=tuple(self.notes),
            actions=tuple(self.actions),
            mails=tuple(self.mails),
        )

    def _wake_at(self) -> datetime | None:
        """When to look again by itself; None when only a person can make it go on."""
        held = self.instance.held
        if self.instance.is_over:
            return None
        if held is None:
            return self.at
        if held.why in (For.PERSON, For.SYSTEM):
            return held.until
        pause = _LOOK_FOR_NEWS if held.event else _LOOK_AGAIN[held.why]
        if self.instance.open_items(Kind.STUCK):
            pause = _LOOK_AT_WHAT_IS_STUCK
        look = self.at + pause
        return look if held.until is None else min(held.until, look)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
