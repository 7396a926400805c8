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


def test_who_may_ask_to_join_is_said_by_the_operator(state: Mapping[str, str]) -> None:
    said = balie("organisations", "domain", "a1", "@VanDalen.example", **state)
    assert "may ask to join a1" in said.stdout
    listed = json.loads(balie("organisations", "domains", "--json", **state).stdout)
    assert [(one["key"], one["domain"]) for one in listed] == [("a1", "vandalen.example")]
    for public in ("gmail.com", "hotmail.nl", "x", "a b.example", "a-.example"):
        refused = balie("organisations", "domain", "a1", public, **state)
        assert (refused.returncode, "nothing was changed" in refused.stderr) == (1, True), public
    again = balie("organisations", "domain", "a1", "vandalen.example", "--remove", **state)
    assert again.returncode == 0
    once = balie("organisations", "domain", "a1", "vandalen.example", "--remove", **state)
    assert once.returncode == 1


def test_what_is_wrong_in_a_file_keeps_all_of_it_out(
    tmp_path: Path, state: Mapping[str, str]
) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text(f"{HEAD}good@example.nl,,a2,buyer,,,\nx@example.nl,,a2,consumer,,,\n")
    done = balie("organisations", "import", file, **state)
    assert done.returncode == 1
    assert "line 3: 'consumer' is no kind of customer that fits there" in done.stderr
    assert balie("organisations", "members", "a2", **state).stdout == ""
