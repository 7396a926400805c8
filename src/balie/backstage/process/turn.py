"""What an instance does next: its lines from top to bottom, what it waits for, its decision, and
then the step that follows. One turn makes one move.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from balie.backstage.actions import (
    ENDED,
    FOR_A_PERSON,
    Actions,
    Errand,
    ErrandState,
    Progress,
    Receipt,
)
from balie.backstage.process import instance as at
from balie.backstage.process.draft import Draft
from balie.backstage.process.happenings import Becomes, IsReceived, IsSettled, Tells, happening
from balie.backstage.process.instance import (
    Button,
    For,
    Held,
    Instance,
    Instances,
    Kind,
    Known,
    Mail,
    Move,
    What,
    WorkItem,
    event_id,
)
from balie.backstage.process.sending import (
    Making,
    errands_of,
    errands_of_a_decision,
    names_in,
)
from balie.backstage.process.story import Story, answer_of, lines, patience, when_nobody_decides
from balie.backstage.row_to_write import CannotBeSent
from balie.blueprint import relations
from balie.blueprint.conditions import Lookup, Outcome
from balie.blueprint.model import Answer, Duration, Sends, Step, Waits, Work
from balie.mapping.clear import Unreadable
from balie.mapping.raw import Unfit
from balie.systems.errors import SystemFault

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=10)
_LONGEST_WAIT = timedelta(days=30)  # where the story says no "at most"
_MOST_VISITS = 100  # of steps, before a person says that this is meant

_GO_ON = (Button(answer=at.GO_ON), Button(answer=at.STOP))
_BY_HAND = (Button(answer=at.DONE), Button(answer=at.AGAIN))
_JUDGE = (Button(answer=at.YES), Button(answer=at.NO))


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One look at an instance. now: the moment of it; today: that day in the blueprint's zone."""

    story: Story
    instances: Instances
    actions: Actions
    known: Known
    now: datetime
    today: date

    async def move(self, instance: Instance) -> Move | None:
        """The next move; None when there is nothing to do now."""
        draft, step = Draft(instance, self.now), self.story.step(instance.step)
        held = instance.held
        if instance.is_over:
            return None
        if held is None:
            await self._go_on(draft, step, None)
        elif held.why is For.ACTION:
            await self._carried(draft, step, held)
        elif held.why is For.HAPPENING:
            await self._waited(draft, step, held)
        elif held.until is not None and held.until <= self.now:
            await self._later_is_now(draft, step, held)
        return draft.move()

    async def _later_is_now(self, draft: Draft, step: Step, held: Held) -> None:
        if held.why is For.SYSTEM:
            await self._go_on(draft, step, held)
        else:
            self._nobody_answered(draft, step, held)

    # ---- the next point of the step

    async def _go_on(self, draft: Draft, step: Step, away: Held | None) -> None:
        """away: how long a system was not there already, when that is why it was held."""
        todo = lines(step)
        draft.hold_nothing()
        try:
            if draft.instance.point < len(todo):
                await self._line(draft, step, todo[draft.instance.point])
            elif draft.instance.point == len(todo):
                await self._begin_to_wait(draft, step)
            elif draft.instance.point == len(todo) + 1 and step.decision:
                await self._decision(draft, step)
            else:
                seen_to = draft.instance.point > len(todo) + (2 if step.decision else 1)
                await self._leave(draft, step, tired=seen_to or self._is_tired(step, away))
        except SystemFault as fault:
            self._again_later(draft, step, away, fault)
        except (CannotBeSent, Unfit, Unreadable) as fault:
            self._by_hand(draft, step, str(fault))

    async def _line(self, draft: Draft, step: Step, work: Work) -> None:
        point, decides = draft.instance.point, self._decides(step, work)
        if draft.instance.chosen and (decides or work.answers):
            draft.go_to(point + 1)  # it was decided already
            return
        holds = await self._holds(draft.instance, work)
        if holds is None and not self.story.is_staff(work.who):
            self._not_known(draft, step, work)
        elif holds is False:
            draft.note(What.SKIPPED, str(work.does))
            draft.go_to(point + 1)
        elif work.who is not None:
            self._people(draft, step, work, decides=decides)
        else:
            await self._by_itself(draft, step, work)

    def _decides(self, step: Step, work: Work) -> bool:
        """Whether a line is where a person takes the step's decision."""
        return bool(step.decision) and self.story.is_staff(work.who) and work in step.backstage

    async def _holds(self, instance: Instance, work: Work) -> bool | None:
        if work.if_ is None or instance.judged:
            return instance.judged != at.NO
        look = await self._look(instance, map(str, work.if_.names))
        return work.if_.holds(look, self.today)

    def _not_known(self, draft: Draft, step: Step, work: Work) -> None:
        """What the condition needs is not known: whoever decides has it, or else says it."""
        after = lines(step)[draft.instance.point + 1 :]
        if work.answers and any(self._decides(step, later) for later in after):
            draft.note(What.SKIPPED, f"{work.does} (not known)")
            draft.go_to(draft.instance.point + 1)
            return
        self._ask(
            draft, step, Kind.JUDGE, _JUDGE, title=work.does, why=str(work.if_ and work.if_.text)
        )

    def _people(self, draft: Draft, step: Step, work: Work, *, decides: bool) -> None:
        point = draft.instance.point
        if not self.story.is_staff(work.who):
            draft.go_to(point + 1)  # a partner knows what to do
            return
        due = self._after(work.within)
        if decides:
            self._ask(
                draft, step, Kind.DECIDE, _buttons(step), title=work.does, team=work.who, due=due
            )
            return
        draft.open(
            self._item(draft, step, Kind.DO, (Button(answer=at.DONE),), work.does, work.who, due)
        )
        draft.go_to(point + 1)

    async def _by_itself(self, draft: Draft, step: Step, work: Work) -> None:
        point = draft.instance.point
        if work.answers:
            draft.instance = replace(draft.instance, chosen=str(work.answers))
            draft.note(What.DECIDED, str(work.answers))
            draft.go_to(point + 1)
            return
        making = await self._making(draft, step, (*work.sends, *work.sets))
        draft.send(errands_of(making, work), point + 1)

    # ---- what it waits for

    async def _begin_to_wait(self, draft: Draft, step: Step) -> None:
        if step.waits is None:
            draft.go_to(draft.instance.point + 1)
            return
        event = await self._event(draft.instance, step.waits)
        until = self._after(step.waits.at_most) or self.now + _LONGEST_WAIT
        draft.hold(Held(why=For.HAPPENING, event=event, until=until))
        draft.note(What.WAITS, str(step.waits.when))

    async def _event(self, instance: Instance, waits: Waits) -> str:
        """The event that is meant, with its key; "" when it waits for no event."""
        meant = happening(waits.when)
        if not isinstance(meant, Tells):
            return ""
        for equality in waits.where:
            if isinstance(equality.value, relations.Other):
                name = ".".join(
                    filter(None, (equality.value.of, equality.value.source, equality.value.field))
                )
                key = (await self._look(instance, [name]))(name)
                if key is not None and not isinstance(key, list):
                    return event_id(meant.system, meant.event, str(key))
        raise CannotBeSent(f'nobody knows which "{meant.event}" of {meant.system} is meant')

    async def _waited(self, draft: Draft, step: Step, held: Held) -> None:
        if step.waits is not None and await self._happened(draft, step.waits, held):
            draft.note(What.HAPPENED, str(step.waits.when))
            draft.close_what_is_moot()
            draft.go_to(len(lines(step)) + 1)
        elif held.until is not None and held.until <= self.now:
            self._too_late(draft, step, held)

    async def _happened(self, draft: Draft, waits: Waits, held: Held) -> bool:
        match happening(waits.when):
            case Becomes(name, codes):
                try:
                    return await self._value(draft.instance, name) in codes
                except (SystemFault, Unreadable):
                    return False  # its deadline goes on all the same
            case Tells():
                if held.event in draft.instance.used:
                    return False
                if await self.instances.heard(held.event) is None:
                    return False
                draft.instance = replace(draft.instance, used=draft.instance.used | {held.event})
                return True
            case IsSettled() | IsReceived():
                return True  # its row is there: else the instance would not be here

    def _too_late(self, draft: Draft, step: Step, held: Held) -> None:
        """The customer is reminded once; then it is work for people, and it goes on waiting."""
        waits = step.waits
        if waits is not None and waits.then == "remind the customer" and not held.reminded:
            if waits.mail is not None:
                self._mail(draft, str(waits.mail), f"{draft.instance.visit}:reminder")
            draft.note(What.REMINDED)
            draft.hold(replace(held, reminded=True, until=self._after(waits.at_most)))
            return
        team = None if waits is None else waits.then_goes_to
        draft.open(self._item(draft, step, Kind.LATE, _GO_ON, step.title, team, None))
        draft.hold(replace(held, late=True, until=None))

    # ---- the decision

    async def _decision(self, draft: Draft, step: Step) -> None:
        answer = answer_of(step, draft.instance.chosen)
        if answer is None:
            self._ask(draft, step, Kind.DECIDE, _buttons(step), title=step.title)
            return
        making = await self._making(draft, step, answer.sets)
        errands = errands_of_a_decision(making, answer.sets, draft.instance.said)
        draft.send(errands, draft.instance.point + 1)

    def _nobody_answered(self, draft: Draft, step: Step, held: Held) -> None:
        """It stays where it is, and more people see it."""
        draft.hold(replace(held, until=None, late=True))
        fail, item = when_nobody_decides(step), draft.instance.item(held.item)
        team = str(fail.then_goes_to or "") if fail is not None else ""
        if item is not None and team and team not in item.teams:
            draft.instance = draft.instance.with_item(replace(item, teams=(*item.teams, team)))
            draft.note(What.MORE_TEAMS, team)

    # ---- leaving

    async def _leave(self, draft: Draft, step: Step, *, tired: bool) -> None:
        """tired: a mail about what cannot be read holds nothing up for ever."""
        answer = answer_of(step, draft.instance.chosen)
        try:
            await self._tell(draft, step, answer)
        except (SystemFault, Unreadable):
            if not tired:
                raise
        following = self.story.after(step, answer)
        if following is None:
            draft.end(at.ENDED)
        elif draft.instance.visit % _MOST_VISITS == 0 and not draft.instance.judged:
            self._ask(draft, step, Kind.LATE, _GO_ON, title=step.title, why="It goes round.")
        else:
            draft.enter(str(following.id))

    async def _tell(self, draft: Draft, step: Step, answer: Answer | None) -> None:
        """The mails about what became so in this step. What we wrote ourselves is known."""
        due: list[tuple[str, str]] = []
        for number, tells in enumerate(step.tells, start=1):
            meant = happening(tells.when)
            if isinstance(meant, Becomes):
                ours = _written(answer, meant.name)
                code = ours or await self._value(draft.instance, meant.name)
                if code in meant.codes:
                    visit = draft.instance.visit if ours else 0
                    due.append((str(tells.mail), f"{step.id}:{number}:{code}:{visit}"))
        for mail, id_ in due:
            self._mail(draft, mail, id_)

    def _mail(self, draft: Draft, mail: str, id_: str) -> None:
        instance = draft.instance
        if id_ in instance.told:
            return
        draft.mails.append(
            Mail(
                id=f"{instance.id}:{id_}",
                mail=mail,
                step=instance.step,
                version=instance.version,
                person=instance.whose.person,
                acting_for=instance.whose.acting_for,
                language=instance.whose.language,
                thing=instance.thing,
                row=instance.row,
                at=self.now,
            )
        )
        draft.instance = replace(instance, told=instance.told | {id_})
        draft.note(What.MAIL, mail)

    # ---- what was sent

    async def _carried(self, draft: Draft, step: Step, held: Held) -> None:
        """Goes on once the masters are done. Who follows them is seen to where actions are."""
        receipt = await self.actions.carry(held.action)
        masters = () if receipt is None else tuple(_masters(receipt))
        is_own = held.action == draft.instance.id
        if is_own and any(progress.state in _NEVER for _, progress in masters):
            self._end_without_a_row(draft, held)
        elif all(progress.state in ENDED for _, progress in masters):
            self._settled(draft, held, masters if is_own else ())
        else:
            self._see_to_what_is_stuck(draft, step, held, masters)

    def _end_without_a_row(self, draft: Draft, held: Held) -> None:
        self._close_stuck(draft, held)
        draft.end(at.REFUSED)

    def _settled(self, draft: Draft, held: Held, own: tuple["_OnItsWay", ...]) -> None:
        for _, progress in own[:1]:
            draft.instance = replace(draft.instance, row=progress.row)
        self._close_stuck(draft, held)
        draft.note(What.SETTLED)
        draft.go_to(draft.instance.point)

    def _close_stuck(self, draft: Draft, held: Held) -> None:
        stuck = draft.instance.open_items(Kind.STUCK)
        draft.close([item for item in stuck if item.action == held.action])

    def _see_to_what_is_stuck(
        self, draft: Draft, step: Step, held: Held, masters: tuple["_OnItsWay", ...]
    ) -> None:
        known = {item.action for item in draft.instance.open_items(Kind.STUCK)}
        for errand, progress in masters:
            if progress.state in _FOR_A_PERSON and held.action not in known:
                item = self._item(draft, step, Kind.STUCK, (), step.title, errand.goes_to, None)
                draft.open(replace(item, action=held.action, why=progress.why))
                return

    # ---- when it cannot go on

    def _is_tired(self, step: Step, away: Held | None) -> bool:
        since = self.now if away is None else away.since or self.now
        return self.now - since >= patience(step)

    def _again_later(self, draft: Draft, step: Step, away: Held | None, fault: SystemFault) -> None:
        if self._is_tired(step, away):
            self._by_hand(draft, step, fault.staff)
            return
        tries = away.tries + 1 if away is not None else 1
        since = away.since if away is not None else self.now
        until = self.now + min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(tries - 1, 10))
        draft.hold(Held(why=For.SYSTEM, until=until, since=since, tries=tries))
        if tries == 1:
            draft.note(What.AWAY)

    def _by_hand(self, draft: Draft, step: Step, why: str) -> None:
        """A person says whether the line is to be done, or does it."""
        todo, point = lines(step), draft.instance.point
        if point < len(todo) and todo[point].if_ is not None and not draft.instance.judged:
            self._ask(draft, step, Kind.JUDGE, _JUDGE, title=todo[point].does, why=why)
            return
        title = todo[point].does if point < len(todo) else step.title
        self._ask(draft, step, Kind.BY_HAND, _BY_HAND, title=title, why=why)

    # ---- work items

    def _ask(
        self,
        draft: Draft,
        step: Step,
        kind: Kind,
        buttons: tuple[Button, ...],
        *,
        title: str,
        why: str = "",
        team: str | None = None,
        due: datetime | None = None,
    ) -> None:
        """Opens a work item, and goes no further before it is answered."""
        item = self._item(draft, step, kind, buttons, title, team, due)
        opened = draft.open(replace(item, why=why))
        draft.hold(Held(why=For.PERSON, item=opened.id, until=due))

    def _item(
        self,
        draft: Draft,
        step: Step,
        kind: Kind,
        buttons: tuple[Button, ...],
        title: str,
        team: str | None,
        due: datetime | None,
    ) -> WorkItem:
        return WorkItem(
            id="",
            kind=kind,
            teams=(str(team or self.story.fallback(step)),),
            title=str(title),
            step=str(step.id),
            visit=draft.instance.visit,
            opened=self.now,
            due=due,
            buttons=buttons,
        )

    # ---- what is known

    def _after(self, duration: Duration | None) -> datetime | None:
        return None if duration is None else self.story.calendar.after(self.now, duration)

    async def _look(self, instance: Instance, names: Iterable[str]) -> Lookup:
        asked = frozenset(name for name in names if not name.startswith("me."))
        known = await self.known.look(instance, asked) if asked else _nothing

        def look(name: str) -> Outcome:
            first, _, rest = name.partition(".")
            return instance.whose.me.get(rest) if first == "me" else known(name)

        return look

    async def _value(self, instance: Instance, name: str) -> str:
        value = (await self._look(instance, [name]))(name)
        return "" if value is None or isinstance(value, list) else str(value)

    async def _making(self, draft: Draft, step: Step, values: Iterable[Sends]) -> Making:
        return Making(
            story=self.story,
            instance=draft.instance,
            step=step,
            action=draft.action_id(),
            at=self.now,
            today=self.today,
            look=await self._look(draft.instance, names_in(values)),
        )


_OnItsWay = tuple[Errand, Progress]
_FOR_A_PERSON = FOR_A_PERSON | {ErrandState.CONFLICT}
_NEVER = frozenset({ErrandState.REFUSED, ErrandState.DROPPED, ErrandState.NOT_APPROVED})
"""Of the form's own row: then there is nothing that the story could be about."""


def _masters(receipt: Receipt) -> Iterable[_OnItsWay]:
    states = {progress.errand: progress for progress in receipt.progress}
    for errand in receipt.action.errands:
        if errand.is_master:
            yield errand, states.get(errand.id, Progress(errand=errand.id, state=ErrandState.DUE))


def _written(answer: Answer | None, name: str) -> str:
    """The code that a decision wrote into this field; "" when it did not."""
    sets = () if answer is None else answer.sets
    return next((str(line.value) for line in sets if line.target == name), "")


def _buttons(step: Step) -> tuple[Button, ...]:
    return tuple(
        Button(
            answer=str(answer.name),
            label=str(answer.button or answer.name),
            asks=tuple(str(ref.text) for ref in answer.asks),
        )
        for answer in step.decision
    )


def _nothing(_name: str) -> Outcome:
    return None
