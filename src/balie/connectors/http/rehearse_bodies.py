"""What is wrong with a body that was sent to a rehearsed service: JSON Schema, as its file has it.

Each problem names its field and never what stood in it, as `fields` of a problem (RFC 9457) does.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from balie.connectors.http.description import Description, Node
from balie.systems.rows import Raw

_FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    "uuid": re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "date-time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)"),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "email": re.compile(r"[^@\s]+@[^@\s]+"),
    "uri": re.compile(r"[a-z][a-z0-9+.-]*:\S+"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """A field that is wrong, by its dotted path; "" is the body as a whole."""

    name: str
    code: str  # required, too_long, not_allowed, unknown, read_only
    message: str


def problems(
    description: Description, node: Node, value: Raw, name: str = "", row: Node = None
) -> Iterator[Problem]:
    """What is wrong with a value. row: the schema of the whole row, which may know more fields."""
    schema = _whole(description, node)
    if value is None and _may_be_null(description, schema):
        return
    choices = schema.get("oneOf", schema.get("anyOf"))
    if isinstance(choices, list):
        found = [list(problems(description, choice, value, name)) for choice in choices]
        if all(found):
            yield from min(found, key=len)
        return
    wrong = next(_wrong(schema, value), None)
    if wrong:
        yield Problem(name, *wrong)
    elif isinstance(value, dict):
        yield from _in_object(description, schema, value, name, row)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from problems(description, schema.get("items"), item, f"{name}.{place}")


def with_defaults(description: Description, node: Node, body: Mapping[str, Raw]) -> dict[str, Raw]:
    """A body with what the file says of fields that were not sent."""
    properties = description.mapping(_whole(description, node).get("properties"))
    schemas = {name: _whole(description, one) for name, one in properties.items()}
    defaults = {name: one["default"] for name, one in schemas.items() if "default" in one}
    return {**defaults, **body}


def _whole(description: Description, node: Node) -> dict[str, Node]:
    """A schema with its `$ref` and `allOf` worked out."""
    schema = dict(description.mapping(node))
    for part in description.each(schema.pop("allOf", None)):
        schema = {**_whole(description, dict(part)), **schema}
    return schema


def _may_be_null(description: Description, schema: Mapping[str, Node]) -> bool:
    types = schema.get("type")
    listed = types if isinstance(types, list) else [types]
    choices = [_whole(description, dict(c)) for c in description.each(schema.get("oneOf"))]
    nullable = schema.get("nullable") is True or "null" in listed
    return nullable or any(choice.get("type") == "null" for choice in choices)


def _in_object(
    description: Description,
    schema: Mapping[str, Node],
    value: Mapping[str, Raw],
    name: str,
    row: Node,
) -> Iterator[Problem]:
    properties = description.mapping(schema.get("properties"))
    required = schema.get("required")
    before = f"{name}." if name else ""
    for missing in required if isinstance(required, list) else ():
        if missing not in value:
            yield Problem(f"{before}{missing}", "required", "is required")
    known = description.mapping(_whole(description, row).get("properties"))
    for inner, sent in value.items():
        if inner in properties:
            yield from problems(description, properties[inner], sent, f"{before}{inner}")
        elif inner in known:
            yield Problem(f"{before}{inner}", "read_only", "cannot be sent")
        elif schema.get("additionalProperties") is False:
            yield Problem(f"{before}{inner}", "unknown", "is no field here")


def _wrong(schema: Mapping[str, Node], value: Raw) -> Iterator[tuple[str, str]]:
    """What is wrong with a value itself: a code, and words."""
    types = schema.get("type")
    names = types if isinstance(types, list) else [types] if types else []
    if names and not any(_is_a(str(one), value) for one in names):
        yield "not_allowed", f"should be {' or '.join(map(str, names))}"
        return
    codes = schema.get("enum")
    if isinstance(codes, list) and value not in codes:
        yield "not_allowed", f"is none of {', '.join(map(str, codes))}"
    if isinstance(value, str):
        yield from _wrong_text(schema, value)
    elif isinstance(value, dict | list):
        yield from _wrong_size(schema, len(value))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _wrong_number(schema, value)


def _wrong_text(schema: Mapping[str, Node], value: str) -> Iterator[tuple[str, str]]:
    shortest, longest = schema.get("minLength"), schema.get("maxLength")
    if isinstance(longest, int) and len(value) > longest:
        yield "too_long", f"is longer than {longest}"
    if isinstance(shortest, int) and len(value) < shortest:
        yield ("required", "is empty") if not value else ("not_allowed", "is too short")
    form = _FORMS.get(str(schema.get("format")))
    if form is not None and not form.fullmatch(value):
        yield "not_allowed", f"should be a {schema.get('format')}"
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and not re.search(pattern, value):
        yield "not_allowed", f"should look like {pattern}"


def _wrong_size(schema: Mapping[str, Node], size: int) -> Iterator[tuple[str, str]]:
    most, least = schema.get("maxItems"), schema.get("minProperties", schema.get("minItems"))
    if isinstance(most, int) and size > most:
        yield "too_long", f"holds more than {most}"
    if isinstance(least, int) and size < least:
        yield "required", f"should hold at least {least}"


def _wrong_number(schema: Mapping[str, Node], value: float) -> Iterator[tuple[str, str]]:
    for word, (holds, says) in _BOUNDS.items():
        bound = schema.get(word)
        if isinstance(bound, int | float) and not holds(value, bound):
            yield "not_allowed", f"should be {says} {bound}"


_BOUNDS: Final[Mapping[str, tuple[Callable[[float, float], bool], str]]] = {
    "minimum": (lambda value, bound: value >= bound, "at least"),
    "maximum": (lambda value, bound: value <= bound, "at most"),
    "exclusiveMinimum": (lambda value, bound: value > bound, "above"),
    "exclusiveMaximum": (lambda value, bound: value < bound, "below"),
}


def _is_a(type_: str, value: Raw) -> bool:
    if type_ == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if type_ == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, _PYTHON.get(type_, object))


_PYTHON: Final[Mapping[str, type]] = {
    "string": str,
    "boolean": bool,
    "object": dict,
    "array": list,
    "null": type(None),
}
