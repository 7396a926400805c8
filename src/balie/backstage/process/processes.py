"""Runs instances: begins them, goes on with them when something happened, takes people's answers.

Every door may be tried twice, and by several at once: whoever keeps a move first made it; the
others look again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from balie.backstage.actions import Action, Actions, Begins
from balie.backstage.ports import Clock
from balie.backstage.process.beginning import begun
from balie.backstage.process.draft import Draft
from balie.backstage.process.instance import (
    AGAIN,
    GO_ON,
    STOP,
    STOPPED,
    Event,
    For,
    Held,
    Instance,
    Instances,
    Kind,
    Known,
    Move,
    What,
    WorkItem,
)
from balie.backstage.process.story import Story
from balie.backstage.process.turn import Turn

_NOTHING: Mapping[str, str] = MappingProxyType({})
_MOST_MOVES = 50  # at one go; the sweep goes on with the rest


class NotAnAnswer(ValueError):
    """This work item has no such button, or something that the button asks is missing."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A work item after it was answered. is_first: by this answer; else `by` says whose counts."""

    item: WorkItem
    is_first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Processes:
    """The instances of a service. stories: a version of the blueprint -> its story; None: gone."""

    instances: Instances
    actions: Actions
    known: Known
    stories: Callable[[str], Story | None]
    clock: Clock

    async def begin(self, action: Action, begins: Begins) -> None:
        """Begins the instance of an accepted form. The same action again begins nothing.

        For a store that does not do so in the transaction that accepts the action.
        """
        await self.instances.keep(begun(action, begins))
        await self.advance(action.id)

    async def advance(self, id_: str) -> None:
        """Goes on with an instance for as far as it can."""
        for _ in range(_MOST_MOVES):
            instance = await self.instances.get(id_)
            turn = None if instance is None else self._turn(instance.version)
            move = await turn.move(instance) if turn is not None and instance is not None else None
            if move is None:
                return
            await self.instances.keep(move)

    async def sweep(self) -> None:
        """Goes on with every instance whose time has come, or that was left half-way.

        One that fails holds up no other; what failed is raised at the end, all together.
        """
        failed: list[Exception] = []
        for id_ in await self.instances.due(self.clock.now()):
            try:
                await self.advance(id_)
            except Exception as fault:  # noqa: BLE001 - it is raised below
                failed.append(fault)
        if failed:
            raise ExceptionGroup("not every instance could go on", failed)

    async def carried(self, action: str) -> None:
        """An action has come further."""
        for id_ in await self.instances.expecting(action):
            await self.advance(id_)

    async def hear(self, event: Event) -> None:
        """A system told something, perhaps before anybody waits for it."""
        await self.instances.hear(event)
        for id_ in await self.instances.expecting(event.id):
            await self.advance(id_)

    async def answer(
        self, item: str, answer: str, by: str, said: Mapping[str, str] = _NOTHING
    ) -> Answered | None:
        """A person's answer to a work item; the first one counts. None: there is no such item.

        said: `thing.field` -> what was filled in. Raises NotAnAnswer.
        """
        id_ = item.partition(":")[0]
        while True:
            instance = await self.instances.get(id_)
            asked = None if instance is None else instance.item(item)
            if instance is None or asked is None:
                return None
            if asked.closed is not None:
                return Answered(asked, is_first=False)
            _check(asked, answer, said)
            move = self._answered(instance, asked, answer, by, said)
            if await self.instances.keep(move):
                await self.advance(id_)
                return Answered(move.instance.item(item) or asked, is_first=True)

    def _turn(self, version: str) -> Turn | None:
        story = self.stories(version)
        if story is None:
            return None
        return Turn(
            story=story,
            instances=self.instances,
            actions=self.actions,
            known=self.known,
            now=self.clock.now(),
            today=self.clock.today(),
        )

    def _answered(
        self, instance: Instance, item: WorkItem, answer: str, by: str, said: Mapping[str, str]
    ) -> Move:
        draft = Draft(instance, self.clock.now())
        draft.close([item], by, answer)
        if not instance.is_over:
            self._take(draft, item, answer, by, said)
        return draft.certain_move()

    def _take(
        self, draft: Draft, item: WorkItem, answer: str, by: str, said: Mapping[str, str]
    ) -> None:
        """What an answer does to the story. Work that it does not wait for does nothing."""
        point = draft.instance.point
        match item.kind:
            case Kind.DECIDE:
                draft.note(What.DECIDED, answer, by)
                draft.go_to(point)
                draft.instance = replace(draft.instance, chosen=answer, said=said)
            case Kind.JUDGE:
                draft.hold_nothing()
                draft.instance = replace(draft.instance, judged=answer)
            case Kind.BY_HAND:
                draft.go_to(point if answer == AGAIN else point + 1)
            case Kind.LATE if answer == STOP:
                draft.end(STOPPED)
            case Kind.LATE if draft.instance.held is not None:
                self._go_on_without(draft, draft.instance.held)

    def _go_on_without(self, draft: Draft, held: Held) -> None:
        """What was waited for is taken as happened; going round is taken as meant."""
        if held.why is For.HAPPENING:
            draft.close_what_is_moot()
            draft.go_to(draft.instance.point + 1)
        else:
            draft.hold_nothing()
            draft.instance = replace(draft.instance, judged=GO_ON)


def _check(item: WorkItem, answer: str, said: Mapping[str, str]) -> None:
    button = next((button for button in item.buttons if button.answer == answer), None)
    if button is None:
        raise NotAnAnswer(f'"{answer}" is no answer to this')
    missing = [name for name in button.asks if not said.get(name)]
    if missing or set(said) - set(button.asks):
        raise NotAnAnswer(f'"{answer}" asks exactly: {", ".join(button.asks) or "nothing"}')
