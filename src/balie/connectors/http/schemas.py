"""JSON Schema, as OpenAPI 3.0 and 3.1 write it -> the fields of a contract."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from balie.connectors.http.description import Description, Node
from balie.systems.contract import Field, Type

DEPTH = 5
"""How many rows inside rows are read; a schema may hold itself."""

_TYPES: Mapping[tuple[str, str], Type] = {
    ("string", "date"): Type.DATE,
    ("string", "date-time"): Type.DATETIME,
    ("string", "decimal"): Type.NUMBER,
    ("string", "binary"): Type.DOCUMENT,
    ("string", "byte"): Type.DOCUMENT,
}
_PLAIN: Mapping[str, Type] = {
    "string": Type.TEXT,
    "integer": Type.INTEGER,
    "number": Type.NUMBER,
    "boolean": Type.BOOLEAN,
}


@dataclass(frozen=True)
class Shape:
    """A schema with its `$ref`, `allOf` and "or null" worked out."""

    type: str = ""
    nullable: bool = False
    format: str = ""
    read_only: bool = False
    write_only: bool = False
    max_length: int | None = None
    codes: tuple[str, ...] = ()
    holds_bytes: bool = False
    media: str = ""
    properties: Mapping[str, Node] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    items: Node = None


def shape(description: Description, node: Node) -> Shape:
    """The shape of a schema."""
    schema = _merged(description, description.mapping(node), 0)
    types = _types(schema)
    enum = schema.get("enum", [schema["const"]] if "const" in schema else [])
    codes = enum if isinstance(enum, list) else []
    length = schema.get("maxLength")
    required = schema.get("required")
    return Shape(
        type=next((name for name in types if name != "null"), ""),
        nullable="null" in types or schema.get("nullable") is True or None in codes,
        format=_text(schema.get("format", schema.get("contentEncoding"))),
        read_only=schema.get("readOnly") is True,
        write_only=schema.get("writeOnly") is True,
        max_length=length if isinstance(length, int) else None,
        codes=tuple(_text(code) for code in codes if code is not None),
        holds_bytes="contentEncoding" in schema or "contentMediaType" in schema,
        media=_text(schema.get("contentMediaType")),
        properties=description.mapping(schema.get("properties")),
        required=frozenset(_text(name) for name in required)
        if isinstance(required, list)
        else frozenset(),
        items=schema.get("items"),
    )


def fields(description: Description, node: Node, depth: int = DEPTH) -> Mapping[str, Field]:
    """The fields of an object's schema, by name."""
    whole = shape(description, node)
    return {
        name: _field(description, name, inner, required=name in whole.required, depth=depth)
        for name, inner in whole.properties.items()
    }


def _field(description: Description, name: str, node: Node, *, required: bool, depth: int) -> Field:
    found = shape(description, node)
    type_ = _type(description, found)
    inside = found.items if type_ is Type.LIST else node
    return Field(
        name=name,
        type=type_,
        form=found.format,
        media=found.media,
        nullable=found.nullable or not required,
        readable=not found.write_only,
        writable=not found.read_only,
        max_length=found.max_length,
        codes=found.codes,
        fields=fields(description, inside, depth - 1)
        if depth and type_ in {Type.LIST, Type.OBJECT}
        else {},
    )


def _type(description: Description, found: Shape) -> Type:
    if found.holds_bytes:
        return Type.DOCUMENT
    if found.type == "array":
        inner = shape(description, found.items)
        return Type.LIST if inner.properties else Type.UNKNOWN
    if found.type == "object" or found.properties:
        return Type.OBJECT
    if not found.type and found.codes:
        return Type.TEXT
    return _TYPES.get((found.type, found.format), _PLAIN.get(found.type, Type.UNKNOWN))


def _merged(description: Description, schema: Mapping[str, Node], depth: int) -> dict[str, Node]:
    """One schema of what must all hold, and of what may hold besides null."""
    merged = {name: value for name, value in schema.items() if name not in _CHOICES}
    if depth > DEPTH:
        return merged
    for part in description.each(schema.get("allOf")):
        merged = _both(_merged(description, part, depth + 1), merged)
    for word in ("oneOf", "anyOf"):
        options = [_merged(description, o, depth + 1) for o in description.each(schema.get(word))]
        merged = _both(_either(options), merged) if options else merged
    return merged


_CHOICES = frozenset({"allOf", "oneOf", "anyOf"})


def _both(one: dict[str, Node], other: dict[str, Node]) -> dict[str, Node]:
    both = {**one, **other}
    for name, whole in (("properties", {}), ("required", [])):
        first, second = one.get(name, whole), other.get(name, whole)
        if isinstance(first, dict) and isinstance(second, dict) and (first or second):
            both[name] = {**first, **second}
        elif isinstance(first, list) and isinstance(second, list) and (first or second):
            both[name] = [*first, *second]
    return both


def _either(options: list[dict[str, Node]]) -> dict[str, Node]:
    """What holds whichever option is chosen; "or null" makes it nullable."""
    real = [option for option in options if _types(option) != ["null"]]
    if not real:
        return {"type": "null"}
    either = _union(real) if len(real) > 1 else dict(real[0])
    if len(real) < len(options):
        either["nullable"] = True
    return either


def _union(options: list[dict[str, Node]]) -> dict[str, Node]:
    """Several shapes as one: their properties together, none of them certain."""
    types = {tuple(_types(option)) for option in options}
    if len(types) > 1:
        return {}
    union: dict[str, Node] = {"type": options[0].get("type")}
    if all("enum" in option for option in options):
        union["enum"] = [code for option in options for code in _listed(option["enum"])]
    properties: dict[str, Node] = {}
    for option in options:
        found = option.get("properties")
        properties |= found if isinstance(found, dict) else {}
    return {**union, "properties": properties} if properties else union


def _types(schema: Mapping[str, Node]) -> list[str]:
    written = schema.get("type")
    return [_text(name) for name in (written if isinstance(written, list) else [written]) if name]


def _listed(node: Node) -> Iterator[Node]:
    return iter(node if isinstance(node, list) else [])


def _text(node: Node) -> str:
    return "" if node is None else str(node)
