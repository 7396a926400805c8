"""A time zone that does not exist."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo, available_timezones

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.spelling import did_you_mean

ABOUT = About(
    code="BP202",
    severity=Severity.ERROR,
    title="There is no such time zone",
    why="Every time on a page, and what is today, is told in this zone.",
    example=Change("story.yaml", "also: [nl]\n", "also: [nl]\ncalendar: {zone: Europe/Amsterdm}\n"),
    near_miss=Change(
        "story.yaml", "also: [nl]\n", "also: [nl]\ncalendar: {zone: Europe/Brussels}\n"
    ),
)


def check(subject: Subject) -> Iterator[Finding]:
    zone = subject.blueprint.zone
    if not _exists(zone):
        yield ABOUT.finding(
            f'there is no time zone "{zone}"',
            place(zone, "times cannot be told in it"),
            help_=did_you_mean(zone, sorted(available_timezones()))
            or ("write it like  Europe/Amsterdam",),
        )


def _exists(zone: str) -> bool:
    """Asks for the one zone: listing them all takes longer than all other checks together."""
    try:
        return ZoneInfo(zone).key == zone
    except (KeyError, ValueError, OSError):
        return False
