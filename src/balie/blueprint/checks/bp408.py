"""Work that goes to a team, and does not arrive where the work of other teams does."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.model import Step
from balie.blueprint.source import Text

_STAFF = "  staff:\n    desk: {name: Front desk, phone: 555 01 23}\n"
_WITH_INBOXES = """\
  staff:
    desk: {name: Front desk, phone: 555 01 23}
    cellar: {name: The cellar}

inboxes:
  makes: crm.tasks
  teams: {cellar: CELLAR}
  sends: {subject: work.title, team: work.team}
"""

ABOUT = About(
    code="BP408",
    severity=Severity.WARNING,
    title="Work goes to a team without an inbox",
    why="Work for people arrives in Balie, and where  inboxes:  says. Whoever looks there only "
    "would not know of the work of this team.",
    example=Change("story.yaml", _STAFF, _WITH_INBOXES),
    near_miss=Change(
        "story.yaml", _STAFF, _WITH_INBOXES.replace("{cellar: C", "{desk: DESK, cellar: C")
    ),
)


def check(subject: Subject) -> Iterator[Finding]:
    inboxes = subject.blueprint.inboxes
    if inboxes is None:
        return
    for step in subject.blueprint.steps:
        teams = {str(team): team for team in reversed(_goes_to(step))}
        for team in teams.values():
            if team not in inboxes.teams and team in subject.blueprint.people.staff:
                yield ABOUT.finding(
                    f'work goes to "{team}", and "{team}" has no inbox',
                    place(team, "arrives in Balie only"),
                    place(inboxes.makes, "the work of other teams arrives here as well"),
                    help_=(f"add  {team}: <its name there>  to  teams:",),
                )


def _goes_to(step: Step) -> list[Text]:
    teams = [fail.then_goes_to for fail in step.fails]
    teams += [step.waits.then_goes_to] if step.waits else []
    teams += [line.then_goes_to for line in step.approve]
    return [team for team in teams if team is not None]
