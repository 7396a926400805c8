"""`balie organisations`: memberships come in whole or not at all, and are listed."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.commands.running import LINDEMAN, balie

HEAD = "mail,name,organisation,role,administrator,from,until\n"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    folder = tmp_path_factory.mktemp("organisations")
    return {"BALIE_STATE": str(folder), "BALIE_BLUEPRINT": str(LINDEMAN)}


def test_memberships_are_given_listed_and_taken_away(
    tmp_path: Path, state: Mapping[str, str]
) -> None:
    file = tmp_path / "members.csv"
    file.write_text(
        f"{HEAD}anna@example.nl,Anna,a1,,yes,,\nbram@example.nl,Bram,a1,buyer,,2026-01-01,2099-07-01\n"
    )
    assert balie("organisations", "import", file, **state).stdout == "2 memberships were given.\n"
    balie("organisations", "name", "a1", "Van Dalen", **state)
    listed = json.loads(balie("organisations", "list", "--json", **state).stdout)
    assert listed == [{"key": "a1", "name": "Van Dalen", "parent": ""}]
    told = balie("organisations", "members", "a1", **state).stdout
    assert told == "anna@example.nl  administrator\nbram@example.nl  buyer\n"

    last = balie("organisations", "remove", "a1", "anna@example.nl", **state)
    assert last.returncode == 1
    assert "is the last who administers a1" in last.stderr
    assert balie("organisations", "remove", "a1", "bram@example.nl", **state).returncode == 0
    left = json.loads(balie("organisations", "members", "a1", "--json", **state).stdout)
    assert [one["email"] for one in left] == ["anna@example.nl"]


def test_what_is_wrong_in_a_file_keeps_all_of_it_out(
    tmp_path: Path, state: Mapping[str, str]
) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text(f"{HEAD}good@example.nl,,a2,buyer,,,\nx@example.nl,,a2,consumer,,,\n")
    done = balie("organisations", "import", file, **state)
    assert done.returncode == 1
    assert "line 3: 'consumer' is no kind of customer that fits there" in done.stderr
    assert balie("organisations", "members", "a2", **state).stdout == ""
