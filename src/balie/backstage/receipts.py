"""What customers read of what they sent: how far it is, place by place, true at this moment.

It is told in their own words and those of the story; systems have no names here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from balie.backstage.actions import ActionState, Errand, ErrandState, Progress, Receipt, Told
from balie.backstage.approval import Approval
from balie.backstage.errands import targets
from balie.backstage.forms.meanwhile import Clash
from balie.backstage.forms.showing import KEEP_TRYING
from balie.backstage.page import Help, MenuItem
from balie.backstage.presenting import Presenting
from balie.backstage.process.mails import tells_at_once
from balie.backstage.routes import address_of
from balie.blueprint.model import Step
from balie.mapping.thing import MappedField, MappedThing
from balie.systems.rows import Raw, text_of, value_at

_AGAIN = frozenset(
    {
        ActionState.CONFLICT,
        ActionState.REFUSED,
        ActionState.DROPPED,
        ActionState.NOT_APPROVED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One place that it goes to. fields: the labels of what goes there.

    since: when it came to be so. next_at: when it is tried again. says: the story's own words for
    while that place is away.
    """

    state: ErrandState
    is_master: bool
    is_file: bool = False
    fields: tuple[str, ...] = ()
    since: datetime | None = None
    next_at: datetime | None = None
    says: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPage:
    """One receipt. number: what the system calls what was made, under its own label.

    next: the page of what was made, once it has a number. again: the form, when it should be sent
    again with other answers. told: empty once answers are not kept any more. is_mailed: a mail goes
    out as soon as it is accepted. approved_by: the kinds of customer whose turn it is to approve
    it; approved_then: those who come after them. made_by: the team of staff that sent it for them.
    sent_by: their representative, a name.
    """

    reference: str
    title: str
    address: str
    state: ActionState
    at: datetime
    parts: tuple[Part, ...]
    told: tuple[Told, ...] = ()
    clashes: tuple[Clash, ...] = ()
    number: Told | None = None
    next: MenuItem | None = None
    again: MenuItem | None = None
    menu: tuple[MenuItem, ...] = ()
    help: Help | None = None
    acting_for: str | None = None
    is_mailed: bool = False
    approval: Approval | None = None
    approved_by: tuple[str, ...] = ()
    approved_then: tuple[tuple[str, ...], ...] = ()
    made_by: str = ""
    sent_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    """One receipt in the list."""

    reference: str
    title: str
    address: str
    state: ActionState
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptList:
    """The receipts of a person, the newest first."""

    address: str
    lines: tuple[ReceiptLine, ...]
    menu: tuple[MenuItem, ...] = ()
    help: Help | None = None
    acting_for: str | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """Tells receipts to one viewer. address: of the list of receipts."""

    presenting: Presenting
    address: str
    menu: tuple[MenuItem, ...] = ()
    help: Help | None = None

    def all(self, receipts: Sequence[Receipt]) -> ReceiptList:
        """The list."""
        return ReceiptList(
            address=self.address,
            lines=tuple(self._line(receipt) for receipt in receipts),
            menu=self.menu,
            help=self.help,
            acting_for=self.presenting.viewer.acting_for,
        )

    def one(self, receipt: Receipt) -> ReceiptPage:
        """The page of one."""
        action, line = receipt.action, self._line(receipt)
        step = self._step(action.step)
        thing = self._thing(step)
        progress = {one.errand: one for one in receipt.progress}
        number, approval = number_of(thing, receipt), receipt.approval
        return ReceiptPage(
            reference=line.reference,
            title=line.title,
            address=line.address,
            state=receipt.state,
            at=action.at,
            parts=tuple(
                self._part(one, action.answers, progress, step, thing) for one in action.errands
            ),
            told=tuple(action.answers),
            clashes=tuple(self._clashes(receipt, thing)),
            number=self._told_number(thing, number),
            next=self._next(step, thing, number),
            again=self._again(step, receipt.state),
            menu=self.menu,
            help=self.help,
            acting_for=action.acting_for,
            is_mailed=step is not None and tells_at_once(step),
            approval=approval,
            approved_by=() if approval is None else self._kinds(approval.by),
            approved_then=() if approval is None else tuple(map(self._kinds, _later(approval))),
            made_by=self._team(action.behind_team),
            sent_by=action.sent_by,
        )

    # ---- parts

    def _team(self, id_: str) -> str:
        team = self.presenting.blueprint.people.staff.get(id_)
        return self.presenting.say(team.name) if team is not None else id_

    def _line(self, receipt: Receipt) -> ReceiptLine:
        action = receipt.action
        step = self._step(action.step)
        return ReceiptLine(
            reference=action.reference,
            title="" if step is None else self.presenting.heading(step.title),
            address=f"{self.address}/{action.reference}",
            state=receipt.state,
            at=action.at,
        )

    def _kinds(self, by: Sequence[str]) -> tuple[str, ...]:
        """Who may approve it, as the story calls them."""
        customers = self.presenting.blueprint.people.customers
        return tuple(self.presenting.say(customers[k].name) for k in by if k in customers)

    def _step(self, id_: str) -> Step | None:
        """The step as it is now; None when the story has it no more."""
        return next((one for one in self.presenting.blueprint.steps if one.id == id_), None)

    def _thing(self, step: Step | None) -> MappedThing | None:
        screen = None if step is None else step.screen
        named = None if screen is None else screen.creates or screen.changes
        return None if named is None else self.presenting.things.get(str(named))

    def _part(
        self,
        errand: Errand,
        answers: Sequence[Told],
        progress: Mapping[str, Progress],
        step: Step | None,
        thing: MappedThing | None,
    ) -> Part:
        now = progress.get(errand.id) or Progress(errand=errand.id, state=ErrandState.DUE)
        is_waiting = now.state is ErrandState.WAITING
        told = {one.field for one in answers}
        return Part(
            state=now.state,
            is_master=errand.is_master,
            is_file=bool(errand.file),
            fields=tuple(self._label(f) for f, _ in _fields_of(thing, errand) if f.id in told),
            since=now.since,
            next_at=now.next_at if is_waiting else None,
            says=self._says(step, errand.system) if is_waiting else None,
        )

    def _says(self, step: Step | None, system: str) -> str | None:
        """What the story says to customers while this is kept and tried again."""
        for fail in () if step is None else step.fails:
            words = fail.customer_reads
            if fail.system == system and fail.then == KEEP_TRYING and words is not None:
                return None if "{time}" in words else self.presenting.say(words)
        return None

    def _label(self, field: MappedField) -> str:
        return self.presenting.say(field.field.name or field.id)

    def _clashes(self, receipt: Receipt, thing: MappedThing | None) -> Iterator[Clash]:
        told = {one.field: one.text for one in receipt.action.answers}
        errands = {errand.id: errand for errand in receipt.action.errands}
        for one in receipt.progress:
            if one.state is ErrandState.CONFLICT:
                errand = errands[one.errand]
                for field, path in _fields_of(thing, errand):
                    if path in one.now:
                        yours = told.get(field.id) or self._read(
                            field, value_at(errand.fields, path)
                        )
                        now = self._read(field, one.now[path])
                        yield Clash(label=self._label(field), yours=yours, now=now)

    def _read(self, field: MappedField, value: Raw) -> str:
        """A raw value as the customer reads it: the words of its code, or as it is."""
        text = text_of(value) or ""
        for stage in field.field.words:
            if stage.code == text:
                return self.presenting.say(stage.says)
        return text

    def _told_number(self, thing: MappedThing | None, number: str | None) -> Told | None:
        field = None if thing is None else thing.fields.get(_key_field(thing))
        if field is None or number is None or field.field.name is None:
            return None
        return Told(field.id, self._label(field), number)

    def _next(
        self, step: Step | None, thing: MappedThing | None, number: str | None
    ) -> MenuItem | None:
        """The page of what was made: of the next step when it has one, else its own."""
        if step is None or thing is None or number is None:
            return None
        plans = self.presenting.reach.about(thing.id)
        after = _after(step, self.presenting.blueprint.steps)
        plan = next((one for one in plans if one.step.id == after), next(iter(plans), None))
        if plan is None:
            return None
        address = address_of(plan.address, {(thing.id, _key_field(thing)): number})
        label = self.presenting.heading(plan.label)
        if address is None:
            return None
        return MenuItem(step=str(plan.step.id), label=label, address=address)

    def _again(self, step: Step | None, state: ActionState) -> MenuItem | None:
        again = state in _AGAIN
        if not again or step is None or step.screen is None or step.screen.address is None:
            return None
        label = self.presenting.heading(step.title)
        return MenuItem(step=str(step.id), label=label, address=str(step.screen.address))


def _fields_of(thing: MappedThing | None, errand: Errand) -> Iterator[tuple[MappedField, str]]:
    """The named fields that an errand brings, each with its raw path."""
    for field in () if thing is None else thing.fields.values():
        if thing is None or field.field.name is None:
            continue
        for at, path in targets(thing.thing, field.field):
            is_here = (at.system, at.table) == (errand.system, errand.table)
            if is_here and (path == errand.file or value_at(errand.fields, path) is not None):
                yield field, path


def _key_field(thing: MappedThing) -> str:
    """The field that shows the key: the key itself, or the one that reads the same raw field."""
    if thing.key in thing.fields:
        return thing.key
    path = thing.key_path(thing.sources[0])
    source = thing.sources[0].name
    return next((f.id for f in thing.fields.values() if (source, path) in f.paths), thing.key)


def number_of(thing: MappedThing | None, receipt: Receipt) -> str | None:
    """What the system calls the row that was made, once it did."""
    if thing is None:
        return None
    progress = {one.errand: one for one in receipt.progress}
    for errand in receipt.action.errands:
        done = progress.get(errand.id)
        made = errand.is_master and errand.row is None
        if made and done is not None and done.state is ErrandState.DONE:
            return text_of(value_at(done.values, thing.key_path(thing.sources[0])))
    return None


def _after(step: Step, steps: Sequence[Step]) -> str | None:
    """The step that follows: as the story says, else the one below in the same phase."""
    if step.next is not None:
        return str(step.next)
    order = list(steps)
    below = order[order.index(step) + 1 :][:1]
    return str(below[0].id) if below and below[0].phase == step.phase else None


def _later(approval: Approval) -> Sequence[Sequence[str]]:
    return [line.by for line in approval.later]
