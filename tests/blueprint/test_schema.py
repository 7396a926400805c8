"""The JSON Schema and the check of spelling are one vocabulary."""

import json
from pathlib import Path

import pytest
import yaml

from balie.blueprint.schema import json_schema
from balie.blueprint.vocabulary import CONSTRUCTS
from tests.blueprint.examples import BROKEN, GOOD

SCHEMA = json_schema(["http", "odata"])


def test_every_word_of_every_part_is_in_the_schema_with_its_meaning() -> None:
    for name, construct in CONSTRUCTS.items():
        part = SCHEMA if name == "blueprint" else SCHEMA["$defs"][name.replace(" ", "-")]
        assert list(part["properties"]) == [word.name for word in construct.words]
        assert all(held["description"] for held in part["properties"].values())


def test_a_system_speaks_what_is_installed() -> None:
    assert SCHEMA["$defs"]["system"]["properties"]["speaks"]["enum"] == ["http", "odata"]


def test_an_unknown_word_is_refused_by_the_schema_too() -> None:
    closed = [part for name, part in SCHEMA["$defs"].items() if name != "me"]
    assert all(part["additionalProperties"] is False for part in closed)


def test_the_schema_is_plain_json_with_references_that_exist() -> None:
    text = json.dumps(SCHEMA)
    names = {piece.split('"')[0] for piece in text.split('"#/$defs/')[1:]}
    assert names <= set(SCHEMA["$defs"])


def faults(folder: Path, name: str) -> list[str]:
    """What an editor with this schema would underline."""
    validator = pytest.importorskip("jsonschema").Draft202012Validator(SCHEMA)
    written = yaml.load((folder / name).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return [error.message for error in validator.iter_errors(written)]


@pytest.mark.parametrize("name", ["story.yaml", "things.yaml", "systems.yaml"])
def test_an_editor_finds_nothing_wrong_with_the_example(name: str) -> None:
    assert faults(GOOD, name) == []


def test_an_editor_underlines_a_word_that_is_misspelt() -> None:
    assert len(faults(BROKEN, "story.yaml")) == 1
