"""Starts a blueprint's portal in this process, on rehearsed systems, and proves its access."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from random import Random
from urllib.parse import quote

from asgiref.sync import sync_to_async
from django.urls import URLPattern, URLResolver, get_resolver

from balie.access.proving import TWO_STEPS
from balie.blueprint.model import Blueprint, Customer, Duration, Promise
from balie.blueprint.source import Text
from balie.frontstage.rehearsed import DemoPerson
from balie.identity import models as model
from balie.identity.models import Membership, ViewerSession
from balie.identity.reader import cookie_digest
from balie.proving.approving import Approvals
from balie.proving.around import Around
from balie.proving.arriving import Arrived
from balie.proving.browsing import App, Browser
from balie.proving.doors import doors_of
from balie.proving.guessing import Guesses
from balie.proving.keys import Keys
from balie.proving.marks import Marks, Planting, marks_of
from balie.proving.noting import Enough, Notes
from balie.proving.oracle import Oracle, Who
from balie.proving.people import Person, differing, missing, more
from balie.proving.reading import Place, Reads, kinds_of
from balie.proving.sending import Sends
from balie.rehearsal.launch import RehearsedSystem
from balie.site import demo
from balie.site.blueprints import Checked
from balie.site.bootstrap import start, stop
from balie.site.carrying import carrier_of, opened
from balie.site.configuration import Configuration
from balie.site.proved.keys import keys
from balie.site.proved.making import Making, everything
from balie.store.models import Action
from balie.systems.contract import Table
from balie.systems.rows import Row

STRANGER = "nobody@proved.invalid"
_AFTER_A_WHILE, _A_WHILE = "its time is over since it was read", 1.0  # seconds
_TURNS = 6  # of the carrier
_PATIENT = Duration(Text("60 seconds"), timedelta(seconds=60))

Say = Callable[[str], None]
End = Callable[[Mapping[str, str]], None]
"""Makes a sign-in end, by its cookies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How it is proved. seed: what is chosen by chance. quick: fewer rows of each.

    first: the parts to begin with, such as "sending+keys:letters". guesses: only so many guesses,
    by the first customer.
    """

    seed: int = 1
    quick: bool = False
    first: str = ""
    guesses: int = 0


def prove(
    found: Checked,
    configuration: Configuration,
    systems: Mapping[str, RehearsedSystem],
    say: Say,
    *,
    seed: int,
    quick: bool,
    first_only: bool = False,
    first: str = "",
    guesses: int = 0,
) -> Notes:
    """What was asked, and what was found. say: hears how far it is. first_only: it stops at the
    first thing that is wrong. first: the part to begin with. Raises Refusal.
    """
    wish = Wish(seed=seed, quick=quick, first=first, guesses=guesses)
    configuration = replace(configuration, pages_a_minute=0)  # asks more often than any person
    notes = Notes(found.blueprint, first_only)
    patient = replace(found, blueprint=without_hurry(found.blueprint))
    oracle, marks = planted(patient, systems, wish.seed)
    chosen = differing(oracle, _first(found))
    also = more(oracle, chosen) if found.blueprint.people.staff else []
    _enrol(found.blueprint, chosen, also)
    with suppress(Enough):
        asyncio.run(
            _proved(patient, configuration, systems, oracle, marks, chosen, also, wish, notes, say)
        )
    return notes


def without_hurry(blueprint: Blueprint) -> Blueprint:
    """The same service with time enough for every page, and without limits on its systems: what
    is proved is who may see what, on a machine however busy.
    """
    story = tuple(
        replace(
            phase,
            steps=tuple(
                replace(
                    step,
                    promise=Promise(
                        page_within=_PATIENT, settled_within=step.promise.settled_within
                    ),
                )
                for step in phase.steps
            ),
        )
        for phase in blueprint.story
    )
    systems = {name: replace(one, limit=None) for name, one in blueprint.systems.items()}
    return replace(blueprint, story=story, systems=systems)


def planted(
    found: Checked, systems: Mapping[str, RehearsedSystem], seed: int
) -> tuple[Oracle, Marks]:
    """Marks planted in the rows of the systems, and who reads those rows beside the portal."""
    planting = Planting(found.blueprint, seed)
    rows: dict[str, tuple[Row, ...]] = {}
    tables: dict[str, Table] = {}
    for name, system in systems.items():
        ours = {str(theirs): str(us) for us, theirs in found.blueprint.systems[name].tables.items()}
        for own, table in found.contracts[name].tables.items():
            called = f"{name}.{ours.get(own, own)}"
            held = system.rows(own)
            changes = {one.key: one.fields for one in planting.plant(called, table, held)}
            if changes:
                system.change_rows(own, changes)
                held = system.rows(own)
            rows[called], tables[called] = held, table
    keys = {name: table.key for name, table in tables.items()}
    oracle = Oracle(found.blueprint, rows, keys, date.today())  # noqa: DTZ011 - the day here
    return oracle, marks_of(rows, tables, found.blueprint)


def _first(found: Checked) -> list[str]:
    """The customers of `examples/people.yaml`."""
    people = demo.people_of(found.folder, found.blueprint)
    return [one.mail.casefold() for one in people if not one.is_staff]


def _enrol(blueprint: Blueprint, chosen: list[Who], also: list[Who]) -> None:
    customers = [DemoPerson(mail=who.mail, name="", role="") for who in chosen]
    demo.enrol_as([*customers, DemoPerson(mail=STRANGER, name="", role="")], {})
    teams = {_colleague(team): (str(team),) for team in blueprint.people.staff}
    for one in also:
        teams[one.mail] = (str(next(iter(blueprint.people.staff))),)
    staff = [DemoPerson(mail=m, name="", role="", is_staff=True) for m in teams]
    demo.enrol_as(staff, teams)


def _colleague(team: str) -> str:
    return f"{team}@proved.invalid".casefold()


async def _proved(
    found: Checked,
    configuration: Configuration,
    systems: Mapping[str, RehearsedSystem],
    oracle: Oracle,
    marks: Marks,
    chosen: list[Who],
    also: list[Who],
    wish: Wish,
    notes: Notes,
    say: Say,
) -> None:
    for difference in missing(found.blueprint, chosen):
        says = f"no two customers of the examples are to each other: {difference}"
        notes.found("PR202", difference, says, (found.blueprint.people.at, "these customers"))
    rehearsed = demo.rehearsed((), systems)
    portal = await start(found, configuration, rehearsed)
    try:
        app = portal.application
        people = await _people(app, configuration, oracle, chosen, also)
        say(f"{len(people)} people, {marks.planted} marks planted, {len(marks.places)} known")
        told = await people[0].browser.get("/api/openapi.json")
        place = Place(
            doors=tuple(doors_of(told.said, found.blueprint)),
            people=people,
            oracle=oracle,
            marks=marks,
            notes=notes,
            chance=Random(wish.seed),  # noqa: S311 - to choose, not to hide
            many=1 if wish.quick else 4,
            thorough=not wish.quick,
        )
        await _each_part(place, found, configuration, systems, people, wish, say)
    finally:
        await stop(portal)


async def _each_part(
    place: Place,
    found: Checked,
    configuration: Configuration,
    systems: Mapping[str, RehearsedSystem],
    people: list[Person],
    wish: Wish,
    say: Say,
) -> None:
    reads, sends = Reads(place), Sends(place, _accepted)
    ended = _ended(people, found.blueprint)
    around = Around(place, tuple(_patterns()), reads.links, ended, sends.typed)

    async def leaky() -> None:
        await _from_leaky_systems(found, configuration, systems, place)

    async def approving() -> None:
        if not sends.typed:
            await sends.prove()
        await Approvals(place, sends.receipts, sends.typed).prove()

    async def tokens(only: str = "") -> None:
        making = Making(
            place=place,
            configuration=configuration,
            typed=sends.typed,
            receipts=[(address, filled.owner) for address, filled in sends.receipts],
            signed_in=_again,
        )
        await Keys(place, everything, sends.typed).prove(keys(making, only))

    async def carried() -> None:
        await _carried(found, configuration, systems, place, sends)
        await around.teams()

    parts: Mapping[str, Callable[[], Awaitable[None]]] = {
        "reading": reads.prove,
        "sending": sends.prove,
        "approving": approving,
        "keys": tokens,
        "around": around.prove,
        "arriving": carried,
        "leaky systems": leaky,
    }
    if wish.guesses:
        guesses = Guesses(place, people[0])
        await guesses.prove(wish.guesses, say)
        told = f"{guesses.asked:,} guesses of {guesses.tried:,} identifiers by {people[0].name}"
        say(f"{told}: {guesses.foreign} foreign rows")
        return
    first = wish.first.split("+")
    for name in (*first, *(part for part in parts if part not in first)):
        part = name.partition(":")[2]
        if part:
            await tokens(part)
        elif name in parts:
            say(f"proving: {name}")
            await parts[name]()


async def _carried(
    found: Checked,
    configuration: Configuration,
    systems: Mapping[str, RehearsedSystem],
    place: Place,
    sends: Sends,
) -> None:
    """What was accepted goes to the systems, and belongs there to who sent it."""
    if not sends.typed:
        await sends.prove()
    async with AsyncExitStack() as opening:
        carrying = await opened(found, configuration, opening)
        carrier = carrier_of(carrying)
        for _ in range(_TURNS):
            for one in await carrying.actions.waiting():
                await carrier.carry(one.action)
            for each in carrying.stories.rounds():
                await each.make()
    rows = {name: rows_of(systems, name) for name in place.oracle.rows}
    Arrived(place, replace(place.oracle, rows=rows), sends.typed).prove()


def rows_of(systems: Mapping[str, RehearsedSystem], name: str) -> tuple[Row, ...]:
    """The rows of a table now. name: "system.table"."""
    system, _, table = name.partition(".")
    return systems[system].rows(table)


async def _from_leaky_systems(
    found: Checked,
    configuration: Configuration,
    systems: Mapping[str, RehearsedSystem],
    place: Place,
) -> None:
    """Everybody's own pages once more: a system that gives too much is held back by us alone."""
    another = replace(configuration, cache_url=f"sqlite:///{configuration.state / 'again.db'}")
    rows = {name: rows_of(systems, name) for name in place.oracle.rows}
    now = replace(place.oracle, rows=rows)  # with what arrived
    portal = await start(found, another, demo.rehearsed((), systems))
    try:
        for system in systems.values():
            system.mode(ignore_filters=True)
        again = [
            replace(person, browser=replace(person.browser, app=portal.application))
            for person in place.people
        ]
        await Reads(replace(place, people=again, oracle=now)).own()
    finally:
        for system in systems.values():
            system.mode(ignore_filters=False)
        await stop(portal)


async def _people(
    app: App,
    configuration: Configuration,
    oracle: Oracle,
    chosen: list[Who],
    also: list[Who],
) -> list[Person]:
    """Everybody, signed in."""
    host = configuration.public_url.partition("//")[2]
    people: list[Person] = []
    for letter, who in zip("ABCDGHIJKL", chosen, strict=False):
        name = f"customer {letter} ({kinds_of(who)})"
        person = Person(name=name, mail=who.mail, who=who, browser=Browser(app, host))
        person.allowed = oracle.allowed(who)
        people.append(person)
    nobody = Who(mail="")
    known = Person(
        name="somebody whom no system knows",
        mail=STRANGER,
        who=nobody,
        browser=Browser(app, host),
    )
    staff = [
        Person(
            name=f"staff of {team}",
            mail=_colleague(team),
            who=nobody,
            browser=Browser(app, host),
            teams=(str(team),),
        )
        for team in oracle.blueprint.people.staff
    ]
    staff += [
        Person(
            name=f"a colleague who is a customer too ({kinds_of(one)})",
            mail=one.mail,
            who=nobody,
            browser=Browser(app, host),
            teams=(str(next(iter(oracle.blueprint.people.staff))),),
            would_be=one,
        )
        for one in also
    ]
    everybody = [*people, known, *staff]
    for person in everybody:
        await signed_in(person.browser, person.mail, person.who)
    out = Person(name="nobody", mail="", who=nobody, browser=Browser(app, host))
    return [*everybody, out]


async def _ended(people: list[Person], blueprint: Blueprint) -> AsyncIterator[tuple[str, Person]]:
    """A customer in browsers of which the sign-in is over, and how it ended."""
    for how, first, end in _ends(people, blueprint):
        browser = Browser(first.browser.app, first.browser.host)
        await signed_in(browser, first.mail, first.who)
        cookies = dict(browser.cookies)
        if how == "signed out":
            await _signed_out(browser)
        else:
            await sync_to_async(end)(cookies)
        if how == _AFTER_A_WHILE:
            await browser.get("/")
            await asyncio.sleep(_A_WHILE + 0.3)
        browser.cookies = cookies
        yield how, replace(first, browser=browser)
        await sync_to_async(_as_before)(first.mail)


def _ends(people: list[Person], blueprint: Blueprint) -> Iterator[tuple[str, Person, End]]:
    """How a sign-in ends, or opens less: whose, and what makes it so."""
    for how, end in _ENDS.items():
        yield how, people[0], end
    for person in people:
        kinds = _kinds(person, blueprint)
        if kinds and all(kind.extra_check is not None for kind in kinds):
            yield "one step was proved where two are asked", person, _one_step
            break
    for person in people:
        if any(c.extra_check and c.extra_check.within for c in _kinds(person, blueprint)):
            yield "two steps were proved long ago", person, _long_ago
            break
    keeps = "local" in map(str, blueprint.memberships.roles)
    member = next((one for one in people if one.who.organisation), None) if keeps else None
    if member is not None:
        yield "the membership is over", member, partial(_membership, member.who, 0, 1)
        later = int(time.time()) + 86_400
        yield "the membership has not begun", member, partial(_membership, member.who, later, None)


def _kinds(person: Person, blueprint: Blueprint) -> list[Customer]:
    return [blueprint.people.customers[kind] for kind in person.who.kinds]


def _long_ago(cookies: Mapping[str, str]) -> None:
    session = _session(cookies)
    session.level_at = 1
    session.save()


def _one_step(cookies: Mapping[str, str]) -> None:
    session = _session(cookies)
    session.level = 1
    session.save()


def _membership(who: Who, begins: int, ends: int | None, cookies: Mapping[str, str]) -> None:
    """What Balie itself says of somebody in their organisation decides there alone."""
    Membership.objects.create(
        person=_session(cookies).person,
        organisation=min(who.organisation),
        role=min(who.kinds),
        begins=begins,
        ends=ends,
    )


def _as_before(mail: str) -> None:
    Membership.objects.filter(person__email=mail, source="local").delete()
    model.Person.objects.filter(email=mail).update(is_active=True)


async def _signed_out(browser: Browser) -> None:
    page = await browser.get("/accounts/logout/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    sent = {"csrfmiddlewaretoken": token[1] if token else ""}
    referer = {"referer": f"http://{browser.host}/accounts/logout/"}
    await browser.ask("POST", "/accounts/logout/", form=sent, headers=referer)


def _session(cookies: Mapping[str, str]) -> ViewerSession:
    digests = [cookie_digest(value) for value in cookies.values()]
    return ViewerSession.objects.get(cookie__in=digests)


def _over(cookies: Mapping[str, str]) -> None:
    session = _session(cookies)
    session.expires = 1
    session.save()


def _other_password(cookies: Mapping[str, str]) -> None:
    session = _session(cookies)
    session.fingerprint = "0" * 64
    session.save()


def _over_soon(cookies: Mapping[str, str]) -> None:
    session = _session(cookies)
    session.expires = int(time.time() + _A_WHILE)
    session.save()


def _closed(cookies: Mapping[str, str]) -> None:
    person = _session(cookies).person
    person.is_active = False
    person.save()


_ENDS: Mapping[str, End] = {
    "signed out": lambda _cookies: None,
    "the password changed": _other_password,
    _AFTER_A_WHILE: _over_soon,
    "its time is over": _over,
    "the account was closed": _closed,
}


def _patterns(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    """Every address of the framework."""
    for one in (resolver or get_resolver()).url_patterns:
        here = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield here
        else:
            yield from _patterns(one, here)


async def _accepted() -> int:
    return await sync_to_async(Action.objects.count)()


async def signed_in(browser: Browser, mail: str, who: Who) -> None:
    """Signs somebody in by the demo's own button."""
    answer = await browser.ask("POST", f"/accounts/demo/{quote(mail)}")
    if answer.status not in (302, 303) or not browser.cookies:
        raise RuntimeError(f"{mail} could not sign in: {answer.status}")
    await sync_to_async(_in_two_steps)(dict(browser.cookies), who)


async def _again(person: Person) -> Browser:
    """Another browser in which this person signed in."""
    browser = Browser(person.browser.app, person.browser.host)
    await signed_in(browser, person.mail, person.who)
    return browser


def _in_two_steps(cookies: Mapping[str, str], who: Who) -> None:
    """As who proved two steps: what pages tell those who did."""
    session = _session(cookies)
    session.level, session.level_at = TWO_STEPS, int(time.time())
    if who.organisation:  # of several the one that the oracle means
        session.acting_for = min(who.organisation)
    session.save()
