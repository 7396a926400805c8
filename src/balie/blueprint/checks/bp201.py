"""A promise on age that the source cannot keep."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.lineage import reads
from balie.blueprint.model import Duration, System

ABOUT = About(
    code="BP201",
    severity=Severity.ERROR,
    title="A page promises newer data than we have",
    why="A page is never newer than the last time that we asked.",
    example=Change("story.yaml", "at most old: 5 minutes", "at most old: 1 minute"),
    near_miss=Change("story.yaml", "at most old: 5 minutes", "at most old: 2 minutes"),
)


def check(subject: Subject) -> Iterator[Finding]:
    for step in subject.blueprint.steps:
        promised = step.screen.at_most_old if step.screen else None
        if promised is None:
            continue
        for system in dict.fromkeys(read.system for read in reads(subject.blueprint, step)):
            asked = subject.system(system)
            if asked is not None and asked.news_every is not None:
                yield from _compare(promised, asked, asked.news_every)


def _compare(promised: Duration, system: System, every: Duration) -> Iterator[Finding]:
    if promised.length < every.length and system.news is not None:
        yield ABOUT.finding(
            f"the page promises news within {promised.text}, "
            f"but {system.name} is asked every {every.text}",
            place(promised.text, "promised here"),
            place(system.news, "the news can be this old"),
            help_=(f"promise  at most old: {every.text}", "or ask it more often"),
        )
