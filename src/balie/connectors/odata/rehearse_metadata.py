"""What a rehearsed OData service takes from its `$metadata`.

It is read here by itself, apart from the client's reading of it, so that a mistake in one is not
hidden by the same mistake in the other.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from defusedxml import ElementTree

from balie.systems.contract import Contract


@dataclass(frozen=True, slots=True)
class Way:
    """A navigation property: from `own` of a row to `theirs` of rows of another set.

    stream: the name of the property that holds bytes, when it leads to a document.
    """

    target: str
    own: str
    theirs: str
    many: bool
    stream: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitySet:
    """One entity set. properties: name -> EDM type. codes: of those that are enumerations."""

    name: str
    key: str
    properties: Mapping[str, str]
    codes: Mapping[str, tuple[str, ...]]
    ways: Mapping[str, Way]
    computed: frozenset[str] = frozenset()  # cannot be sent
    fixed: frozenset[str] = frozenset()  # can be sent with a new row only
    longest: Mapping[str, int] = field(default_factory=dict)
    demands: str = ""  # only with this property in the filter


def entity_sets(files: Sequence[bytes], contract: Contract) -> Mapping[str, EntitySet]:
    """Entity set -> what it is, of those that the contract has too."""
    schemas = [element for content in files for element in _schemas(content)]
    types = {
        f"{schema.get('Namespace')}.{element.get('Name')}": element
        for schema in schemas
        for element in schema
    }
    sets = [s for schema in schemas for s in schema.iter() if _local(s) == "EntitySet"]
    names = {s.get("EntityType", ""): s.get("Name", "") for s in sets}
    return {
        s.get("Name", ""): _entity_set(s, types, names)
        for s in sets
        if s.get("Name") in contract.tables
    }


def _schemas(content: bytes) -> Iterator[Element]:
    return (e for e in ElementTree.fromstring(content).iter() if _local(e) == "Schema")


def _entity_set(
    element: Element, types: Mapping[str, Element], names: Mapping[str, str]
) -> EntitySet:
    lineage = list(_lineage(element.get("EntityType", ""), types))
    properties = {name: edm for type_ in lineage for name, edm in _properties(type_).items()}
    keys = (e for type_ in lineage for e in type_.iter() if _local(e) == "PropertyRef")
    return EntitySet(
        name=element.get("Name", ""),
        key=next((key.get("Name", "") for key in keys), ""),
        properties=properties,
        codes={name: _members(types[t]) for name, t in properties.items() if _is_enum(t, types)},
        ways={name: way for type_ in lineage for name, way in _ways(type_, types, names)},
        computed=frozenset(name for one in lineage for name in _tagged(one, ".Computed")),
        fixed=frozenset(name for one in lineage for name in _tagged(one, ".Immutable")),
        longest={name: most for one in lineage for name, most in _longest(one)},
        demands=_demanded(element),
    )


def _lineage(name: str, types: Mapping[str, Element]) -> Iterator[Element]:
    """A type, after the types that it is based on."""
    type_ = types[name]
    if type_.get("BaseType", name) != name:
        yield from _lineage(type_.get("BaseType", ""), types)
    yield type_


def _properties(type_: Element) -> dict[str, str]:
    return {e.get("Name", ""): e.get("Type", "") for e in type_ if _local(e) == "Property"}


def _tagged(type_: Element, term: str) -> Iterator[str]:
    """The properties that have this annotation."""
    for element in type_:
        if _local(element) == "Property" and any(e.get("Term", "").endswith(term) for e in element):
            yield element.get("Name", "")


def _longest(type_: Element) -> Iterator[tuple[str, int]]:
    for element in type_:
        if element.get("MaxLength", "").isdigit():
            yield element.get("Name", ""), int(element.get("MaxLength", ""))


def _is_enum(name: str, types: Mapping[str, Element]) -> bool:
    return name in types and _local(types[name]) == "EnumType"


def _members(enum: Element) -> tuple[str, ...]:
    return tuple(e.get("Name", "") for e in enum if _local(e) == "Member")


def _ways(
    type_: Element, types: Mapping[str, Element], names: Mapping[str, str]
) -> Iterator[tuple[str, Way]]:
    for element in type_:
        joined = next((e for e in element if _local(e) == "ReferentialConstraint"), None)
        if _local(element) != "NavigationProperty" or joined is None:
            continue
        written = element.get("Type", "")
        target = written.removeprefix("Collection(").removesuffix(")")
        streams = [n for n, t in _properties(types[target]).items() if t == "Edm.Stream"]
        yield (
            element.get("Name", ""),
            Way(
                target=names.get(target, ""),
                own=joined.get("Property", ""),
                theirs=joined.get("ReferencedProperty", ""),
                many=written != target,
                stream=streams[0] if streams else "",
            ),
        )


def _demanded(element: Element) -> str:
    """The property that a filter must have: "needs the key or a documentId filter"."""
    texts = (e.get("String", "") for e in element if e.get("Term", "").endswith(".Addressing"))
    found = re.search(r"an? (\w+) filter", next(texts, ""))
    return found[1] if found else ""


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]
