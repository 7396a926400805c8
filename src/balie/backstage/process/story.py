"""The story as an instance runs through it: the lines of a step, and what comes after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from balie.backstage.process.calendar import Calendar, calendar
from balie.blueprint.model import Answer, Blueprint, FailPoint, Step, Work
from balie.mapping.thing import MappedThing, map_things
from balie.systems.contract import Contract

END = "end"
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Story:
    """One version of a blueprint, ready to be run."""

    blueprint: Blueprint
    contracts: Mapping[str, Contract]
    things: Mapping[str, MappedThing]
    calendar: Calendar

    def step(self, id_: str) -> Step:
        """A step by its name."""
        return next(step for step in self.blueprint.steps if step.id == id_)

    def after(self, step: Step, answer: Answer | None) -> Step | None:
        """What follows: what the answer says, else the step, else the next of its phase."""
        said = (answer and answer.next) or step.next
        if said is not None:
            return None if said == END else self.step(said)
        (steps,) = (p.steps for p in self.blueprint.story if step in p.steps)
        later = steps[steps.index(step) + 1 :]
        return later[0] if later else None

    def is_staff(self, who: str | None) -> bool:
        """Whether this is a team that has work items; a partner has none."""
        return who is not None and who in self.blueprint.people.staff

    def fallback(self, step: Step) -> str:
        """The team for what the story gives to nobody: of the step, else the help desk's."""
        named = [fail.then_goes_to for fail in step.fails if fail.then_goes_to]
        if step.waits is not None and step.waits.then_goes_to:
            named.append(step.waits.then_goes_to)
        named += [work.who for work in step.backstage if work.who and self.is_staff(work.who)]
        if self.blueprint.brand.help_desk:
            named.append(self.blueprint.brand.help_desk)
        return str(next(iter((*named, *self.blueprint.people.staff)), ""))


def story(blueprint: Blueprint, contracts: Mapping[str, Contract]) -> Story:
    """A blueprint, ready to be run."""
    return Story(blueprint, contracts, map_things(blueprint, contracts), calendar(blueprint))


def lines(step: Step) -> tuple[Work, ...]:
    """What is done in a step, in order. In the customer's sight only what has a time is work."""
    return (*(work for work in step.frontstage if work.within is not None), *step.backstage)


def answer_of(step: Step, name: str) -> Answer | None:
    """An answer of the step's decision."""
    return next((answer for answer in step.decision if answer.name == name), None)


def patience(step: Step) -> timedelta:
    """How long a system that is away is looked at again before a person is asked."""
    tried = (fail.give_up_after for fail in step.fails if fail.give_up_after is not None)
    return next((duration.length for duration in tried), _A_DAY)


def when_nobody_decides(step: Step) -> FailPoint | None:
    """What the step says about a decision that nobody takes in time."""
    return next((fail for fail in step.fails if fail.when == "nobody decides"), None)
