"""What systems say of themselves, with other names: OData's $metadata, OpenAPI, profiles."""

import re
from collections.abc import Callable
from xml.etree import ElementTree

import yaml
from defusedxml.ElementTree import fromstring

from tests.renamed.grammar import Grammar
from tests.renamed.tree import at, entries, items, keys, put

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
_WORDS_OF_EDM = ("Org.OData.", "Edm.", "Portal.")


def rename_metadata(g: Grammar, system: str, text: str) -> str:
    """An OData $metadata: every name of the service's own."""
    root = fromstring(text)
    for schema in root.iter(f"{EDM}Schema"):
        if not schema.get("Namespace", "").startswith(_WORDS_OF_EDM):
            _Metadata(g, system, schema.get("Namespace", "")).rename(schema)
    ElementTree.register_namespace("edmx", "http://docs.oasis-open.org/odata/ns/edmx")
    ElementTree.register_namespace("", EDM[1:-1])
    return ElementTree.tostring(root, encoding="unicode")


class _Metadata:
    def __init__(self, g: Grammar, system: str, namespace: str) -> None:
        self.g, self.system, self.namespace = g, system, namespace

    def rename(self, schema: ElementTree.Element) -> None:
        for element in schema.iter():
            for attribute, old in list(element.attrib.items()):
                change = self._change(element.tag.removeprefix(EDM), attribute)
                element.set(attribute, change(old))
        schema.set("Namespace", self._space())

    def _change(self, tag: str, attribute: str) -> Callable[[str], str]:
        match tag, attribute:
            case (_, "Type" | "EntityType" | "BaseType"):
                return self._type
            case ("Property" | "NavigationProperty" | "PropertyRef", "Name"):
                return self._raw
            case ("NavigationProperty", "Partner"):
                return self._raw
            case ("ReferentialConstraint", _):
                return self._raw
            case ("NavigationPropertyBinding", "Path"):
                return lambda path: "/".join(map(self._raw, path.split("/")))
            case ("NavigationPropertyBinding", "Target"):
                return self._table
            case ("EntitySet", "Name"):
                return self._table
            case ("Annotation", "String"):
                return lambda text: _known_words(self.g, self.system, text)
            case ("Member", "Name"):
                return self.g.code
            case ("EntityType" | "EnumType" | "Action" | "EntityContainer" | "Parameter", "Name"):
                return lambda name: self.g.names.new("type", name)
        return lambda old: old

    def _space(self) -> str:
        return self.g.names.new("type", self.namespace)

    def _raw(self, name: str) -> str:
        return self.g.raw(self.system, name)

    def _table(self, name: str) -> str:
        return self.g.own_table(self.system, name)

    def _type(self, written: str) -> str:
        pattern = rf"\b{re.escape(self.namespace)}\.(\w+)"
        return re.sub(
            pattern, lambda m: f"{self._space()}.{self.g.names.new('type', m[1])}", written
        )


# ---- OpenAPI

ENVELOPE = ("items",)
"""Lists on a page are found by these names, as docs/reference/connectors/http.md says."""

OF_THE_KIND = ("sort",)
"""Parameters that are found by their name, as the same page says."""


def rename_openapi(g: Grammar, system: str, root: yaml.Node) -> None:
    """An OpenAPI file: paths, parameters, schemas, codes, webhooks."""
    _OpenApi(g, system).rename(root)


class _OpenApi:
    def __init__(self, g: Grammar, system: str) -> None:
        self.g, self.system = g, system

    def rename(self, root: yaml.Node) -> None:
        keys(at(root, "paths"), self._path)
        for _, path in entries(at(root, "paths")):
            self._operations(path)
        keys(at(root, "webhooks"), lambda name: self.g.names.new("event", name))
        for _, hook in entries(at(root, "webhooks")):
            self._operations(hook)
        components = at(root, "components")
        for kind, one in entries(components):
            if kind.value == "parameters":
                for _, parameter in entries(one):
                    self._parameter(parameter)
            if kind.value == "schemas":
                for _, schema in entries(one):
                    self._schema(schema)
            elif kind.value in ("responses", "requestBodies"):
                for _, body in entries(one):
                    self._content(body)
            if kind.value == "securitySchemes":
                for _, scheme in entries(one):
                    put(at(scheme, "name"), self._header)
            keys(one, self._component)
        for requirement in items(at(root, "security")):
            keys(requirement, self._component)
        self._references(root)
        for tag in items(at(root, "tags")):
            put(at(tag, "name"), lambda name: self.g.names.new("tag", name))

    def _component(self, name: str) -> str:
        return self.g.names.new("type", name)

    def _header(self, name: str) -> str:
        return header(self.g, name)

    def _path(self, path: str) -> str:
        words = path.strip("/").split("/")
        return "/" + "/".join(
            f"{{{self.g.raw(self.system, word[1:-1])}}}"
            if word.startswith("{")
            else self._word(words, place)
            for place, word in enumerate(words)
        )

    def _word(self, words: list[str], place: int) -> str:
        """`/cases/{id}/photo`: after the row comes a field of it."""
        after_a_row = any(word.startswith("{") for word in words[:place])
        if after_a_row:
            return self.g.raw(self.system, words[place])
        return self.g.own_table(self.system, words[place])

    def _operations(self, path: yaml.Node) -> None:
        for key, operation in entries(path):
            if key.value == "parameters":
                for parameter in items(operation):
                    self._parameter(parameter)
                continue
            put(at(operation, "operationId"), lambda name: self.g.names.new("operation", name))
            put(at(operation, "tags"), lambda name: self.g.names.new("tag", name))
            for parameter in items(at(operation, "parameters")):
                self._parameter(parameter)
            self._content(at(operation, "requestBody"))
            for _, response in entries(at(operation, "responses")):
                self._content(response)

    def _content(self, body: yaml.Node | None) -> None:
        for _, kind in entries(at(body, "content")):
            self._schema(at(kind, "schema"))

    def _parameter(self, parameter: yaml.Node) -> None:
        name = at(parameter, "name")
        if not isinstance(name, yaml.ScalarNode):
            return
        where = at(parameter, "in")
        schema = at(parameter, "schema")
        if name.value in OF_THE_KIND:
            put(at(schema, "enum"), self._sorted)
            put(at(schema, "default"), self._sorted)
        elif isinstance(where, yaml.ScalarNode) and where.value != "header":
            self._schema(schema)
            name.value = parameter_name(self.g, self.system, name.value)

    def _sorted(self, code: str) -> str:
        down = "-" if code.startswith("-") else ""
        return down + self.g.raw(self.system, code.removeprefix("-"))

    def _schema(self, schema: yaml.Node | None) -> None:
        if schema is None:
            return
        for word in ("enum", "default"):
            if not isinstance(at(schema, "type"), yaml.ScalarNode) or _is_text(schema):
                put(at(schema, word), self.g.code)
        put(at(schema, "required"), self._property)
        keys(at(schema, "properties"), self._property)
        for _, inner in entries(at(schema, "properties")):
            self._schema(inner)
        self._schema(at(schema, "items"))
        for word in ("allOf", "oneOf", "anyOf"):
            for inner in items(at(schema, word)):
                self._schema(inner)

    def _property(self, name: str) -> str:
        return name if name in ENVELOPE else self.g.raw(self.system, name)

    def _references(self, node: yaml.Node) -> None:
        if isinstance(node, yaml.SequenceNode):
            for one in node.value:
                self._references(one)
        for key, value in entries(node):
            if key.value == "$ref" and isinstance(value, yaml.ScalarNode):
                before, _, name = value.value.rpartition("/")
                value.value = f"{before}/{self._component(name)}"
            else:
                self._references(value)


def _is_text(schema: yaml.Node | None) -> bool:
    type_ = at(schema, "type")
    return isinstance(type_, yaml.ScalarNode) and type_.value == "string"


def header(g: Grammar, name: str) -> str:
    """A header of the service's own: `X-Api-Key`."""
    return f"X-{g.names.new('header', name)}" if name.startswith("X-") else name


def parameter_name(g: Grammar, system: str, name: str) -> str:
    """A query parameter: a field by its name, or a word of the service's own."""
    fields = {field for table in g.contracts[system].tables.values() for field in table.fields}
    return g.raw(system, name) if name in fields else g.names.new("parameter", name)


# ---- profiles


def rename_profile(g: Grammar, system: str, root: yaml.Node) -> None:
    """What a contract does not say. A word of the answer that goes back is a raw one."""
    auth = at(root, "auth")
    for key, value in entries(auth):
        put(value, g.sentence)
        if key.value == "name":
            put(value, lambda name: header(g, name))
    put(at(root, "path"), lambda text: _path(g, system, text))
    keys(at(root, "many keys"), lambda path: _place_in(g, system, path))
    paging = at(root, "paging")
    if isinstance(paging, yaml.MappingNode):
        put(at(paging, "send"), lambda name: g.names.new("parameter", name))
        put(at(paging, "from"), lambda name: g.raw(system, name))
        paging.value.append((_scalar("size"), _scalar(g.names.new("parameter", "limit"))))
    put(at(root, "changed since"), lambda text: _first_word(g, system, text))
    put(at(root, "no value"), lambda text: text)
    for word in ("lines", "documents"):
        put(at(root, word), lambda text: _known_words(g, system, text))
    for key, write in entries(at(root, "writes")):
        table = key.value.partition(".")[0]
        put(at(write, "repeat"), lambda text, table=table: _repeat(g, system, text))
        key.value = _place_in(g, system, key.value)
    news = at(root, "news")
    for key, value in entries(news):
        if key.value == "signature":
            put(value, lambda text: _signature(g, text))
        else:
            put(value, lambda text: _place_in(g, system, text))
            key.value = g.names.new("event", key.value)
    put(at(root, "money"), lambda name: g.table(system, name))
    amounts = at(root, "amounts")
    put(at(amounts, "currency from"), lambda path: g.raw(system, path))
    put(at(amounts, "fields"), lambda path: g.raw(system, path))


def _scalar(text: str) -> yaml.ScalarNode:
    return yaml.ScalarNode("tag:yaml.org,2002:str", text)


def _path(g: Grammar, system: str, text: str) -> str:
    """`companies(${ERP_COMPANY})/{table}`."""
    return re.sub(r"^\w+", lambda m: g.own_table(system, m[0]), g.sentence(text))


def _place_in(g: Grammar, system: str, path: str) -> str:
    """`reference`, or `cases.photo`, or `cases`."""
    first, dot, rest = path.partition(".")
    tables = {*g.blueprint.systems[system].tables, *g.contracts[system].tables}
    if first not in tables:
        return g.raw(system, path)
    return g.table(system, first) + dot + (g.raw(system, rest) if rest else "")


def _first_word(g: Grammar, system: str, text: str) -> str:
    first, comma, rest = text.partition(",")
    return parameter_name(g, system, first) + comma + rest


def _known_words(g: Grammar, system: str, text: str) -> str:
    def change(found: re.Match[str]) -> str:
        return g.raw(system, found[0]) if re.search(r"[a-z][A-Z]", found[0]) else found[0]

    return re.sub(r"\w+", change, text)


def _repeat(g: Grammar, system: str, text: str) -> str:
    how, _, name = text.rpartition(" ")
    return text if how == "header" else f"{how} {g.raw(system, name)}"


def _signature(g: Grammar, text: str) -> str:
    name, comma, rest = text.partition(",")
    return header(g, name) + comma + g.sentence(rest)
