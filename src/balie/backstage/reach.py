"""The pages and forms that a viewer may open, worked out once for each set of kinds of customer.

What a page costs must not grow with the steps of a blueprint: nothing here is looked for at a
request, it is looked up.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from balie.backstage.plans import Plan
from balie.blueprint.model import OnlyWhile, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class FormAbout:
    """A form that is about a row of a thing. question: the name that picks it, in its address."""

    step: Step
    address: str
    question: str
    rules: Sequence[OnlyWhile]


@dataclass(frozen=True, eq=False)
class Reach:
    """Pages and forms by what they are about, in the order of the story.

    There is one for each set of kinds: what follows from it can be kept under it.
    """

    plans: Sequence[Plan]
    forms: Mapping[str, Sequence[FormAbout]] = field(default_factory=dict)
    _seen: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def seen(
        self, thing: str, fields: tuple[str, ...], find: Callable[[], tuple[str, ...]]
    ) -> tuple[str, ...]:
        """Which of these fields of a thing these kinds of customer may see: found once."""
        found = self._seen.get((thing, fields))
        if found is None:
            found = self._seen[thing, fields] = find()
        return found

    def about(self, thing: str) -> Sequence[Plan]:
        """The pages about one row of a thing; a row's own page is the first."""
        return self._about.get(thing, ())

    def list_of(self, thing: str) -> Plan | None:
        """The list of a thing, if there is one."""
        return self._lists.get(thing)

    def forms_about(self, thing: str) -> Sequence[FormAbout]:
        """The forms that are about one row of a thing."""
        return self.forms.get(thing, ())

    @cached_property
    def _about(self) -> Mapping[str, Sequence[Plan]]:
        found: dict[str, list[Plan]] = {}
        for plan in self._of_kind("details"):
            found.setdefault(_subject(plan), []).append(plan)
        return found

    @cached_property
    def _lists(self) -> Mapping[str, Plan]:
        found: dict[str, Plan] = {}
        for plan in self._of_kind("list"):
            found.setdefault(_subject(plan), plan)
        return found

    def _of_kind(self, kind: str) -> Collection[Plan]:
        return [plan for plan in self.plans if plan.kind == kind and plan.subject is not None]


def _subject(plan: Plan) -> str:
    return plan.subject.thing if plan.subject is not None else ""
