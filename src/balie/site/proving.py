"""Starts a blueprint's portal in this process, on rehearsed systems, and proves its access."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from urllib.parse import quote

from balie.blueprint.model import Blueprint, Duration, Promise
from balie.blueprint.source import Text
from balie.frontstage.rehearsed import DemoPerson
from balie.proving.browsing import App, Browser
from balie.proving.doors import doors_of
from balie.proving.marks import Marks, Planting, marks_of
from balie.proving.noting import Notes
from balie.proving.oracle import Oracle, Who
from balie.proving.people import Person, differing, missing
from balie.proving.reading import Place, Reads, kinds_of
from balie.rehearsal.launch import RehearsedSystem
from balie.site import demo
from balie.site.blueprints import Checked
from balie.site.bootstrap import start, stop
from balie.site.configuration import Configuration
from balie.systems.contract import Table
from balie.systems.rows import Row

STRANGER = "nobody@proved.invalid"
_PATIENT = Duration(Text("60 seconds"), timedelta(seconds=60))

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How it is proved. seed: what is chosen by chance. quick: fewer rows of each."""

    seed: int = 1
    quick: bool = False


def prove(
    found: Checked,
    configuration: Configuration,
    systems: Mapping[str, RehearsedSystem],
    say: Say,
    *,
    seed: int,
    quick: bool,
) -> Notes:
    """What was asked, and what was found. say: hears how far it is. Raises Refusal."""
    wish = Wish(seed=seed, quick=quick)
    patient = replace(found, blueprint=without_hurry(found.blueprint))
    oracle, marks = planted(patient, systems, wish.seed)
    chosen = differing(oracle, _first(found))
    _enrol(found.blueprint, chosen)
    return asyncio.run(_proved(patient, configuration, systems, oracle, marks, chosen, wish, say))


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


def _enrol(blueprint: Blueprint, chosen: list[Who]) -> None:
    customers = [DemoPerson(mail=who.mail, name="", role="") for who in chosen]
    demo.enrol_as([*customers, DemoPerson(mail=STRANGER, name="", role="")], {})
    teams = {_colleague(team): (str(team),) for team in blueprint.people.staff}
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
    wish: Wish,
    say: Say,
) -> Notes:
    notes = Notes(found.blueprint)
    for difference in missing(found.blueprint, chosen):
        says = f"no two customers of the examples are to each other: {difference}"
        notes.found("PR202", difference, says, (found.blueprint.people.at, "these customers"))
    rehearsed = demo.rehearsed((), systems)
    portal = await start(found, configuration, rehearsed)
    try:
        people = await _people(portal.application, configuration, oracle, chosen)
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
        await Reads(place).prove()
    finally:
        await stop(portal)
    return notes


async def _people(
    app: App, configuration: Configuration, oracle: Oracle, chosen: list[Who]
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
    everybody = [*people, known, *staff]
    for person in everybody:
        await signed_in(person.browser, person.mail)
    out = Person(name="nobody", mail="", who=nobody, browser=Browser(app, host))
    return [*everybody, out]


async def signed_in(browser: Browser, mail: str) -> None:
    """Signs somebody in by the demo's own button."""
    answer = await browser.ask("POST", f"/accounts/demo/{quote(mail)}")
    if answer.status not in (302, 303) or not browser.cookies:
        raise RuntimeError(f"{mail} could not sign in: {answer.status}")
