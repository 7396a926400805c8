"""The vocabulary as a JSON Schema, so that any editor completes and explains the words."""

from collections.abc import Collection
from typing import TypeAlias

from balie.blueprint.vocabulary import (
    BLUEPRINT,
    CONSTRUCTS,
    Construct,
    Either,
    ListOf,
    Named,
    OneOf,
    Part,
    Phrase,
    Scalar,
    Shape,
    Word,
)

Json: TypeAlias = "str | bool | list[Json] | dict[str, Json]"

ANY_SCALAR: Json = ["string", "number", "boolean"]
"""Editors give YAML scalars types; Balie reads every one of them as text."""


def json_schema(kinds: Collection[str] = ()) -> dict[str, Json]:
    """The JSON Schema (2020-12) of a blueprint's files. kinds: what `speaks:` may say."""
    speaks = OneOf(tuple(kinds)) if kinds else Scalar.TEXT
    parts = {
        key: _construct(part, speaks) for key, part in CONSTRUCTS.items() if key != "blueprint"
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A service blueprint",
        "description": "One file of a blueprint, or all of it.",
        **_construct(BLUEPRINT, speaks, whole=False),
        "$defs": {_id(key): part for key, part in parts.items()},
    }


def _id(key: str) -> str:
    return key.replace(" ", "-")


def _construct(construct: Construct, speaks: Shape, *, whole: bool = True) -> dict[str, Json]:
    """whole: False for the top level, whose required words may stand in another file."""
    required: list[Json] = [word.name for word in construct.words if word.required and whole]
    others: Json = False if construct.others is None else _shape(construct.others)
    described: dict[str, Json] = {
        "type": "object",
        "properties": {word.name: _word(word, speaks) for word in construct.words},
        "additionalProperties": others,
    }
    return described | ({"required": required} if required else {})


def _word(word: Word, speaks: Shape) -> Json:
    shape = speaks if word.name == "speaks" else word.shape
    return {**_shape(shape), "description": word.meaning}


def _shape(shape: Shape) -> dict[str, Json]:
    match shape:
        case OneOf(choices):
            return {"enum": list(choices)}
        case Phrase(pattern, example):
            return {"type": "string", "pattern": f"^(?:{pattern})$", "examples": [example]}
        case ListOf(item, or_one):
            listed: dict[str, Json] = {"type": "array", "items": _shape(item)}
            return {"anyOf": [_shape(item), listed]} if or_one else listed
        case Named(value):
            return {"type": "object", "additionalProperties": _shape(value)}
        case Part(of):
            return {"$ref": f"#/$defs/{_id(of)}"}
        case Either(shapes):
            return {"anyOf": [_shape(one) for one in shapes]}
        case Scalar.YES_NO:
            return {"type": "boolean"}
        case Scalar.NUMBER:
            return {"type": "integer"}
        case _:
            return {"type": ANY_SCALAR}
