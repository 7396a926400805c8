"""Personal data that leaves the EU."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place, plain_name
from balie.blueprint.checks.privacy import is_personal, is_personal_itself, upwards
from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.model import System, TableRef, Thing
from balie.blueprint.source import Text

ABOUT = About(
    code="BP306",
    severity=Severity.ERROR,
    title="Personal data leaves the EU",
    why="GDPR chapter V asks for a ground before personal data goes to a country outside of the "
    "European Economic Area.",
    example=Change(
        "systems.yaml", "news: told at once\n    country: NL", "news: told at once\n    country: US"
    ),
    near_miss=Change(
        "systems.yaml", "news: told at once\n    country: NL", "news: told at once\n    country: IE"
    ),
    can_be_accepted=True,
)

EU = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
    *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
)
EEA = frozenset((*EU, "IS", "LI", "NO"))


def check(subject: Subject) -> Iterator[Finding]:
    for system in subject.blueprint.systems.values():
        if system.country is not None and system.country.upper() not in EEA:
            yield from _leaves(subject, system, system.country)


def _leaves(subject: Subject, system: System, country: Text) -> Iterator[Finding]:
    kept = next(_kept_in(subject, system), None)
    if kept is None:
        return
    yield ABOUT.finding(
        f"personal data leaves the EU: {system.name} keeps it in {_the(country)}",
        place(country, "this country"),
        kept,
        why="GDPR chapter V asks for a ground to send personal data there",
        help_=(
            "correct the country",
            f"or name the ground:  accepts: [{ABOUT.code} because …]",
        ),
    )


def _kept_in(subject: Subject, system: System) -> Iterator[Place]:
    """Where the blueprint says that this system has something personal."""
    for thing in subject.blueprint.things.values():
        if is_personal(subject.blueprint, thing):
            for table in _tables(thing):
                if table.system == system.id:
                    yield place(table.text, _why(subject, thing))
    for lines in subject.blueprint.me.names.values():
        for line in lines:
            if line.system == system.id:
                yield place(line.from_, "who signs in is known there")


def _tables(thing: Thing) -> Iterator[TableRef]:
    yield from (source.table for source in thing.from_)
    yield from (follower.table for follower in thing.followers)


def _why(subject: Subject, thing: Thing) -> str:
    if is_personal_itself(thing):
        return f'"{plain_name(thing)}" is personal'
    above = upwards(subject.blueprint, thing)
    because = next(one for one in above if is_personal_itself(one))
    return f'"{plain_name(thing)}" is personal, as "{plain_name(because)}" is'


def _the(country: str) -> str:
    return f"the {country}" if country in ("US", "UK", "AE", "PH") else country
