"""What a form for everybody may not be: each way in which it would need somebody who signed in."""

from pathlib import Path

import pytest

from balie.blueprint.check import check
from balie.blueprint.checks.check import Change
from balie.blueprint.explained.samples import CONTRACTS, write
from balie.blueprint.reader import read

STORY, THINGS = "story.yaml", "things.yaml"


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        (
            Change(STORY, "for: everybody", "for: [everybody, member]"),
            "BP322",
            "a step is for everybody, or for some kinds of customer",
        ),
        (
            Change(STORY, "    school: {name", "    everybody: {name"),
            "BP322",
            'no kind of customer can be called "everybody"',
        ),
        (
            Change(
                STORY, "creates: leaving\n", "creates: leaving\n          shows: [loan.number]\n"
            ),
            "BP322",
            '"Stop my membership" is for everybody, and does more than ask',
        ),
        (
            Change(STORY, "address: /stop", "address: /stop/{leaving.number}"),
            "BP322",
            '"Stop my membership" is for everybody, and does more than ask',
        ),
        (
            Change(
                THINGS, "personal: contact\n", "personal: contact\n    owner: name = me.person\n"
            ),
            "BP323",
            '"Stop my membership" is for everybody, but nobody has signed in there',
        ),
        (
            Change(
                THINGS, "personal: contact\n", "personal: contact\n    sets: {name: me.member}\n"
            ),
            "BP323",
            '"Stop my membership" is for everybody, but nobody has signed in there',
        ),
        (
            Change(THINGS, "personal: contact\n", "personal: contact\n    seen by: [member]\n"),
            "BP323",
            '"Stop my membership" is for everybody, but nobody has signed in there',
        ),
        (
            Change(THINGS, "to: mail, must be", "to: mail, also to: crm.people.email, must be"),
            "BP323",
            '"Stop my membership" is for everybody, but nobody has signed in there',
        ),
        (
            Change(STORY, "when: this form is received", "when: this form is settled"),
            "BP324",
            '"Stop my membership" is for everybody, and tells what became of it',
        ),
        (
            Change("profiles/crm.yaml", "repeat: find reference", "other: words"),
            "BP325",
            '"Stop my membership" is for everybody, but "crm.goodbyes" cannot be written twice',
        ),
    ],
)
def test_a_form_for_everybody_needs_nobody(
    change: Change, code: str, message: str, tmp_path: Path
) -> None:
    write(change, tmp_path / "sample")
    reading = read(tmp_path / "sample")
    assert reading.blueprint is not None
    found = check(reading.blueprint, CONTRACTS, reading.findings)
    assert (code, message) in {(one.code, one.message) for one in found}


def test_what_everybody_sent_can_be_shown_to_nobody(tmp_path: Path) -> None:
    """What has no owner stands on no page, also when somebody writes one."""
    shown = Change(STORY, "shows: [wish.number, wish.status]", "shows: [leaving.name]")
    write(shown, tmp_path / "sample")
    reading = read(tmp_path / "sample")
    assert reading.blueprint is not None
    found = check(reading.blueprint, CONTRACTS, reading.findings)
    assert "BP310" in {one.code for one in found}
