"""What the service desk's pages get from the rest of the site, by way of the request."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.http import Http404, HttpRequest

from balie.access.viewer import Visitor
from balie.backstage.actions import Receipt
from balie.backstage.auditing import Deeds
from balie.backstage.process.processes import Answered
from balie.backstage.service_desk.belonging import Kept
from balie.backstage.service_desk.confirming import Confirming
from balie.backstage.service_desk.finding import Finding
from balie.backstage.service_desk.looking import Looking
from balie.backstage.service_desk.stuck import StaffActions
from balie.backstage.service_desk.work import WorkItems
from balie.backstage.why import Explainer
from balie.systems.contract import Contract


class Directory(Protocol):
    """Who signs in here, customers and staff. Asks the database, no system."""

    def with_mail(self, mail: str) -> Visitor | None:
        """Whoever signs in with exactly this address, capitals aside."""
        ...

    def with_id(self, person: str) -> Visitor | None:
        """Whoever has this id."""
        ...

    def called(self, name: str) -> Sequence[Visitor]:
        """Customers in whose name these words stand; twenty at most."""
        ...

    def memberships(self, person: str) -> Sequence[Kept]:
        """What Balie keeps of a person's memberships, also of those that are over."""
        ...

    def recognised(self, person: str) -> Mapping[str, datetime]:
        """Names of `me` that are kept of a person, and since when."""
        ...

    def names(self, people: Iterable[str]) -> Mapping[str, str]:
        """Id -> name, else mail address, of those who are still there."""
        ...


class Answers(Protocol):
    """Takes a person's answer to a work item: `Processes.answer`. Raises NotAnAnswer."""

    def __call__(
        self, item: str, answer: str, by: str, said: Mapping[str, str]
    ) -> Awaitable[Answered | None]: ...


class Acts(Protocol):
    """Sign-ins of staff as a customer: `identity.acting.ActingSessions`."""

    @property
    def lasts(self) -> timedelta:
        """How long it goes on before it must be begun anew."""
        ...

    def begin(
        self, customer: str, own_cookie: str, why: str, acting_for: str | None = None
    ) -> str | None:
        """A cookie's value; None when nobody can be this customer. acting_for: the organisation
        that was chosen for them, if it was.
        """
        ...

    def stop(self, own_cookie: str) -> str:
        """Ends it; the id of the customer, "" when it was over already."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Work items of instances, and how they are answered."""

    items: WorkItems
    answer: Answers


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDesk:
    """All that staff see and settle.

    receipts: the newest of a person. deeds: who did what, about whom. work: None while no instances
    are run. seal, unseal: make something unreadable, to be carried in an address, and readable
    again.
    """

    actions: StaffActions
    deeds: Deeds
    receipts: Callable[[str], Awaitable[Sequence[Receipt]]]
    directory: Directory
    finding: Finding
    confirming: Confirming
    looking: Looking
    explaining: Explainer
    contracts: Mapping[str, Contract]
    seal: Callable[[bytes], bytes]
    unseal: Callable[[bytes], bytes | None]
    now: Callable[[], datetime]
    work: Work | None = None
    acts: Acts | None = None  # None: nobody acts as a customer


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of staff who is signed in. teams: of the blueprint."""

    id: str
    teams: frozenset[str]


def colleague_of(request: HttpRequest) -> Colleague:
    """Whoever asks, with their teams."""
    person = request.user
    if not person.is_authenticated:
        raise Http404
    return Colleague(person.pk.hex, frozenset(getattr(person, "staff_roles", ())))
