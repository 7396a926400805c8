"""A folder becomes a blueprint, or findings with line and column. Never a traceback."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from balie.blueprint.check import check
from balie.blueprint.finding import Finding
from balie.blueprint.reader import Reading, read
from balie.blueprint.report import as_text
from balie.blueprint.source import Text
from tests.blueprint.examples import GOOD, copy_in, good

STORY = """\
service: Mine
story:
  - phase: One
    steps:
      - step: look
        title: I look
        customer does: Looks
"""


def folder_with(folder: Path, **files: str | bytes) -> Path:
    """A blueprint of these files; `story` is story.yaml."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        written = content if isinstance(content, bytes) else content.encode()
        (folder / f"{name}.yaml").write_bytes(written)
    return folder


def read_quickly(folder: Path) -> Reading:
    """What came of reading, within a second, and told without a fault."""
    started = time.process_time()
    reading = read(folder)
    assert time.process_time() - started < 1
    as_text(reading.findings, reading.texts, colour=True)
    return reading


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in findings]


# ---- what is read


def test_a_file_of_words_is_all_that_a_language_takes(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, story="language: nl\nalso: [en]\n" + STORY)
    (folder / "words").mkdir()
    for language in ("de", "en", "nl"):
        (folder / "words" / f"{language}.yaml").write_text("I look: Ik kijk\nMine:\nLooks: ''\n")
    blueprint = read(folder).blueprint
    assert blueprint is not None
    assert [str(language) for language in blueprint.also] == ["en", "de"]
    assert str(blueprint.also[1].at) == "words/de.yaml:1:1"
    assert blueprint.say("I look", "de") == "Ik kijk"
    assert blueprint.say("Looks", "de") == "Looks"  # nothing behind it: still to be translated


def test_every_word_knows_where_it_stands() -> None:
    status = good().things["order"].fields["status"]
    assert str(status.id.at) == "things.yaml:136:7"
    assert status.words[1].says == "Bevestigd"
    lines = (GOOD / "things.yaml").read_text(encoding="utf-8").split("\n")
    for text in [stage.says for stage in status.words]:
        assert lines[text.at.line - 1][text.at.column - 1 : text.at.end - 1] == text


def test_a_thing_in_life_order_names_its_sources() -> None:
    order = good().things["order"]
    assert [source.name for source in order.from_] == ["open", "shipped", "billed"]
    assert order.from_[1].table.table == "salesShipments"
    number = order.fields["number"]
    assert [(one.source, str(one.path)) for one in number.from_] == [
        ("open", "number"),
        ("shipped", "orderNumber"),
        ("billed", "orderNumber"),
    ]


def test_rows_within_rows_know_their_table_and_their_list() -> None:
    table = good().things["return_line"].from_[0].table
    assert (table.system, table.table, table.inside) == ("crm", "cases", "itemLines")
    assert good().things["return_line"].list_name == "lines"


def test_a_profile_is_plain_text_for_the_connector() -> None:
    erp = good().systems["erp"].what_it_does_not_say
    assert erp.text("page size") == "200"
    assert erp.currency == "EUR"
    assert "unitPrice" in erp.amounts


def test_news_that_is_asked_for_says_how_often() -> None:
    every = good().systems["erp"].news_every
    assert every is not None
    assert every.length == timedelta(minutes=2)
    assert good().systems["crm"].news_every is None


def test_me_is_read_from_top_to_bottom_with_one_line_for_each_source() -> None:
    me = good().me
    assert list(me.names) == ["contact", "company", "customer", "roles"]
    assert [line.field for line in me.names["customer"]] == ["erpNumber", "erpNumber"]
    assert me.names["roles"][0].words["BUY"] == "buyer"


def test_the_texts_of_another_language_are_found_by_the_text() -> None:
    assert good().say("Mijn bestellingen", "en") == "My orders"
    assert good().say("Mijn bestellingen", "nl") == "Mijn bestellingen"


def test_files_beside_the_text_are_kept_as_bytes() -> None:
    assert "contracts/erp.metadata.xml" in good().files
    assert good().files["functions/return_until.py"].startswith(b'"""')


def test_the_version_changes_with_every_file(tmp_path: Path) -> None:
    folder = copy_in(tmp_path)
    versions = {good().version}
    for name in ("story.yaml", "words/en.yaml", "contracts/erp.metadata.xml", "brand/logo.svg"):
        (folder / name).write_bytes((folder / name).read_bytes() + b"\n")
        blueprint = read(folder).blueprint
        assert blueprint is not None
        versions.add(blueprint.version)
    assert len(versions) == 5


def test_a_story_with_customer_actions_only_is_a_blueprint(tmp_path: Path) -> None:
    reading = read(folder_with(tmp_path / "sketch", story=STORY))
    assert reading.findings == ()
    assert reading.blueprint is not None
    assert [step.customer_does for step in reading.blueprint.steps] == ["Looks"]


def test_the_same_word_in_two_files_is_an_error_and_the_first_counts(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "b", a=STORY, b="service: Yours\n")
    reading = read(folder)
    assert codes(reading.findings) == ["BP001"]
    assert str(reading.findings[0].where[0].at) == "b.yaml:1:1"
    assert reading.blueprint is not None
    assert reading.blueprint.service == "Mine"


@pytest.mark.parametrize("written", ["no", "1.10", "0o17", "2026-11-22", "null", "~", "12:30:45"])
def test_every_value_stays_the_text_that_was_written(tmp_path: Path, written: str) -> None:
    reading = read(folder_with(tmp_path / "b", story=STORY + f"about: {written}\n"))
    assert reading.blueprint is not None
    assert reading.blueprint.about == written


def test_part_of_a_text_knows_its_own_place() -> None:
    accepted = next(step for step in good().steps if step.accepts).accepts[0]
    assert accepted.code == "BP421"
    assert accepted.code.at.end - accepted.code.at.column == 5
    assert accepted.because.at.column == accepted.code.at.column + len("BP421 because ")
    assert Text("x").is_absent is False


# ---- what is not


HOSTILE = {
    "deep lists": ("story", "a: " + "[" * 100_000, "BP007"),
    "deep mappings": ("story", "".join(" " * n + "a:\n" for n in range(300)), "BP007"),
    "deep braces": ("story", "{a: " * 50_000, "BP007"),
    "an anchor": ("story", STORY + "about: &a text\n", "BP004"),
    "a reference": ("story", STORY + "about: *a\n", "BP004"),
    "a bomb of references": (
        "story",
        "a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\n",
        "BP004",
    ),
    "a tag": ("story", STORY + "about: !!python/object:os.system text\n", "BP004"),
    "a tag of our own": ("story", STORY + "about: !x text\n", "BP004"),
    "two documents": ("story", STORY + "---\nservice: b\n", "BP004"),
    "a directive": ("story", "%YAML 1.1\n---\n" + STORY, "BP004"),
    "a tab": ("story", "story:\n\t- phase: a\n", "BP007"),
    "a bell": ("story", STORY + "about: a\x07b\n", "BP007"),
    "a zero": ("story", STORY + "about: a\x00b\n", "BP007"),
    "an open quote": ("story", STORY + 'about: "a\n', "BP007"),
    "an open brace": ("story", STORY + "about: {a: b\n", "BP007"),
    "a second colon": ("story", STORY + "about: a: b\n", "BP007"),
    "a list as a word": ("story", STORY + "[a, b]: c\n", "BP007"),
    "half a character": ("story", STORY.encode() + b"about: caf\xc3\n", "BP006"),
    "another encoding": ("story", STORY.encode("utf-16"), "BP006"),
    "very many words": ("story", "story:\n" + "- a\n" * 200_000, "BP007 BP006"),
    "a huge text": ("story", "about: " + "x" * 5_000_000, "BP006"),
    "a long text": ("story", "service: " + "x" * 900_000, ""),
    "a million unknown words": ("story", STORY + "".join(f"w{n}: a\n" for n in range(50_000)), ""),
    "a list at the top": ("story", "- a\n- b\n", "BP008 BP009"),
    "one text": ("story", "hello\n", "BP008 BP009"),
    "nothing at all": ("story", "", "BP008 BP009"),
    "a long condition": (
        "story",
        STORY.replace("customer does: Looks", "backstage: {does: x, if: '" + "(" * 5_000 + "'}"),
        "",
    ),
    "a deep condition": (
        "story",
        STORY.replace("customer does: Looks", "backstage: {does: x, if: '" + "!(" * 900 + "'}"),
        "",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_refused_in_words_within_a_second(tmp_path: Path, name: str) -> None:
    file, content, expected = HOSTILE[name]
    reading = read_quickly(folder_with(tmp_path / "b", **{file: content}))
    if expected:
        assert set(codes(reading.findings)) <= set(expected.split())
        assert reading.findings
        assert reading.blueprint is None


def test_a_folder_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    reading = read_quickly(tmp_path / "nowhere")
    assert [finding.message for finding in reading.findings] == ["there is no such folder"]
    assert reading.blueprint is None


def test_an_empty_folder_is_a_finding(tmp_path: Path) -> None:
    reading = read_quickly(tmp_path)
    assert codes(reading.findings) == ["BP006"]
    assert reading.blueprint is None


def test_a_file_in_place_of_a_folder_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "story.yaml").write_text(STORY)
    reading = read_quickly(tmp_path / "story.yaml")
    assert codes(reading.findings) == ["BP006"]


def test_a_link_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("about: secret\n")
    folder = folder_with(tmp_path / "b", story=STORY)
    (folder / "things.yaml").symlink_to(secret)
    (folder / "contracts").symlink_to("/")
    (folder / "words").symlink_to("/etc")
    reading = read_quickly(folder)
    assert set(codes(reading.findings)) == {"BP006"}
    assert reading.blueprint is None
    assert "secret" not in "".join(reading.texts.values())


def test_a_link_that_goes_round_is_a_finding(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "b", story=STORY)
    (folder / "things.yaml").symlink_to(folder / "things.yaml")
    (folder / "brand").mkdir()
    (folder / "brand" / "again").symlink_to(folder)
    assert codes(read_quickly(folder).findings) == ["BP006", "BP006"]


def test_what_is_not_a_file_is_a_finding(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "b", story=STORY)
    os.mkfifo(folder / "things.yaml")
    assert codes(read_quickly(folder).findings) == ["BP006"]


def test_very_many_files_are_a_finding(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "b", story=STORY)
    (folder / "contracts").mkdir()
    for number in range(1200):
        (folder / "contracts" / f"{number}.json").touch()
    assert codes(read_quickly(folder).findings) == ["BP006"]


def test_a_file_that_cannot_be_read_does_not_hide_the_findings_of_the_others(
    tmp_path: Path,
) -> None:
    folder = copy_in(tmp_path)
    (folder / "systems.yaml").write_text("systems: [")
    story = (folder / "story.yaml").read_text(encoding="utf-8")
    (folder / "story.yaml").write_text(story.replace("title:", "tittle:", 1), encoding="utf-8")
    reading = read(folder)
    assert sorted(codes(reading.findings)) == ["BP005", "BP007"]


def test_a_blueprint_of_very_many_steps_and_things_is_checked_within_a_few_seconds(
    tmp_path: Path,
) -> None:
    steps = "".join(
        f"      - {{step: s{n}, title: t, customer does: d, "
        f"screen: {{address: /{n}, shows: [t{n}.x, t{n}.yy, u{n}.z]}}}}\n"
        for n in range(900)
    )
    things = "".join(f"  t{n}: {{fields: {{x: {{name: a}}}}}}\n" for n in range(900))
    story = "service: a\nstory:\n  - phase: p\n    steps:\n" + steps + "things:\n" + things
    reading = read(folder_with(tmp_path / "b", story=story))
    assert reading.blueprint is not None
    started = time.process_time()
    found = check(reading.blueprint, {}, reading.findings)
    assert time.process_time() - started < 5
    assert {"BP100", "BP101", "BP310"} <= set(codes(found))


def test_a_variant_borrows_the_inner_folders_of_the_blueprint_above() -> None:
    variant = read(GOOD / "broken").blueprint
    assert variant is not None
    assert variant.files == good().files
    assert variant.words == good().words
    assert variant.version != good().version


def test_a_folder_beside_another_blueprint_borrows_nothing(tmp_path: Path) -> None:
    copy_in(tmp_path)
    reading = read(folder_with(tmp_path / "own", story=STORY))
    assert reading.blueprint is not None
    assert reading.blueprint.files == {}


# ---- calculations


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (None, 'there is no "functions/return_until.py"'),
        ("def return_until(:", '"functions/return_until.py" is no Python: line 1'),
        ("\0", '"functions/return_until.py" is no Python: line 1'),
        ("other = 1", '"functions/return_until.py" has no function "return_until"'),
        ("def return_until():\n    ...", '"return_until" does not take one value'),
        ("def return_until(a, b):\n    ...", '"return_until" does not take one value'),
        ("def return_until(a, today):\n    ...", None),
        ("def return_until(a, *, today, b=1):\n    ...", None),
    ],
)
def test_a_calculation_that_cannot_be_done_is_told_before_the_start(
    tmp_path: Path, source: str | None, message: str | None
) -> None:
    folder = copy_in(tmp_path)
    file = folder / "functions" / "return_until.py"
    file.unlink() if source is None else file.write_text(source)
    blueprint = read(folder).blueprint
    assert blueprint is not None
    found = [one.message for one in check(blueprint, {}) if one.code == "BP122"]
    assert found == ([] if message is None else [message])
