"""Memberships of organisations that nobody can say, or nobody could be given."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.model import Memberships, People, Says

_ME = "me:\n"

ABOUT = About(
    code="BP327",
    severity=Severity.ERROR,
    title="Memberships that nobody could have",
    why="What somebody is in an organisation is said by the systems (api), by another party at "
    "sign-in (claims), or by Balie itself (local). What nobody can say, nobody ever is.",
    example=Change(
        "systems.yaml", _ME, "memberships: {roles: api, administrators give: [member]}\n\nme:\n"
    ),
    near_miss=Change("systems.yaml", _ME, "memberships: {roles: [api, local]}\n\nme:\n"),
)


def check(subject: Subject) -> Iterator[Finding]:
    memberships, people = subject.blueprint.memberships, subject.blueprint.people
    yield from _given(memberships, people)
    yield from _worded(memberships, people)
    if memberships.organisations is Says.LOCAL and Says.API in memberships.roles:
        said = memberships.organisations_at
        yield ABOUT.finding(
            "Balie lists the organisations, and systems say who belongs to others",
            *((place(said, "only those in Balie's own list"),) if said else ()),
            help_=("leave  api  out of  roles:", "or write  organisations: api"),
        )
    if memberships.organisations is Says.CLAIMS and Says.CLAIMS not in memberships.roles:
        said = memberships.organisations_at
        yield ABOUT.finding(
            "organisations come from claims, and what somebody is there does not",
            *((place(said, "another party names the organisation"),) if said else ()),
            help_=("add  claims  to  roles:",),
        )


def _given(memberships: Memberships, people: People) -> Iterator[Finding]:
    for kind in memberships.administrators_give:
        if Says.LOCAL not in memberships.roles:
            yield ABOUT.finding(
                "administrators give what nobody asks Balie for",
                place(kind, "given in Balie"),
                *(place(said, "asked elsewhere") for said in memberships.roles_at[:1]),
                help_=("add  local  to  roles:",),
            )
            return
        known = people.customers.get(kind)
        if known is None or known.belongs_to is None:
            yield ABOUT.finding(
                f'administrators give "{kind}", and that belongs to no organisation',
                place(kind, "given in an organisation"),
                *(() if known is None else (place(known.id, "without  belongs to:"),)),
                help_=("give only kinds of customer that have  belongs to:",),
            )


def _worded(memberships: Memberships, people: People) -> Iterator[Finding]:
    for kind in memberships.words.values():
        if Says.CLAIMS not in memberships.roles:
            yield ABOUT.finding(
                "there are words for what another party says, and it is not asked",
                place(kind, "never said"),
                help_=("add  claims  to  roles:",),
            )
            return
        if kind not in people.customers:
            yield ABOUT.finding(
                f'"{kind}" is no kind of customer',
                place(kind, "not among  people: customers:"),
                help_=(f"use one of: {', '.join(people.customers)}",),
            )
