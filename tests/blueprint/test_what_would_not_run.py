"""Mistakes that would only show when somebody opens a page are found before that."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from balie.blueprint.check import check
from balie.blueprint.checks.check import Change
from balie.blueprint.explained.samples import CONTRACTS, write
from balie.blueprint.model import Blueprint
from balie.blueprint.reader import read
from tests.blueprint.examples import contracts_of, copy_in

WISH = "address: /wishes/{wish.number}"
MEMBER = "      where: id = person\n"
LIST = "shows: [loan.number, loan.status, loan.due_on]"
MISTAKES = [
    (Change("story.yaml", WISH, "address: /wishes/{wish.number}/{wish.reason}"), "BP416"),
    (Change("story.yaml", WISH, "address: /wishes/w-{wish.number}"), "BP416"),
    (Change("story.yaml", WISH, "address: /wishes/{wish.number"), "BP416"),
    (Change("story.yaml", WISH, "address: /wishes/{wihs.number}"), "BP416"),
    (Change("story.yaml", WISH, "address: /wishes/{wish}"), "BP416"),
    (Change("story.yaml", WISH, "address: /wishes/{book.title}"), "BP416"),
    (Change("things.yaml", "where: kind =", "where: reason ="), "BP317"),
    (Change("things.yaml", "linked by: loanNumber", "linked by: title"), "BP317"),
    (Change("things.yaml", 'running.status == "draft"', 'login.email == "draft"'), "BP319"),
    (Change("things.yaml", "memberId = me.person", "memberId = login.email"), "BP319"),
    (Change("things.yaml", "memberId = me.person", "memberId = loan.number"), "BP319"),
    (Change("systems.yaml", "= login.email", "= login.phone"), "BP319"),
    (Change("systems.yaml", MEMBER, "      where: id = persoon\n"), "BP319"),
    (Change("systems.yaml", MEMBER, "      where: id = person and id = person\n"), "BP321"),
    (Change("systems.yaml", MEMBER, ""), "BP009"),
    (Change("systems.yaml", "    at: ${CRM_URL}", "    limit: 0 per second"), "BP203"),
    (Change("story.yaml", LIST, f"{LIST}\n          timeline: loan.status"), "BP417"),
    (Change("brand.yaml", "name: The library", "logo: brand/logo.svg"), "BP121"),
    (Change("story.yaml", "language: en", "language: xx"), "BP503"),
    (Change("story.yaml", "also: [nl]", "also: [nl]\ncalendar: {zone: ../etc}"), "BP202"),
]


def codes(blueprint: Blueprint | None) -> set[str]:
    assert blueprint is not None
    languages = frozenset({"en", "nl"})
    return {one.code for one in check(blueprint, CONTRACTS, languages=languages)}


@pytest.mark.parametrize(("change", "code"), MISTAKES, ids=lambda it: getattr(it, "new", it))
def test_a_mistake_is_found_before_anybody_opens_the_page(
    tmp_path: Path, change: Change, code: str
) -> None:
    write(change, tmp_path / "sample")
    reading = read(tmp_path / "sample")
    found = {one.code for one in reading.findings} | codes(reading.blueprint)
    assert code in found


def test_a_key_that_cannot_be_asked_for_is_found_at_its_address(tmp_path: Path) -> None:
    write(None, tmp_path / "sample")
    blueprint = read(tmp_path / "sample").blueprint
    assert blueprint is not None
    crm = CONTRACTS["crm"]
    wishes = replace(crm.tables["wishes"], equals=frozenset({"memberId", "kind"}), among={})
    contracts = {**CONTRACTS, "crm": replace(crm, tables={**crm.tables, "wishes": wishes})}
    (found,) = check(blueprint, contracts)
    assert found.code == "BP317"
    assert found.message == 'The card index cannot be asked for "wishes" by "number"'
    assert str(found.where[0].at).startswith("story.yaml:")


def test_a_fixed_text_is_asked_of_the_system_like_all_else(tmp_path: Path) -> None:
    folder = copy_in(tmp_path)
    things = folder / "things.yaml"
    text, times = re.subn(
        'where: kind = "question"',
        'where: kind = "question" and subject = "Vraag"',
        things.read_text(),
    )
    assert times == 1
    things.write_text(text)
    reading = read(folder)
    assert reading.blueprint is not None
    found = check(reading.blueprint, contracts_of(reading.blueprint), reading.findings)
    assert [(one.code, one.message) for one in found] == [
        ("BP317", 'CRM cannot be asked for "cases" by "subject"')
    ]


def test_languages_are_compared_only_with_those_that_are_known(tmp_path: Path) -> None:
    write(Change("story.yaml", "language: en", "language: xx"), tmp_path / "sample")
    blueprint = read(tmp_path / "sample").blueprint
    assert blueprint is not None
    assert "BP503" not in {one.code for one in check(blueprint, CONTRACTS)}
