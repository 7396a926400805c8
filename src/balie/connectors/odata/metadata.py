"""OData's `$metadata` (EDMX, V4) -> what the system says of itself."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from balie.systems.contract import Contract, Field, Table, Type
from balie.systems.many import many_keys
from balie.systems.profile import Profile

TYPES: Mapping[str, Type] = {
    "Edm.String": Type.TEXT,
    "Edm.Guid": Type.TEXT,
    "Edm.Duration": Type.TEXT,
    "Edm.TimeOfDay": Type.TEXT,
    "Edm.Byte": Type.INTEGER,
    "Edm.SByte": Type.INTEGER,
    "Edm.Int16": Type.INTEGER,
    "Edm.Int32": Type.INTEGER,
    "Edm.Int64": Type.INTEGER,
    "Edm.Decimal": Type.NUMBER,
    "Edm.Double": Type.NUMBER,
    "Edm.Single": Type.NUMBER,
    "Edm.Boolean": Type.BOOLEAN,
    "Edm.Date": Type.DATE,
    "Edm.DateTimeOffset": Type.DATETIME,
    "Edm.Stream": Type.DOCUMENT,
    "Edm.Binary": Type.DOCUMENT,
}

NAVIGATION = "navigation"
"""The form of a field that leads to rows of another table."""

DEPTH = 3
"""How many steps a dotted path may take over navigation properties."""

_CAN_BE_ASKED = frozenset(
    {Type.TEXT, Type.INTEGER, Type.NUMBER, Type.BOOLEAN, Type.DATE, Type.DATETIME}
)
_ONLY_WITH = re.compile(r"with (\w+) only")
_COMPARISONS = frozenset({"ge", "le"})


def read_metadata(files: Sequence[bytes], profile: Profile) -> Contract:
    """The contract of one or more EDMX files. Raises ValueError in plain words."""
    model = Model([_schemas(content) for content in files])
    tables = [_table(model, entity_set, profile) for entity_set in model.entity_sets]
    if not tables:
        raise ValueError("this $metadata has no entity sets")
    return Contract(tables={table.name: table for table in tables})


def _schemas(content: bytes) -> list[Element]:
    try:
        root: Element = ElementTree.fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError) as error:
        raise ValueError(f"this is not the XML of an OData $metadata: {error}") from error
    if _local(root.tag) != "Edmx":
        raise ValueError(f"this is <{_local(root.tag)}>, not the <Edmx> of an OData $metadata")
    if not root.get("Version", "").startswith("4"):
        raise ValueError("this $metadata is not of OData V4, and only V4 can be read")
    return [element for element in root.iter() if _local(element.tag) == "Schema"]


@dataclass
class Model:
    """The schemas of a $metadata, with names looked up."""

    files: list[list[Element]]
    _levels: dict[tuple[str, int], Mapping[str, Field]] = field(default_factory=dict)

    @cached_property
    def schemas(self) -> list[Element]:
        return [schema for schemas in self.files for schema in schemas]

    @cached_property
    def aliases(self) -> Mapping[str, str]:
        """Alias -> namespace."""
        return {
            schema.get("Alias", ""): schema.get("Namespace", "")
            for schema in self.schemas
            if schema.get("Alias")
        }

    @cached_property
    def types(self) -> Mapping[str, Element]:
        """Whole name -> its EntityType, ComplexType, EnumType or TypeDefinition."""
        return {
            f"{schema.get('Namespace')}.{element.get('Name')}": element
            for schema in self.schemas
            for element in schema
            if _local(element.tag) in {"EntityType", "ComplexType", "EnumType", "TypeDefinition"}
        }

    @cached_property
    def entity_sets(self) -> list[Element]:
        return [
            element
            for schema in self.schemas
            for container in _children(schema, "EntityContainer")
            for element in _children(container, "EntitySet")
        ]

    @cached_property
    def outside(self) -> Mapping[str, list[Element]]:
        """Target -> the annotations that stand apart from what they are about."""
        found: dict[str, list[Element]] = {}
        for schema in self.schemas:
            for block in _children(schema, "Annotations"):
                target = self.whole(block.get("Target", ""))
                found.setdefault(target, []).extend(_children(block, "Annotation"))
        return found

    def whole(self, name: str) -> str:
        """A name with its namespace instead of its alias."""
        prefix, dot, rest = name.rpartition(".")
        return f"{self.aliases.get(prefix, prefix)}{dot}{rest}"

    def lineage(self, name: str) -> Iterator[tuple[str, Element]]:
        """A type and those it is based on, the most basic first."""
        found: dict[str, Element] = {}
        while name in self.types and name not in found:
            found[name] = self.types[name]
            name = self.whole(found[name].get("BaseType", ""))
        return reversed(found.items())

    def fields(self, name: str, depth: int) -> Mapping[str, Field]:
        """The fields of a type, and through `depth` navigation properties those of others."""
        if (name, depth) not in self._levels:
            self._levels[name, depth] = {}  # what a type finds of itself inside itself
            self._levels[name, depth] = dict(self._read_fields(name, depth))
        return self._levels[name, depth]

    def _read_fields(self, name: str, depth: int) -> Iterator[tuple[str, Field]]:
        if depth == 0:
            for owner, element in self.lineage(name):
                for child in _children(element, "Property"):
                    yield child.get("Name", ""), self._property(owner, child)
            return
        yield from self.fields(name, 0).items()
        for _, element in self.lineage(name):
            for child in _children(element, "NavigationProperty"):
                yield child.get("Name", ""), self._navigation(child, depth)

    def _property(self, owner: str, element: Element) -> Field:
        name = element.get("Name", "")
        nullable = element.get("Nullable") != "false"
        computed = self._is_tagged(f"{owner}/{name}", element, "Computed")
        has_default = "DefaultValue" in element.attrib or self._is_tagged(
            f"{owner}/{name}", element, "ComputedDefaultValue"
        )
        return replace(
            self._typed(name, element.get("Type", "Edm.String")),
            nullable=nullable,
            writable=not computed,
            required_to_create=not (nullable or computed or has_default),
            max_length=_length(element.get("MaxLength")),
            media=self._media(f"{owner}/{name}", element),
        )

    def _media(self, target: str, element: Element) -> str:
        """What `Core.MediaType` says of a stream."""
        annotations = [*_children(element, "Annotation"), *self.outside.get(target, ())]
        said = (
            a.get("String", "") for a in annotations if a.get("Term", "").endswith(".MediaType")
        )
        return next(said, "")

    def _typed(self, name: str, written: str) -> Field:
        inner = _inside_collection(written)
        form = self.whole(inner or written)
        element = self.types.get(form)
        kind = "" if element is None else _local(element.tag)
        if kind == "ComplexType":
            type_ = Type.LIST if inner else Type.OBJECT
            return Field(name=name, type=type_, form=form, fields=self.fields(form, 0))
        if inner:
            return Field(name=name, type=Type.UNKNOWN, form=form)
        if element is not None and kind == "EnumType":
            codes = tuple(member.get("Name", "") for member in _children(element, "Member"))
            return Field(name=name, type=Type.TEXT, form=form, codes=codes)
        if element is not None and kind == "TypeDefinition":
            form = element.get("UnderlyingType", "")
        return Field(name=name, type=TYPES.get(form, Type.UNKNOWN), form=form)

    def _navigation(self, element: Element, depth: int) -> Field:
        written = element.get("Type", "")
        inner = _inside_collection(written)
        return Field(
            name=element.get("Name", ""),
            type=Type.LIST if inner else Type.OBJECT,
            form=NAVIGATION,
            writable=False,
            fields=self.fields(self.whole(inner or written), depth - 1),
        )

    def key(self, name: str) -> tuple[str, ...]:
        """The names of a type's key."""
        return tuple(
            reference.get("Name", "")
            for _, element in self.lineage(name)
            for key in _children(element, "Key")
            for reference in _children(key, "PropertyRef")
        )

    def _is_tagged(self, target: str, element: Element, term: str) -> bool:
        annotations = [*_children(element, "Annotation"), *self.outside.get(target, ())]
        return any(
            annotation.get("Term", "").endswith(f".{term}") and annotation.get("Bool") != "false"
            for annotation in annotations
        )

    def restriction(self, entity_set: Element, term: str) -> Mapping[str, Element]:
        """The properties of a capability, e.g. `InsertRestrictions`, of an entity set."""
        apart = [
            annotation
            for target, annotations in self.outside.items()
            if target.endswith(f"/{entity_set.get('Name')}")
            for annotation in annotations
        ]
        return {
            value.get("Property", ""): value
            for annotation in (*_children(entity_set, "Annotation"), *apart)
            if annotation.get("Term", "").endswith(f".{term}")
            for value in annotation.iter()
            if _local(value.tag) == "PropertyValue"
        }


def _table(model: Model, entity_set: Element, profile: Profile) -> Table:
    name = entity_set.get("Name", "")
    type_ = model.whole(entity_set.get("EntityType", ""))
    fields = model.fields(type_, DEPTH)
    if _is_read_only(model, entity_set):
        fields = {name: replace(field, writable=False) for name, field in fields.items()}
    plain = {field.name for field in fields.values() if field.type in _CAN_BE_ASKED}
    filtering = model.restriction(entity_set, "FilterRestrictions")
    sorting = model.restriction(entity_set, "SortRestrictions")
    equals = frozenset(plain - _paths(filtering, "NonFilterableProperties"))
    sorts = frozenset(plain - _paths(sorting, "NonSortableProperties"))
    return Table(
        name=name,
        fields=fields,
        key=model.key(type_),
        equals=equals,
        among=many_keys(profile, name, equals),
        compares=equals if _compares(profile) else frozenset(),
        sorts=sorts,
        sorts_up=sorts,
        demands=frozenset(_paths(filtering, "RequiredProperties") | _demanded(fields, profile)),
        page_size=profile.number("page size", 200),
        rows_at="value",
    )


def _is_read_only(model: Model, entity_set: Element) -> bool:
    insert = model.restriction(entity_set, "InsertRestrictions").get("Insertable")
    update = model.restriction(entity_set, "UpdateRestrictions").get("Updatable")
    return all(found is not None and found.get("Bool") == "false" for found in (insert, update))


def _paths(restriction: Mapping[str, Element], name: str) -> set[str]:
    found = restriction.get(name)
    texts = () if found is None else found.itertext()
    return {text.strip() for text in texts if text.strip()}


def _demanded(fields: Mapping[str, Field], profile: Profile) -> set[str]:
    """`lines: with documentId only`: tables with a documentId answer only when it is given."""
    found = _ONLY_WITH.search(profile.text("lines"))
    return {found[1]} & fields.keys() if found else set()


def _compares(profile: Profile) -> bool:
    filters = profile.texts("filters")
    return not filters or _COMPARISONS.issubset(filters)


def _inside_collection(written: str) -> str | None:
    inner = written.removeprefix("Collection(").removesuffix(")")
    return None if inner == written else inner


def _length(written: str | None) -> int | None:
    return int(written) if written and written.isdigit() else None


def _children(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element if _local(child.tag) == name)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
