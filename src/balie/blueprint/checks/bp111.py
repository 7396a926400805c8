"""A table that its system does not have."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.checks.raw import Named, tables
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.spelling import did_you_mean

ABOUT = About(
    code="BP111",
    severity=Severity.ERROR,
    title="A system has no such table",
    why="The page would stay empty: the system answers that it knows no such thing.",
    example=Change("things.yaml", "from: shelf.loanBooks", "from: shelf.loanBook"),
    near_miss=Change("things.yaml", "{past: shelf.pastLoans}", '{past: "shelf.pastLoans"}'),
)


def check(subject: Subject) -> Iterator[Finding]:
    for named in tables(subject.blueprint):
        contract = subject.contracts.get(named.system)
        if contract and subject.table_of(named.system, named.table) is None:
            yield _unknown(subject, named)


def _unknown(subject: Subject, named: Named) -> Finding:
    start = len(named.system) + 1
    contract = subject.contracts[named.system]
    return ABOUT.finding(
        f'{subject.system_name(named.system)} has no "{named.table}"',
        place(named.text.part(start, start + len(named.table)), named.label),
        *subject.contract_place(named.system, "this does not know it"),
        help_=did_you_mean(named.table, contract.tables),
    )
