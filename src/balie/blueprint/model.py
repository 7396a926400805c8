"""A blueprint that was read: frozen, whole, every word with its place.

Reading gives names and texts; meaning that needs another part of the blueprint (does this step
exist, does this field) is for the checks. Keys of the mappings are in the order of the file.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import TypeVar

from balie.blueprint.conditions import Condition
from balie.blueprint.relations import Equality
from balie.blueprint.source import Span, Text
from balie.systems.profile import Profile

T = TypeVar("T")

EVERYBODY = "everybody"
"""Whom a step is `for:` that is done without signing in."""

SEED_COLOUR = Text("#1f6f5c")
FORM_OF_ADDRESS = Text("u")
ZONE = Text("Europe/Amsterdam")

A_MAIL_ADDRESS = "e-mail"
"""What `must be:` says of an answer that is an address to write to."""


def nothing() -> Mapping[str, T]:
    """An empty mapping that cannot be changed."""
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time as written. Working time is counted in the blueprint's calendar."""

    text: Text
    length: timedelta
    working: bool = False  # "2 working days": `length` then holds whole days


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """When people work: which days of the week (0 is Monday), from and until which minute of the
    day (1440 is midnight at its end).
    """

    days: frozenset[int] = frozenset(range(5))
    opens: int = 9 * 60
    closes: int = 17 * 60


# ---- who


@dataclass(frozen=True, slots=True)
class ExtraCheck:
    """Two steps must be proved: in this sign-in, or no longer ago than `within`."""

    text: Text
    within: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A kind of customer: consumer, buyer, ..."""

    id: Text
    name: Text
    signs_in_with: Text | None = None
    belongs_to: Text | None = None  # acts for exactly one of this name of `me`
    extra_check: ExtraCheck | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """A team of staff, or a partner who has no sign-in."""

    id: Text
    name: Text
    phone: Text | None = None
    hours: Text | None = None
    acts_for_customers: Text | None = None  # read | write: they may act as a customer


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Everybody in the story."""

    at: Span
    customers: Mapping[str, Customer] = field(default_factory=nothing)
    staff: Mapping[str, Colleague] = field(default_factory=nothing)
    partners: Mapping[str, Colleague] = field(default_factory=nothing)
    staff_at: Span | None = None  # the key `staff:` (`customers_at` alike)
    customers_at: Span | None = None


# ---- the story


@dataclass(frozen=True, slots=True)
class FieldRef:
    """`order.status` as a step writes it: a thing and one of its fields or nested things."""

    text: Text
    thing: str
    field: str

    @classmethod
    def of(cls, text: Text) -> "FieldRef":
        """The reference that a text writes; `order` alone has the field ""."""
        thing, _, name = text.partition(".")
        return cls(text, thing, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number for a dashboard, or a row of them when `per` is there."""

    name: Text
    of: Text  # "invoice.open_amount" or "order"
    as_: Text  # sum | count
    if_: Condition | None = None
    per: Text | None = None  # "month of date"
    draw: Text | None = None  # bars


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlyWhile:
    """A form may be used only while this holds; else the customer reads why not."""

    if_: Condition
    otherwise_says: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What Balie shows: a page, or a form when it asks."""

    at: Span
    address: Text | None = None
    headline: Text | None = None
    timeline: FieldRef | None = None
    shows: tuple[FieldRef, ...] = ()
    asks: tuple[FieldRef, ...] = ()
    figures: tuple[Figure, ...] = ()
    figures_at: Span | None = None
    at_most_old: Duration | None = None
    changes: Text | None = None  # a thing
    creates: Text | None = None  # a thing
    button: Text | None = None
    only_while: tuple[OnlyWhile, ...] = ()

    @property
    def is_form(self) -> bool:
        """Whether customers fill something in here."""
        return bool(self.asks) or self.changes is not None or self.creates is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sends:
    """One line of `sends:` or `sets:`: a target and what goes there."""

    target: Text
    value: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A line of `backstage:` or `frontstage:`: somebody does something, or it does itself."""

    at: Span
    does: Text
    who: Text | None = None
    if_: Condition | None = None
    within: Duration | None = None
    answers: Text | None = None
    makes: Text | None = None  # system.table
    updates: Text | None = None
    sends: tuple[Sends, ...] = ()
    sets: tuple[Sends, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One way out of a decision."""

    name: Text
    button: Text | None = None
    asks: tuple[FieldRef, ...] = ()
    sets: tuple[Sends, ...] = ()
    next: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """The wait point of a step."""

    at: Span  # the key `waits for`
    when: Text
    where: tuple[Equality, ...] = ()
    at_most: Duration | None = None
    then: Text | None = None
    mail: Text | None = None
    then_goes_to: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    """What a form sends waits until a colleague of the same organisation approves it.

    Of several, those whose condition holds are asked one after another, each another person.
    if_: when; None: always. by: kinds of customer. then: `refuse` or `give to a person`.
    """

    at: Span  # the key `approve`, or the line in its list
    if_: Condition | None = None
    by: tuple[Text, ...] = ()
    within: Duration | None = None
    then: Text | None = None
    then_goes_to: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tells:
    """A mail that goes out when something happens."""

    mail: Text
    when: Text
    opens: Duration | None = None  # its link opens the row so long without signing in


@dataclass(frozen=True, slots=True, kw_only=True)
class FailPoint:
    """What the customer reads, and what then happens, when something goes wrong here."""

    at: Span
    when: Text  # "erp is down", "login is down", "nobody decides"
    system: str | None = None  # "erp" of "erp is down"
    customer_reads: Text | None = None
    then: Text | None = None  # show last known | hide this part | keep and try again | ...
    give_up_after: Duration | None = None
    then_goes_to: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """The promises on time of a step."""

    page_within: Duration | None = None
    settled_within: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepts:
    """A warning that is meant, and why."""

    code: Text
    because: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """Something still to be found out, and who can say."""

    to: Text
    question: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One column of the drawing."""

    id: Text
    title: Text
    customer_does: Text
    phase: str
    for_: tuple[Text, ...] = ()
    for_at: Span | None = None  # the value of `for:`
    extra_check: ExtraCheck | None = None
    customer_gets: tuple[Text, ...] = ()
    screen: Screen | None = None
    approve: tuple[Approve, ...] = ()
    frontstage: tuple[Work, ...] = ()
    backstage: tuple[Work, ...] = ()
    decision: tuple[Answer, ...] = ()
    waits: Waits | None = None
    waits_at: Span | None = None
    tells: tuple[Tells, ...] = ()
    fails: tuple[FailPoint, ...] = ()
    fails_at: Span | None = None  # the key `if it goes wrong`
    promise: Promise = Promise()
    feels: int | None = None
    next: Text | None = None
    accepts: tuple[Accepts, ...] = ()
    open_questions: tuple[OpenQuestion, ...] = ()
    by_representatives: bool = False  # whoever acts for a customer may do it too

    @property
    def is_for_everybody(self) -> bool:
        """Whether it is done without signing in."""
        return EVERYBODY in self.for_


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the story."""

    name: Text
    steps: tuple[Step, ...]


# ---- the things


@dataclass(frozen=True, slots=True)
class TableRef:
    """`erp.salesOrders`, or `crm.cases.itemLines` for rows inside rows."""

    text: Text
    system: str
    table: str
    inside: str | None = None  # "itemLines"

    def within(self, path: str) -> str:
        """The path of a raw field in the table: `itemLines.quantity` for rows inside rows."""
        return f"{self.inside}.{path}" if self.inside else path


@dataclass(frozen=True, slots=True)
class Source:
    """Where a thing's rows come from. `name` is "" unless the thing has a life order."""

    name: str
    table: TableRef


@dataclass(frozen=True, slots=True)
class FieldSource:
    """The raw field in one source; `source` is "" for "each source that has it"."""

    source: str
    path: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One of a field's words: a code, when it holds, and what the customer reads.

    code is None for the fallback, which is no stage. if_ is None for words that are
    written as `code: text`.
    """

    code: Text | None
    says: Text
    if_: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingField:
    """A field in the customer's words: where it comes from, goes to, and who may see it."""

    id: Text
    name: Text | None = None  # without a name it is never shown
    from_: tuple[FieldSource, ...] = ()
    to: tuple[Text, ...] = ()
    also_to: tuple[Text, ...] = ()
    calculated_by: Text | None = None
    words: tuple[Stage, ...] = ()
    words_at: Span | None = None  # the key `words`
    leave_out_codes: tuple[Text, ...] = ()
    good_news: tuple[Text, ...] = ()
    asks_attention: tuple[Text, ...] = ()
    may_be_skipped: tuple[Text, ...] = ()
    empty: Text | None = None
    seen_by: tuple[Text, ...] = ()  # empty: all who may see the thing
    seen_by_at: Span | None = None
    personal: Text | None = None
    must_be: Text | None = None
    optional: bool = False
    asked_if: Condition | None = None  # of answers that were given before it
    guard: Text | None = None
    help: Text | None = None
    choose_from: Text | None = None
    open_questions: tuple[OpenQuestion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """A row in another system that follows a thing's changes."""

    table: TableRef
    linked_by: tuple[Equality, ...]
    for_: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Something customers know: an order, an invoice, my details."""

    id: Text
    name: Text | None = None
    plural: Text | None = None  # the heading of lists
    in_: Text | None = None  # "order.lines" (a list) or "return" (exactly one)
    from_: tuple[Source, ...] = ()
    key: Text | None = None
    owner: tuple[Equality, ...] = ()
    linked_by: tuple[Equality, ...] = ()
    where: tuple[Equality, ...] = ()
    seen_by: tuple[Text, ...] = ()
    seen_by_at: Span | None = None
    may_change: tuple[Text, ...] = ()
    personal: Text | None = None
    purpose: tuple[Text, ...] = ()
    list_: tuple[Text, ...] = ()
    leave_out: tuple[Condition, ...] = ()
    sets: tuple[Sends, ...] = ()
    followers: tuple[Follower, ...] = ()
    remember: Duration | None = None
    window: Duration | None = None
    accepts: tuple[Accepts, ...] = ()
    fields: Mapping[str, ThingField] = field(default_factory=nothing)

    @property
    def parent(self) -> str | None:
        """The thing that this one is in: "order" of `in: order.lines`."""
        return None if self.in_ is None else self.in_.partition(".")[0]

    @property
    def list_name(self) -> str | None:
        """The name of the nested list: "lines" of `in: order.lines`; None for exactly one row."""
        return None if self.in_ is None else self.in_.partition(".")[2] or None


# ---- the systems


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A system underneath: an ERP, a CRM, a carrier."""

    id: Text
    name: Text
    speaks: Text
    contract: tuple[Text, ...] = ()
    profile: Text | None = None
    at: Text | None = None  # "${ERP_URL}"
    tables: Mapping[str, Text] = field(default_factory=nothing)  # our name -> theirs
    news: Text | None = None
    news_every: Duration | None = None  # of "asked every 2 minutes"; None: told at once
    usually_answers_within: Duration | None = None
    limit: Text | None = None
    country: Text | None = None
    accepts: tuple[Accepts, ...] = ()
    what_it_does_not_say: Profile = field(default_factory=Profile)  # the profile, read


@dataclass(frozen=True, slots=True, kw_only=True)
class ByLetter:
    """Who else may know that they are a row: whoever has a letter with a code, and fills in what
    only they and we know. All are fields of the row. prints: what goes to the printer besides.
    """

    at: Span
    number: Text
    postcode: Text
    prints: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MeLine:
    """One way to know a name of `me`."""

    at: Span
    from_: Text  # "crm.contacts.id"
    system: str
    table: str
    field: str
    where: tuple[Equality, ...]
    for_: tuple[Text, ...] = ()
    once: bool = False
    otherwise: Text | None = None
    then_goes_to: Text | None = None
    by_letter: ByLetter | None = None
    words: Mapping[str, Text] = dataclasses.field(
        default_factory=nothing
    )  # of `roles`: code -> kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """How we recognise who signs in, read from top to bottom. `roles` is one of the names."""

    at: Span
    at_most_old: Duration | None = None
    delete_after: Duration | None = None
    names: Mapping[str, tuple[MeLine, ...]] = field(default_factory=nothing)


class Says(StrEnum):
    """Who says who belongs to which organisation, and as what."""

    API = "api"  # the systems, as `me` says
    LOCAL = "local"  # Balie's own table
    CLAIMS = "claims"  # the other party that somebody signs in with


@dataclass(frozen=True, slots=True, kw_only=True)
class Memberships:
    """Who belongs to an organisation. administrators_give: kinds of customer that those of an
    organisation give to others there. words: what another party says of roles -> kind of customer.
    """

    at: Span
    organisations: Says = Says.API
    roles: tuple[Says, ...] = (Says.API,)
    roles_at: tuple[Text, ...] = ()  # as they are written
    organisations_at: Text | None = None
    administrators_give: tuple[Text, ...] = ()
    words: Mapping[str, Text] = field(default_factory=nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Representatives:
    """Customers who may let somebody else act for them. for_: kinds of customer, in private.

    steps: what the other may do; None: whatever is for these kinds.
    """

    at: Span
    for_: tuple[Text, ...]
    steps: tuple[Text, ...] | None = None

    def may_do(self, step: str, kinds: Iterable[str]) -> bool:
        """Whether a representative does this step, which is for these kinds of customer."""
        if self.steps is not None:
            return step in self.steps
        return not set(self.for_).isdisjoint(kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inboxes:
    """Where work for people arrives as well: a row of a table for each piece of work.

    teams: our name of a team -> the system's. closes_with: what the row gets when the work is
    done; nothing: people close it there themselves.
    """

    at: Span
    makes: Text  # system.table
    teams: Mapping[Text, Text]
    sends: tuple[Sends, ...] = ()
    closes_with: tuple[Sends, ...] = ()

    @property
    def works(self) -> tuple[Work, ...]:
        """What it writes, as lines of work are written."""
        making = Work(at=self.at, does=self.makes, makes=self.makes, sends=self.sends)
        closing = Work(at=self.at, does=self.makes, updates=self.makes, sends=self.closes_with)
        return (making, closing) if self.closes_with else (making,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """Why we may know something."""

    id: Text
    name: Text
    basis: Text
    delete_after: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdditionalCookie:
    """A cookie of somebody else that customers are asked about. script: what sets it."""

    id: Text
    name: Text
    what_for: Text
    by: Text
    script: Text
    kept_for: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """`brand.yaml`."""

    name: Text
    seed_colour: Text = SEED_COLOUR
    logo: Text | None = None
    help_desk: Text | None = None  # a team of staff


# ---- the whole


@dataclass(frozen=True, kw_only=True, repr=False)
class Blueprint:
    """The whole service. `version` is a hash of every file that was read."""

    service: Text
    about: Text
    language: Text
    also: tuple[Text, ...] = ()
    address_customers_as: Text = FORM_OF_ADDRESS
    zone: Text = ZONE
    working_hours: WorkingHours = WorkingHours()
    holidays: Text | None = None  # "nl", "de-by": whose public holidays nobody works on
    people: People
    story: tuple[Phase, ...]
    things: Mapping[str, Thing] = field(default_factory=nothing)
    purposes: Mapping[str, Purpose] = field(default_factory=nothing)
    cookies: Mapping[str, AdditionalCookie] = field(default_factory=nothing)
    systems: Mapping[str, System] = field(default_factory=nothing)
    logins: Mapping[str, Text] = field(default_factory=nothing)
    me: Me
    memberships: Memberships
    representatives: Representatives | None = None
    inboxes: Inboxes | None = None
    brand: Brand
    words: Mapping[str, Mapping[str, Text]] = field(
        default_factory=nothing
    )  # language -> text -> text
    texts: Mapping[str, str] = field(default_factory=nothing)  # file -> its text, for messages
    files: Mapping[str, bytes] = field(default_factory=nothing)  # contracts, functions, logo
    version: str = ""

    def __repr__(self) -> str:
        """Its name and version: all of it is megabytes, and asyncio shows results to itself."""
        return f"Blueprint({str(self.service)!r}, {self.version[:10]})"

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every step, in the order of the story."""
        return tuple(step for phase in self.story for step in phase.steps)

    @cached_property
    def steps_for_everybody(self) -> tuple[Step, ...]:
        """What can be done without signing in."""
        return tuple(step for step in self.steps if step.is_for_everybody)

    @cached_property
    def nested(self) -> Mapping[str, Thing]:
        """What is `in:` what: the nested thing by "order.lines"."""
        return {str(thing.in_): thing for thing in self.things.values() if thing.in_ is not None}

    def say(self, text: str, language: str) -> str:
        """A text of the blueprint in this language; untranslated when there are no words for it."""
        if language == self.language:
            return str(text)
        return str(self.words.get(language, nothing()).get(text, text))
