"""An inbox whose system would refuse what is put there."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, joined, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.formulas import formula
from balie.blueprint.inboxes import TEAM, known_of_work
from balie.blueprint.model import Inboxes, Sends, TableRef
from balie.blueprint.modelling import table_ref
from balie.blueprint.spelling import did_you_mean
from balie.systems.contract import Field, Table
from balie.systems.writing import How, Repeat, repeat_of

_INBOXES = """\
inboxes:
  makes: crm.tasks
  teams: {desk: DESK}
  sends: {subject: work.title, team: work.team, about: work.why}
  closes with: {status: done}

logins:
"""

ABOUT = About(
    code="BP423",
    severity=Severity.ERROR,
    title="Work for people would not arrive in the other system",
    why="What is stuck becomes work there too. It is sent when nobody looks: what the system would "
    "refuse, or nobody could know, is found before.",
    example=Change("systems.yaml", "logins:\n", _INBOXES.replace("work.title", "work.titel")),
    near_miss=Change("systems.yaml", "logins:\n", _INBOXES),
    follows_from=("BP110", "BP111", "BP112"),
)


def check(subject: Subject) -> Iterator[Finding]:
    inboxes = subject.blueprint.inboxes
    if inboxes is None:
        return
    ref = table_ref(inboxes.makes)
    table = subject.table(ref)
    for line in (*inboxes.sends, *inboxes.closes_with):
        yield from _names(subject, line)
        if table is not None:
            yield from _codes(subject, inboxes, ref, table, line)
    if table is not None:
        yield from _needed(subject, inboxes, ref, table)


def _names(subject: Subject, line: Sends) -> Iterator[Finding]:
    known = sorted(known_of_work(subject.blueprint))
    for name in formula(line.value).names:
        if name not in known:
            yield ABOUT.finding(
                f'nobody knows "{name}" of a piece of work',
                place(name, "never known"),
                help_=did_you_mean(name, known) or (f"there are: {', '.join(known)}",),
            )


def _codes(
    subject: Subject, inboxes: Inboxes, ref: TableRef, table: Table, line: Sends
) -> Iterator[Finding]:
    """What is sent as it is written, and what teams are called there."""
    field = table.field(str(line.target))
    if field is None or not field.codes:
        return
    for code in inboxes.teams.values() if line.value == TEAM else (line.value,):
        if (line.value == TEAM or not formula(line.value).names) and code not in field.codes:
            yield ABOUT.finding(
                f'{subject.system_name(ref.system)} knows no "{code}"',
                place(code, f'sent in "{line.target}"'),
                *subject.contract_place(ref.system, "does not know it"),
                help_=did_you_mean(code, field.codes)
                or (f"it knows: {joined(list(field.codes))}",),
            )


def _needed(subject: Subject, inboxes: Inboxes, ref: TableRef, table: Table) -> Iterator[Finding]:
    system, repeat = subject.system_name(ref.system), _repeat(subject, ref)
    if repeat is None:
        yield ABOUT.finding(
            f'nobody says whether {system} may be sent the same row of "{ref.table}" twice',
            place(inboxes.makes, "made here"),
            why="when an answer is lost, nobody knows whether the work arrived",
            help_=(f"add  writes: {{{ref.table}: {{repeat: find <field>}}}}  to its profile",),
        )
    own = "" if repeat is None or repeat.how is not How.FIND else repeat.name
    sent = {str(line.target) for line in inboxes.sends} | {own}
    for field in table.fields.values():
        if _must_be_sent(field) and field.name not in sent:
            yield ABOUT.finding(
                f'{system} makes no row of "{ref.table}" without "{field.name}"',
                place(inboxes.makes, "made here"),
                *subject.contract_place(ref.system, "demands it"),
                help_=(f"add  {field.name}: …  to  sends:",),
            )


def _must_be_sent(field: Field) -> bool:
    return field.required_to_create and field.writable


def _repeat(subject: Subject, ref: TableRef) -> Repeat | None:
    try:
        return repeat_of(subject.profile(ref.system), ref.table)
    except ValueError:
        return None
