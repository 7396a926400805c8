"""`balie check`."""

import json
from pathlib import Path
from shutil import copytree

import pytest

from tests.commands.running import LINDEMAN, ROOT, balie

GOOD = sorted(path.parent for path in (ROOT / "blueprints").glob("*/story.yaml"))


@pytest.fixture(name="blueprint")
def _blueprint(tmp_path: Path) -> Path:
    """A copy of the example, to be spoiled."""
    return Path(copytree(LINDEMAN, tmp_path / "service"))


def spoil(blueprint: Path, file: str, old: str, new: str) -> int:
    """Changes the first such text of a file; gives the line on which it stands."""
    path = blueprint / file
    before, found, after = path.read_text("utf-8").partition(old)
    assert found
    path.write_text(f"{before}{new}{after}", "utf-8")
    return before.count("\n") + 1


@pytest.mark.parametrize("blueprint", GOOD, ids=lambda path: path.name)
def test_nothing_is_wrong_with_the_examples(blueprint: Path):
    told = balie("check", blueprint, "--strict")
    assert told.returncode == 0
    assert told.stderr == ""
    assert told.stdout.startswith(f"{blueprint}: nothing is wrong (")


def test_the_last_line_counts():
    assert balie("check", LINDEMAN).stdout == (
        f"{LINDEMAN}: nothing is wrong (16 steps, 15 things, 3 systems, 3 open questions)\n"
    )


def test_an_error_is_told_with_its_line_and_fails(blueprint: Path):
    spoil(blueprint, "story.yaml", "order.placed_on,", "order.placed_no,")
    told = balie("check", blueprint)
    assert told.returncode == 1
    assert "error[BP100]" in told.stdout
    assert 'did you mean "order.placed_on"?' in told.stdout
    assert told.stdout.splitlines()[-1].startswith(f"{blueprint}: 1 error")


def test_a_system_is_held_against_its_own_contract(blueprint: Path):
    spoil(blueprint, "things.yaml", "from: invoiceDate}", "from: invoiceDay}")
    told = balie("check", blueprint)
    assert told.returncode == 1
    assert "error[BP112]" in told.stdout


def test_a_warning_fails_only_when_asked(blueprint: Path):
    never = "      never:\n        name: Nooit\n        to: phone\n"
    spoil(blueprint, "things.yaml", "      phone:\n", f"{never}      phone:\n")
    assert balie("check", blueprint).returncode == 0
    strict = balie("check", blueprint, "--strict")
    assert strict.returncode == 1
    assert "warning[BP103]" in strict.stdout
    assert " warning" in strict.stdout.splitlines()[-1]


def test_a_contract_that_cannot_be_read_is_a_finding(blueprint: Path):
    (blueprint / "contracts" / "erp.metadata.xml").write_text("<not xml", "utf-8")
    told = balie("check", blueprint)
    assert told.returncode == 1
    assert "error[BP006]: the contract of Business Central cannot be read" in told.stdout
    assert "systems.yaml:7:15" in told.stdout
    assert told.stderr == ""


def test_a_contract_that_is_not_there_is_a_finding(blueprint: Path):
    (blueprint / "contracts" / "crm.openapi.yaml").unlink()
    told = balie("check", blueprint)
    assert told.returncode == 1
    assert 'error[BP006]: there is no file "contracts/crm.openapi.yaml"' in told.stdout
    assert "there are: contracts/carrier.openapi.yaml, contracts/erp.metadata.xml" in told.stdout


def test_a_connector_that_is_not_installed_is_a_finding(blueprint: Path):
    spoil(blueprint, "systems.yaml", "speaks: odata", "speaks: klingon")
    told = balie("check", blueprint)
    assert told.returncode == 1
    assert 'no connector is installed that speaks "klingon"' in told.stdout
    assert "installed are: http, jsonrpc, odata" in told.stdout


def test_programs_get_a_list_with_positions(blueprint: Path):
    line = spoil(blueprint, "story.yaml", "order.placed_on,", "order.placed_no,")
    told = balie("check", blueprint, "--json")
    assert told.returncode == 1
    finding = json.loads(told.stdout)[0]
    assert (finding["code"], finding["severity"]) == ("BP100", "error")
    assert finding["where"][0]["file"] == "story.yaml"
    assert finding["where"][0]["line"] == line


def test_no_findings_are_an_empty_list():
    assert json.loads(balie("check", LINDEMAN, "--json").stdout) == []


def test_a_review_gets_annotations(blueprint: Path):
    line = spoil(blueprint, "story.yaml", "order.placed_on,", "order.placed_no,")
    told = balie("check", blueprint, "--github")
    assert told.stdout.startswith(f"::error file={blueprint}/story.yaml,line={line},col=")


def test_two_forms_at_once_are_wrong_use():
    assert balie("check", LINDEMAN, "--json", "--github").returncode == 2


def test_a_folder_that_is_not_there_is_wrong_use(tmp_path: Path):
    told = balie("check", tmp_path / "none")
    assert told.returncode == 2
    assert f"There is no folder {tmp_path / 'none'}." in told.stderr


def test_an_empty_folder_has_no_blueprint(tmp_path: Path):
    told = balie("check", tmp_path)
    assert told.returncode == 1
    assert "there is no blueprint in this folder" in told.stdout


@pytest.mark.parametrize("file", ["story.yaml", "things.yaml", "systems.yaml"])
@pytest.mark.parametrize("rubbish", ["", "\x07", "[[[[", "- 1\n- 2", "a: &a [*a]", "story: {a: b}"])
def test_rubbish_gives_findings_and_never_a_traceback(blueprint: Path, file: str, rubbish: str):
    (blueprint / file).write_text(rubbish, "utf-8")
    told = balie("check", blueprint)
    assert told.returncode in {0, 1}
    assert told.stderr == ""
