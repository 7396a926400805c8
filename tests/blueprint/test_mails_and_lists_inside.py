"""Mails without a text or a subject, and lists inside rows where they are not shown."""

from pathlib import Path

import pytest

from balie.blueprint.check import check
from balie.blueprint.checks.check import Change
from balie.blueprint.explained.samples import CONTRACTS, write
from balie.blueprint.reader import read


def said(folder: Path) -> list[str]:
    reading = read(folder)
    assert reading.blueprint is not None
    found = check(reading.blueprint, CONTRACTS, reading.findings)
    return [f"{one.code} {one.message}" for one in found]


@pytest.mark.parametrize("text", ["", "Hello,\n\nGoodbye", "subject:\n\nGoodbye"])
def test_a_mail_without_a_subject_is_found(tmp_path: Path, text: str) -> None:
    write(None, tmp_path / "sample")
    (tmp_path / "sample" / "mails" / "goodbye.nl.md").write_text(text)
    assert said(tmp_path / "sample") == ['BP420 "mails/goodbye.nl.md" has no subject']


def test_a_mail_that_lacks_a_language_is_found(tmp_path: Path) -> None:
    write(None, tmp_path / "sample")
    (tmp_path / "sample" / "mails" / "goodbye.nl.md").unlink()
    assert said(tmp_path / "sample") == ['BP420 there is no text "mails/goodbye.nl.md"']


def test_a_list_inside_a_row_is_found_on_a_page_that_does_not_show_it(tmp_path: Path) -> None:
    inside = (
        "  stamp:\n    in: card.stamps\n    from: shelf.loanBooks\n"
        "    linked by: loanNumber = card.email\n    key: id\n"
        "    fields:\n      title: {name: Stamped for, from: title}\n\npurposes:\n"
    )
    write(Change("things.yaml", "purposes:\n", inside), tmp_path / "sample")
    story = tmp_path / "sample" / "story.yaml"
    page = (
        "  - phase: Cards\n    steps:\n      - step: see-card\n        title: My stamps\n"
        "        for: [member]\n        customer does: Looks at the card\n"
        "        screen: {address: /stamps, shows: [card.email, card.stamps]}\n"
        "        if it goes wrong:\n"
        "          - {when: crm is down, then: show last known}\n"
        "          - {when: shelf is down, then: show last known}\n"
    )
    story.write_text(story.read_text().rstrip("\n") + "\n" + page)
    found = [one for one in said(tmp_path / "sample") if not one.startswith("BP5")]
    assert found == ['BP417 this page would not show "card.stamps"']
