"""For whom somebody acts: in private, or for exactly one organisation. Never for two at once.

Three may say what somebody is there. The systems (`api`, by `me`) and the other party that they
signed in with (`claims`) count together. Balie's own table (`local`) stands above both: where it
has a membership of a person in an organisation, whatever its dates, it decides there alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from balie.access.viewer import PRIVATE, Membership
from balie.blueprint.model import Blueprint, Says


@dataclass(frozen=True, slots=True)
class Context:
    """One of those for whom somebody can act. organisation: its key, or PRIVATE.

    kinds: of customer that they are then; none for an administrator who has no pages by it.
    name: of the organisation, when somebody knows it.
    """

    organisation: str
    kinds: frozenset[str]
    is_administrator: bool = False
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Contexts:
    """All of them, in private first. are_all: False while a system that would know is away."""

    found: tuple[Context, ...]
    are_all: bool = True

    def chosen(self, acting_for: str | None) -> Context | None:
        """The one that was chosen; without a choice the only one there is; None: none, or several.

        A choice that is not there any more is none: whoever made it must know.
        """
        if acting_for is None:
            return self.found[0] if len(self.found) == 1 and self.are_all else None
        return next((one for one in self.found if one.organisation == acting_for), None)


class OwnMemberships:
    """What Balie knows of one person, as far as the blueprint wants to hear it from Balie."""

    def __init__(self, blueprint: Blueprint, memberships: Iterable[Membership]) -> None:
        self._customers = blueprint.people.customers
        self._is_listed = blueprint.memberships.organisations is Says.LOCAL
        sources = blueprint.memberships.roles
        self._own = [one for one in memberships if one.source in sources and self._fits(one)]

    def _fits(self, one: Membership) -> bool:
        """Whether the blueprint has this kind, and it is one of private people or organisations;
        of those in Balie's own list, where that says which there are.
        """
        kind = self._customers.get(one.kind)
        is_private = one.organisation == PRIVATE
        if self._is_listed and not is_private and not one.name:
            return False
        return not one.kind or (kind is not None and (kind.belongs_to is None) == is_private)

    @property
    def organisations(self) -> Sequence[str]:
        """The keys of those in which somebody is something now; PRIVATE may be among them."""
        return sorted({one.organisation for one in self._own if one.holds})

    def decides(self, organisation: str) -> bool:
        """Whether Balie alone says what this person is there."""
        return any(one.source == Says.LOCAL and one.kind for one in self._at(organisation))

    def kinds(self, organisation: str) -> frozenset[str]:
        """The kinds of customer that they are there, by what holds now."""
        local = self.decides(organisation)
        return frozenset(
            one.kind
            for one in self._at(organisation)
            if one.holds and one.kind and (not local or one.source == Says.LOCAL)
        )

    def is_administrator(self, organisation: str) -> bool:
        """Whether they administer it now."""
        return any(
            one.holds and one.is_administrator and one.source == Says.LOCAL and organisation
            for one in self._at(organisation)
        )

    def name(self, organisation: str) -> str | None:
        """The name of the organisation in Balie's own list, when it is there."""
        return next((one.name for one in self._at(organisation) if one.name), None)

    def _at(self, organisation: str) -> Iterable[Membership]:
        return (one for one in self._own if one.organisation == organisation)
