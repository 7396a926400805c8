"""A field that is sent, and that the system fills in itself."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.checks.raw import SENT, RawField, fields, sent, works
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.model import Work
from balie.systems.contract import Type

ABOUT = About(
    code="BP120",
    severity=Severity.ERROR,
    title="A field is sent that cannot be written",
    why="The system would refuse the whole record, and a customer would wait for a person.",
    example=Change("story.yaml", "{loanNumber: wish.loan,", "{id: wish.loan,"),
    near_miss=Change("story.yaml", "{loanNumber: wish.loan,", '{"loanNumber": wish.loan,'),
)


def check(subject: Subject) -> Iterator[Finding]:
    for work in works(subject.blueprint):
        for raw in sent(work):
            if _is_read_only(subject, raw):
                yield _cannot_be_written(subject, raw, _instead(subject, raw, work))
    for raw in fields(subject.blueprint):
        if raw.label == SENT and raw.feeds is not None and _is_read_only(subject, raw):
            yield _cannot_be_written(subject, raw, 'leave "to:" out')


def _is_read_only(subject: Subject, raw: RawField) -> bool:
    table = subject.table_of(raw.system, raw.table)
    found = table.field(raw.path) if table else None
    return found is not None and not found.writable


def _instead(subject: Subject, raw: RawField, work: Work) -> str:
    """A total that is sent together with its lines is made by those."""
    table = subject.table_of(raw.system, raw.table)
    found = table.field(raw.path) if table else None
    is_number = found is not None and found.type is Type.NUMBER
    has_lines = any("." in line.target for line in work.sends)
    return "leave it out; the lines make the total" if is_number and has_lines else "leave it out"


def _cannot_be_written(subject: Subject, raw: RawField, instead: str) -> Finding:
    system = subject.system_name(raw.system)
    is_proposal = raw.table in subject.profile(raw.system).texts("money")
    return ABOUT.finding(
        f'"{raw.text}" cannot be written: {system} computes it itself',
        place(raw.text, "sent here"),
        *subject.contract_place(raw.system, "says: computed"),
        why=f"{system} would refuse the whole {'proposal' if is_proposal else 'record'}",
        help_=(instead,),
    )
