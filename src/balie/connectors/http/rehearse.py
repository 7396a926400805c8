"""The server side of HTTP with JSON: a rehearsed service that does what its OpenAPI file says.

It reads the file's paths and parameters by itself, apart from the client, so that a mistake in one
is not hidden by the same mistake in the other. What is not in the file is refused.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from balie.connectors.http.description import Description, Node, read_description
from balie.connectors.http.rehearse_answers import (
    Refusal,
    bad,
    etag,
    good,
    nothing_here,
    refused,
)
from balie.connectors.http.rehearse_writing import Operation, Writing, file_of, operations
from balie.systems.contract import Contract, Table, Type
from balie.systems.profile import Profile
from balie.systems.query import Order
from balie.systems.rehearsed import (
    Answer,
    Asked,
    BadPlace,
    Choice,
    Compare,
    Held,
    Question,
    Test,
)
from balie.systems.rows import Raw, Row

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)")
_FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    "uuid": _UUID,
    "date-time": _MOMENT,
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "email": re.compile(r"[^@\s]+@[^@\s]+"),
}
_CHANGED_AFTER = re.compile(r"(\w+?)(?:After|Since)")
_BLANKS: Final[Mapping[Type, Raw]] = {Type.TEXT: "", Type.BOOLEAN: False}


def rehearse(
    *,
    contract: Contract,
    files: Sequence[bytes],
    profile: Profile,
    settings: Mapping[str, str],  # noqa: ARG001  no path of an OpenAPI file needs them
) -> "Service":
    """A service with the paths of these OpenAPI files."""
    paths = [path for content in files for path in _paths(read_description(content), contract)]
    return Service(paths=tuple(paths), contract=contract, profile=profile)


# ---- what the OpenAPI file says


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A query parameter, with what its schema demands."""

    name: str
    required: bool
    type: str
    format: str
    codes: tuple[str, ...]
    default: str
    longest: int | None
    lowest: int | None
    highest: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A path of the file. steps: `{id}` is a parameter. table: whose rows it is about; "" for none.

    operations: the ways to write here, by method.
    """

    steps: tuple[str, ...]
    methods: frozenset[str]
    parameters: Mapping[str, Parameter]
    table: str
    newest_first: bool
    operations: Mapping[str, Operation]
    file: str  # the field of a row that this path is; "" when it is none


def _paths(description: Description, contract: Contract) -> Iterator[Path]:
    for written, node in description.mapping(description.root.get("paths")).items():
        steps = tuple(written.strip("/").split("/"))
        methods = description.mapping(node)
        get = description.mapping(methods.get("get"))
        listed = [methods.get("parameters"), get.get("parameters")]
        yield Path(
            steps=steps,
            methods=frozenset(name.upper() for name in methods if name in _METHODS),
            parameters={
                str(p.get("name")): _parameter(description, p)
                for each in listed
                for p in description.each(each)
                if p.get("in") == "query"
            },
            table=_table(steps, contract),
            operations=operations(description, node),
            file=steps[-1] if _is_below_a_row(steps, contract) else "",
            newest_first="newest first" in str(description.at(get, "responses", "200")),
        )


_METHODS: Final = frozenset({"get", "put", "post", "patch", "delete"})


def _table(steps: tuple[str, ...], contract: Contract) -> str:
    if _is_below_a_row(steps, contract):
        steps = steps[:-1]
    fixed = steps[:-1] if steps[-1].startswith("{") else steps
    name = "/".join(fixed)
    return name if name in contract.tables else ""


def _is_below_a_row(steps: tuple[str, ...], contract: Contract) -> bool:
    """Whether this is the path of a document: `/cases/{id}/photo`."""
    *row, last = steps
    below = len(row) > 1 and row[-1].startswith("{") and not last.startswith("{")
    return below and "/".join(row[:-1]) in contract.tables


def _parameter(description: Description, node: Mapping[str, Node]) -> Parameter:
    schema = description.mapping(node.get("schema"))
    codes = schema.get("enum")
    return Parameter(
        name=str(node.get("name")),
        required=node.get("required") is True,
        type=str(schema.get("type", "string")),
        format=str(schema.get("format", "")),
        codes=tuple(str(code) for code in codes) if isinstance(codes, list) else (),
        default=str(schema.get("default", "")),
        longest=_whole(schema.get("maxLength")),
        lowest=_whole(schema.get("minimum")),
        highest=_whole(schema.get("maximum")),
    )


def _whole(node: Node) -> int | None:
    return node if isinstance(node, int) else None


# ---- the service


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One rehearsed HTTP service."""

    paths: tuple[Path, ...]
    contract: Contract
    profile: Profile

    def blank(self, table: str) -> Row:
        """Nothing is null where the file allows it; else the emptiest value there is."""
        found = self.contract.tables[table]
        blank: dict[str, Raw] = {}
        for name, field in found.fields.items():
            if not field.readable or field.form == "link" or name in found.key:
                continue
            if field.nullable:
                blank[name] = None
            elif field.type is Type.LIST:
                blank[name] = []
            elif field.type in _BLANKS and not field.codes and not field.form:
                blank[name] = _BLANKS[field.type]
        return blank

    def answer(self, asked: Asked, held: Held) -> Answer:
        """The answer to one request."""
        try:
            return self._routed(asked, held)
        except Refusal as refusal:
            return refused(refusal)

    def refuse(self, status: int, title: str, words: str) -> Answer:
        """An error as problem+json (RFC 9457)."""
        return refused(Refusal(status, title, words))

    def _routed(self, asked: Asked, held: Held) -> Answer:
        fitting = [path for path in self.paths if _fits(path.steps, asked.steps)]
        if not fitting:
            raise nothing_here("There is nothing at this address.")
        path = min(fitting, key=lambda path: sum("{" in step for step in path.steps))
        if path.table and asked.method in path.operations:
            return self._written(path, asked, held)
        if asked.method not in {"GET", "HEAD"} or "GET" not in path.methods:
            answer = self.refuse(405, "Method not allowed", f"{asked.method} does not work here.")
            return replace(answer, headers={"Allow": "GET, HEAD"})
        if not path.table:
            raise nothing_here("This row does not have that.")
        if path.file:
            return file_of(held, path.table, self._row(path, asked, held), path.file)
        if path.steps[-1].startswith("{"):
            return self._item(path, asked, held)
        return self._list(path, asked, held)

    def _written(self, path: Path, asked: Asked, held: Held) -> Answer:
        writing = Writing(
            path.operations[asked.method], self.contract.tables[path.table], asked, held
        )
        if path.file:
            place = f"{asked.root}/{'/'.join(asked.steps)}"
            return writing.put(self._row(path, asked, held), path.file, place)
        if path.steps[-1].startswith("{"):
            return writing.changed(self._row(path, asked, held))
        return writing.made()

    def _row(self, path: Path, asked: Asked, held: Held) -> Row:
        """The row that a path is about, or that it is below."""
        at = -2 if path.file else -1
        row = held.one(path.table, {path.steps[at].strip("{}"): asked.steps[at]})
        if row is None:
            raise nothing_here(f"No row of {path.table} has this key.")
        return row

    def _item(self, path: Path, asked: Asked, held: Held) -> Answer:
        _refuse_unknown(asked, path)
        row = self._row(path, asked, held)
        return replace(good(row, f"one row of {path.table}"), headers={"ETag": etag(row)})

    def _list(self, path: Path, asked: Asked, held: Held) -> Answer:
        given = _given(asked, path)
        table = self.contract.tables[path.table]
        send = self._paging("send", "after")
        question = Question(
            table=path.table,
            tests=tuple(self._tests(given, path, table)),
            orders=_orders(given, path, table),
            after=given.pop(send, None),
            limit=_limit(given.get(self._paging("size", "limit")), path, table),
        )
        try:
            found = held.find(question)
        except BadPlace:
            raise bad(send, "is not a place that was given out") from None
        rows: list[Raw] = [dict(row) for row in found.rows]
        body: dict[str, Raw] = {
            table.rows_at or "items": rows,
            self._paging("from", "next"): found.next,
        }
        did = f"{len(rows)} of {found.total} rows of {path.table}"
        return good(rows if not table.rows_at else body, did)

    def _paging(self, word: str, default: str) -> str:
        written = self.profile.section("paging").get(word)
        return written if isinstance(written, str) else default

    def _tests(self, given: Mapping[str, str], path: Path, table: Table) -> Iterator[Test]:
        for name, value in given.items():
            parameter = path.parameters[name]
            if name in table.fields:
                yield self._equals(parameter, value, path.table)
            elif (stamp := _stamp(name, table)) is not None:
                yield Test((Choice(stamp, Compare.AT_LEAST, value),))

    def _equals(self, parameter: Parameter, value: str, table: str) -> Test:
        """Equal to the value, or to one of several with commas between them."""
        most = self._most(parameter.name, table)
        values = value.split(",") if most > 1 else [value]
        if len(values) > most:
            raise bad(parameter.name, f"takes at most {most} values", "too_long")
        fold = parameter.format == "email"
        return Test(tuple(Choice(parameter.name, Compare.EQUAL, v, fold) for v in values))

    def _most(self, name: str, table: str) -> int:
        """How many values this parameter takes: `many keys: {id: 50 keys with commas}`."""
        many = self.profile.section("many keys")
        written = many.get(f"{table}.{name}", many.get(name, ""))
        found = re.match(r"(\d+) keys? with commas", written if isinstance(written, str) else "")
        return int(found[1]) if found else 1


def _fits(pattern: tuple[str, ...], steps: tuple[str, ...]) -> bool:
    return len(pattern) == len(steps) and all(
        written == step or (written.startswith("{") and step)
        for written, step in zip(pattern, steps, strict=True)
    )


def _stamp(name: str, table: Table) -> str | None:
    """The moment that `changedAfter` is about: `changedAt`."""
    found = _CHANGED_AFTER.fullmatch(name)
    stamp = f"{found[1]}At" if found else ""
    return stamp if stamp in table.fields else None


def _given(asked: Asked, path: Path) -> dict[str, str]:
    """The parameters that were sent, each as the file wants it."""
    _refuse_unknown(asked, path)
    given: dict[str, str] = {}
    for name, value in asked.query:
        if name in given:
            raise bad(name, "stands there twice")
        _check(path.parameters[name], value)
        given[name] = value
    for parameter in path.parameters.values():
        if parameter.required and parameter.name not in given:
            raise bad(parameter.name, "is required", "required")
    return given


def _refuse_unknown(asked: Asked, path: Path) -> None:
    for name, _ in asked.query:
        if name not in path.parameters or path.steps[-1].startswith("{"):
            raise bad(name, "is no parameter here", "unknown")


def _check(parameter: Parameter, value: str) -> None:
    if parameter.type == "integer" and not re.fullmatch(r"-?\d{1,9}", value):
        raise bad(parameter.name, "should be a whole number")
    if parameter.type == "integer" and not (
        (parameter.lowest is None or parameter.lowest <= int(value))
        and (parameter.highest is None or int(value) <= parameter.highest)
    ):
        raise bad(parameter.name, f"should be {parameter.lowest} to {parameter.highest}")
    if parameter.longest is not None and len(value) > parameter.longest:
        raise bad(parameter.name, f"is longer than {parameter.longest}", "too_long")
    if parameter.codes and value not in parameter.codes:
        raise bad(parameter.name, f"is none of {', '.join(parameter.codes)}")
    form = _FORMS.get(parameter.format)
    if form is not None and not form.fullmatch(value):
        raise bad(parameter.name, f"should be a {parameter.format}")


def _limit(written: str | None, path: Path, table: Table) -> int:
    default = next((p.default for p in path.parameters.values() if p.name == "limit"), "")
    return int(written or default or table.page_size)


def _orders(given: Mapping[str, str], path: Path, table: Table) -> tuple[Order, ...]:
    """By `sort`, else by the last moment that a row has."""
    default = path.parameters["sort"].default if "sort" in path.parameters else ""
    sort = given.get("sort", default)
    if sort:
        return (Order(sort.removeprefix("-"), descending=sort.startswith("-")),)
    stamps = [name for name, field in table.fields.items() if field.type is Type.DATETIME]
    return (Order(stamps[-1], descending=path.newest_first),) if stamps else ()
