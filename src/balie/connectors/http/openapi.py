"""An OpenAPI file -> what the system says of itself.

A table is a path without parameters whose GET answers a list, alone or on a page such as
`{items, next}`. It is called as its path, without the slash in front: `contacts`, `v2/shipments`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from balie.connectors.http.description import Description, Node, read_description
from balie.connectors.http.schemas import Shape, fields, shape
from balie.systems.contract import Contract, Field, Table, Type
from balie.systems.many import many_keys
from balie.systems.profile import Plain, Profile

LINK = "link"
"""The form of a document that has an address of its own, below the row's."""

_NAMES_OF_LISTS = ("items", "value", "values", "data", "results", "rows", "records", "entries")
_ENVELOPES = ("data", "_embedded", "result", "response", "d")
_WRITING = ("post", "patch", "put")


def read_openapi(files: Sequence[bytes], profile: Profile) -> Contract:
    """The contract of one or more OpenAPI files. Raises ValueError in plain words."""
    descriptions = [read_description(content) for content in files]
    tables = [table for one in descriptions for table in _tables(one, profile)]
    if not tables:
        raise ValueError("no path here has a GET without path parameters that answers a list")
    events = {name for one in descriptions for name in one.mapping(one.root.get("webhooks"))}
    return Contract(tables={table.name: table for table in tables}, events=frozenset(events))


@dataclass(frozen=True)
class _Answer:
    """Where the rows are in a list's answer, and what a row looks like."""

    rows_at: str
    row: Node


def _tables(description: Description, profile: Profile) -> Iterator[Table]:
    paths = description.mapping(description.root.get("paths"))
    for path in paths:
        answer = None if "{" in path else _answer(description, path)
        if answer:
            yield _Path(description, path, answer, profile).table()


def _answer(description: Description, path: str) -> _Answer | None:
    schema = _json_content(description, description.at(_path(description, path), "get"))
    found = shape(description, schema)
    if found.type == "array":
        return _Answer("", found.items) if shape(description, found.items).properties else None
    names = (*_NAMES_OF_LISTS, path.rpartition("/")[2])
    return next(_lists(description, found, names, ""), None)


def _lists(
    description: Description, page: Shape, names: tuple[str, ...], before: str
) -> Iterator[_Answer]:
    """The lists of objects on a page: on the page itself first, then inside its envelopes."""
    for name in names:
        inner = shape(description, page.properties.get(name))
        if inner.type == "array" and shape(description, inner.items).properties:
            yield _Answer(f"{before}{name}", inner.items)
    for name in () if before else _ENVELOPES:
        envelope = shape(description, page.properties.get(name))
        yield from _lists(description, envelope, names, f"{name}.")


def _path(description: Description, path: str) -> Mapping[str, Node]:
    return description.mapping(description.mapping(description.root.get("paths")).get(path))


def _json_content(description: Description, operation: Node) -> Node:
    """The schema of the JSON that an operation answers when all is well."""
    responses = description.mapping(description.at(operation, "responses"))
    good = responses.get("200", responses.get("2XX", responses.get("default")))
    return _json_schema(description, description.at(good, "content"))


def _json_schema(description: Description, content: Node) -> Node:
    kinds = description.mapping(content)
    kind = next((kind for kind in kinds if _is_json(kind)), "")
    return description.at(kinds.get(kind), "schema")


def _is_json(kind: str) -> bool:
    bare = kind.partition(";")[0].strip()
    return bare == "application/json" or bare.endswith("+json")


@dataclass(frozen=True)
class _Path:
    """A path that answers a list, being read."""

    description: Description
    path: str
    answer: _Answer
    profile: Profile

    def table(self) -> Table:
        name = self.path.strip("/")
        found = self._fields()
        asked = self._parameters()
        equals = frozenset(one for one in found if parameter_of(self.profile, name, one) in asked)
        sorts, sorts_up = self._sorts(asked, found)
        return Table(
            name=name,
            fields=found,
            key=self._key(found),
            equals=equals,
            among=many_keys(self.profile, name, equals),
            sorts=sorts,
            sorts_up=sorts_up,
            demands=self._demands(asked, equals),
            page_size=self._page_size(asked),
            rows_at=self.answer.rows_at,
            parameters=frozenset(asked),
            creates_with=self._way(self.path, "post"),
            changes_with=self._way(self._row_path(), "patch", "put"),
        )

    def _way(self, path: str, *methods: str) -> str:
        """How a row is written here, "POST application/json": the first of these methods."""
        for method in methods:
            operation = self.description.at(_path(self.description, path), method)
            content = self.description.at(operation, "requestBody", "content")
            kind = next(filter(_is_json, self.description.mapping(content)), "")
            if kind:
                return f"{method.upper()} {kind}"
        return ""

    def _fields(self) -> Mapping[str, Field]:
        rows = fields(self.description, self.answer.row)
        changed = self._written("patch", "put")
        created = self._written("post")
        needed = shape(self.description, self._body(self.path, "post")).required
        written = {**changed, **created}
        only_written = {
            name: replace(field, readable=False)
            for name, field in written.items()
            if name not in rows
        }
        return {
            name: replace(
                field,
                writable=field.writable and name in written,
                required_to_create=name in needed,
            )
            for name, field in {**rows, **only_written}.items()
        } | self._documents()

    def _written(self, *methods: str) -> Mapping[str, Field]:
        """The fields that can be sent to the list or to one of its rows."""
        return {
            name: field
            for method in methods
            for path in (self.path, self._row_path())
            for name, field in fields(self.description, self._body(path, method)).items()
        }

    def _body(self, path: str, method: str) -> Node:
        operation = self.description.at(_path(self.description, path), method)
        body = self.description.at(operation, "requestBody", "content")
        return _json_schema(self.description, body)

    def _documents(self) -> dict[str, Field]:
        """Documents below a row: `/cases/{id}/photo` is the field `photo`."""
        before = f"{self._row_path()}/"
        paths = self.description.mapping(self.description.root.get("paths"))
        names = [path.removeprefix(before) for path in paths if path.startswith(before)]
        return {name: self._document(name) for name in names if self._is_document(before + name)}

    def _is_document(self, path: str) -> bool:
        get = self.description.at(_path(self.description, path), "get")
        kinds = self.description.mapping(self.description.at(get, "responses", "200", "content"))
        return bool(kinds) and "/" not in path.rpartition("}/")[2] and not any(map(_is_json, kinds))

    def _document(self, name: str) -> Field:
        operations = _path(self.description, f"{self._row_path()}/{name}")
        writable = any(method in operations for method in _WRITING)
        get = self.description.at(operations.get("get"), "responses", "200", "content")
        media = next(iter(self.description.mapping(get)), "")
        return Field(name=name, type=Type.DOCUMENT, form=LINK, media=media, writable=writable)

    def _row_path(self) -> str:
        """The path of one row, `/contacts/{id}`, or "" when there is none."""
        before = f"{self.path.rstrip('/')}/{{"
        paths = self.description.mapping(self.description.root.get("paths"))
        return next(
            (p for p in paths if p.startswith(before) and p.count("/", len(before)) == 0), ""
        )

    def _key(self, found: Mapping[str, Field]) -> tuple[str, ...]:
        name = self._row_path().rpartition("{")[2].rstrip("}")
        if name in found:
            return (name,)
        return ("id",) if "id" in found else tuple(found)[:1]

    def _parameters(self) -> Mapping[str, Mapping[str, Node]]:
        """What can be sent with the question, by name."""
        path = _path(self.description, self.path)
        get = self.description.mapping(path.get("get"))
        listed = [path.get("parameters"), get.get("parameters")]
        return {
            str(parameter.get("name")): parameter
            for parameters in listed
            for parameter in self.description.each(parameters)
            if parameter.get("in") == "query"
        }

    def _demands(
        self, asked: Mapping[str, Mapping[str, Node]], equals: frozenset[str]
    ) -> frozenset[str]:
        """What must be asked, by the name of the field that it asks for."""
        always = self.profile.section("send always")
        fields = {parameter_of(self.profile, self.path.strip("/"), one): one for one in equals}
        return frozenset(
            fields.get(name, name)
            for name, parameter in asked.items()
            if parameter.get("required") is True and name not in always
        )

    def _sorts(
        self, asked: Mapping[str, Mapping[str, Node]], found: Mapping[str, Field]
    ) -> tuple[frozenset[str], frozenset[str]]:
        codes = shape(self.description, self.description.at(asked.get("sort"), "schema")).codes
        down = {code[1:] for code in codes if code.startswith("-")}
        return frozenset(down & found.keys()), frozenset(set(codes) & found.keys())

    def _page_size(self, asked: Mapping[str, Mapping[str, Node]]) -> int:
        wanted = self.profile.number("page size", 200)
        name = paging_word(self.profile, "size", "limit")
        most = self.description.at(asked.get(name), "schema", "maximum")
        return min(wanted, most) if isinstance(most, int) else wanted


def paging_word(profile: Profile, word: str, default: str) -> str:
    """A word of the profile's `paging: {send: after, from: next, size: limit}`."""
    value: Plain | None = profile.section("paging").get(word)
    return value if isinstance(value, str) else default


def parameter_of(profile: Profile, table: str, field: str) -> str:
    """The query parameter that asks for a field: its own name, or what `filters` says."""
    filters = profile.section("filters")
    value = filters.get(f"{table}.{field}", filters.get(field))
    return value if isinstance(value, str) else field
