"""Who signed in (Visitor), and who that is to the systems underneath (Viewer)."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from balie.blueprint.model import EVERYBODY

_NO_LINKS: Mapping[str, tuple[str, ...]] = MappingProxyType({})


PRIVATE = ""
"""The organisation of whoever acts for nobody but themselves."""


@dataclass(frozen=True, slots=True)
class Membership:
    """What Balie itself knows of a person in an organisation; of `PRIVATE`: of the person.

    kind: of customer; "" for an administrator who has no pages by it. source: who says so, one of
    `local`, `claims`. name: of the organisation, where Balie keeps its own list of them.
    holds: it began and has not ended. One that does not hold gives nothing, and is still what
    Balie decided.
    """

    organisation: str
    kind: str
    is_administrator: bool = False
    source: str = "local"
    name: str = ""
    holds: bool = True


ADMINISTRATORS = "administrators"
"""The role of staff who administer the portal itself. Every portal knows it, whatever its teams."""


SOMEBODY = "\x01"
"""What stands as their organisation of whoever acts for another person. No organisation has this
key, so once they may not any more they are asked to choose, and are not themselves unawares.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """Somebody who acts as a customer. until: seconds since 1970.

    person: their id. why: they do, a word of the audit. teams: of staff, of the blueprint, as they
    are now. represents: they are no staff: the customer lets them, in private.
    """

    person: str
    name: str
    teams: frozenset[str]
    until: int
    why: str = ""
    represents: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A completed sign-in, as identity knows it. No system was asked for any of this.

    person: identity's own id. email: verified, lower case. links: names of `me` that were
    recognised once and stored since (`contact` -> the keys of its rows; mostly one).
    staff_roles: teams of the blueprint's `people.staff`; whoever has one is staff, not a customer.
    level: in how many steps they proved who they are. level_at: when, for the last time, in seconds
    since 1970. behind: somebody else who acts as this customer: of staff, or a representative.
    may_represent: there may be others for whom this person acts in private.
    sign_in: names this sign-in, and lets nobody in.
    """

    person: str
    email: str
    name: str = ""
    links: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NO_LINKS)
    is_staff: bool = False
    staff_roles: frozenset[str] = frozenset()
    acting_for: str | None = None  # the key that was chosen, or PRIVATE; None: nothing yet
    memberships: tuple[Membership, ...] = ()
    level: int = 1
    level_at: int = 0
    behind: Behind | None = None
    sign_in: str = field(default="", compare=False)
    may_represent: bool = False

    @property
    def represents(self) -> bool:
        """Whether this is somebody's representative who asks."""
        return self.behind is not None and self.behind.represents

    @property
    def who(self) -> Hashable:
        """All but level and sign-in as one key: visitors with the same key are the same to systems.

        How they proved it is of one browser, and is looked at anew at every page.
        """
        links = tuple(self.links.items())
        named = (self.person, self.email, self.name, self.acting_for)
        chooses = (self.may_represent, self.behind)
        return (*named, links, self.is_staff, self.staff_roles, self.memberships, chooses)


class Knowledge(StrEnum):
    """What we know of a name of `me`."""

    KNOWN = "known"
    NONE = "none"  # the source answered: there is none
    UNKNOWN = "unknown"  # the source is away and there is no last known answer


@dataclass(frozen=True, slots=True)
class Mine:
    """The values of one name of `me`. Never holds null or an empty text."""

    knowledge: Knowledge
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who looks at a page. kinds: the kinds of customer this person acts as here and now.

    organisation: the key of the one that is acted for, PRIVATE for none, None when it cannot be
    known now; acting_for: its name.
    administers: it, which by itself shows nothing of what is its.
    may_choose: there are others to act for. must_choose: nothing is shown before that is done.
    began: when the request began, so that its promise on time counts from there. level, level_at,
    sign_in: of the visitor whose request it is. behind: as of a `Visitor`.
    """

    person: str
    email: str
    kinds: frozenset[str]
    kinds_known: bool  # False: the source of roles is away; then nothing is shown, and we say so
    me: Mapping[str, Mine]
    acting_for: str | None = None
    organisation: str | None = PRIVATE
    may_choose: bool = False
    must_choose: bool = False
    administers: bool = False
    is_staff: bool = False
    began: float | None = field(default=None, compare=False)  # on the event loop's clock
    level: int = field(default=1, compare=False)
    level_at: int = field(default=0, compare=False)
    sign_in: str = field(default="", compare=False)
    behind: Behind | None = None

    def at(self, began: float | None, visitor: Visitor) -> "Viewer":
        """The same viewer in a request of this visitor that began then."""
        return Viewer(
            person=self.person,
            email=self.email,
            kinds=self.kinds,
            kinds_known=self.kinds_known,
            me=self.me,
            acting_for=self.acting_for,
            organisation=self.organisation,
            may_choose=self.may_choose,
            must_choose=self.must_choose,
            administers=self.administers,
            is_staff=self.is_staff,
            began=began,
            level=visitor.level,
            level_at=visitor.level_at,
            sign_in=visitor.sign_in,
            behind=visitor.behind,
        )

    @property
    def represents(self) -> bool:
        """Whether a representative of this customer looks, who may do less."""
        return self.behind is not None and self.behind.represents

    @property
    def who(self) -> Hashable:
        """All but time, level and sign-in as one key: two viewers with the same key may see the
        same, once each has proved what is asked.
        """
        me = tuple((name, mine.knowledge.value, mine.values) for name, mine in self.me.items())
        named = (self.person, self.email, self.acting_for, self.organisation)
        chooses = (self.may_choose, self.must_choose, self.administers)
        return (*named, self.kinds, self.kinds_known, me, self.is_staff, chooses, self.behind)


def anybody() -> Viewer:
    """Whoever comes by without signing in: nobody to any system, whoever they may be."""
    return Viewer(person=EVERYBODY, email="", kinds=frozenset({EVERYBODY}), kinds_known=True, me={})
