"""A list where a text belongs, or the other way round."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Written
from balie.blueprint.checks.words import Misshapen
from balie.blueprint.finding import Finding, Place, Severity

ABOUT = About(
    code="BP008",
    severity=Severity.ERROR,
    title="A value has the wrong shape",
    why="Each word holds one text, a list, or words of its own.",
    example=Change("story.yaml", "title: May I keep it?", "title: [May I keep it?, Please]"),
    near_miss=Change("story.yaml", "title: May I keep it?", 'title: "[May I keep it?, Please]"'),
    leaves_unread=True,
)


def check(written: Written) -> Iterator[Finding]:
    for misfit in written.misfits:
        if isinstance(misfit, Misshapen):
            yield ABOUT.finding(
                f"here belongs {misfit.wanted}, not {misfit.got}",
                Place(misfit.at, f"has {misfit.got}"),
            )
