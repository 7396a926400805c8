"""The JSON Schema and the check of spelling are one vocabulary."""

import json

from balie.blueprint.schema import json_schema
from balie.blueprint.vocabulary import CONSTRUCTS

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
