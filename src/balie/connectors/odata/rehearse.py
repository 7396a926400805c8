"""The server side of OData V4: a rehearsed service that is as strict as Business Central.

It reads `$metadata` by itself, apart from the client, so that a mistake in one is not hidden by
the same mistake in the other.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import quote
from xml.etree.ElementTree import Element

from defusedxml import ElementTree

from balie.systems.contract import Contract
from balie.systems.profile import Profile
from balie.systems.query import Order
from balie.systems.rehearsed import (
    JSON,
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

_EDM = "Edm."
_LARGEST_PAGE: Final = 20_000
_OPTIONS: Final = frozenset(
    {"$filter", "$select", "$orderby", "$top", "$count", "$expand", "$skiptoken", "$schemaversion"}
)
_CODES: Final[Mapping[int, str]] = {
    400: "BadRequest",
    401: "Authentication_InvalidCredentials",
    404: "BadRequest_ResourceNotFound",
    405: "BadRequest_MethodNotAllowed",
    429: "Application_TooManyRequests",
    500: "Internal_ServerError",
    503: "ServiceUnavailable",
}
_LITERALS: Final[Mapping[str, str]] = {
    "Edm.Guid": r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "Edm.Date": r"\d{4}-\d\d-\d\d",
    "Edm.DateTimeOffset": r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)",
    "Edm.Boolean": "true|false",
    "Edm.Int16": r"-?\d+",
    "Edm.Int32": r"-?\d+",
    "Edm.Int64": r"-?\d+",
    "Edm.Decimal": r"-?\d+(?:\.\d+)?",
    "Edm.Double": r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?",
}
_BLANKS: Final[Mapping[str, Raw]] = {
    "Edm.String": "",
    "Edm.Guid": "00000000-0000-0000-0000-000000000000",
    "Edm.Date": "0001-01-01",
    "Edm.DateTimeOffset": "0001-01-01T00:00:00Z",
}
_ZEROS: Final[Mapping[str, Raw]] = {
    "Edm.Boolean": False,
    "Edm.Int16": 0,
    "Edm.Int32": 0,
    "Edm.Int64": 0,
    "Edm.Decimal": 0,
    "Edm.Double": 0,
}
_BLANK_CODE = "_x0020_"


def rehearse(
    *,
    contract: Contract,
    files: Sequence[bytes],
    profile: Profile,
    settings: Mapping[str, str],
) -> "Service":
    """An OData service with the entity sets of these `$metadata` files."""
    path = profile.text("path", "{table}")
    for name, value in settings.items():
        path = path.replace(f"${{{name}}}", value)
    return Service(
        files=tuple(files),
        sets=_entity_sets(files, contract),
        before=tuple(path.split("/")[:-1]),
        filters=frozenset(profile.texts("filters")),
        no_value=profile.no_value,
    )


# ---- what $metadata says


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
    demands: str = ""  # only with this property in the filter


def _entity_sets(files: Sequence[bytes], contract: Contract) -> Mapping[str, EntitySet]:
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
    type_ = types[element.get("EntityType", "")]
    properties = _properties(type_)
    return EntitySet(
        name=element.get("Name", ""),
        key=next(e.get("Name", "") for e in type_.iter() if _local(e) == "PropertyRef"),
        properties=properties,
        codes={name: _members(types[t]) for name, t in properties.items() if _is_enum(t, types)},
        ways=dict(_ways(type_, types, names)),
        demands=_demanded(element),
    )


def _properties(type_: Element) -> dict[str, str]:
    return {e.get("Name", ""): e.get("Type", "") for e in type_ if _local(e) == "Property"}


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


# ---- the service


class _Refusal(Exception):
    """What the service says no to."""

    def __init__(self, status: int, words: str, code: str = "") -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One rehearsed OData service."""

    files: tuple[bytes, ...]
    sets: Mapping[str, EntitySet]
    before: tuple[str, ...]  # what stands in a path before the entity set
    filters: frozenset[str]  # what `filters:` of the profile says; empty: everything
    no_value: frozenset[str]

    def blank(self, table: str) -> Row:
        """Nothing is '', 0001-01-01, the empty guid or _x0020_ where the profile says so."""
        entity_set = self.sets[table]
        return {
            name: self._blank_one(edm, entity_set.codes.get(name, ()))
            for name, edm in entity_set.properties.items()
            if edm != "Edm.Stream" and name != entity_set.key
        }

    def _blank_one(self, edm: str, codes: Sequence[str]) -> Raw:
        if codes:
            return _BLANK_CODE if _BLANK_CODE in codes else codes[0]
        if edm in _ZEROS:
            return _ZEROS[edm]
        blank = _BLANKS.get(edm)
        known = isinstance(blank, str) and blank.removesuffix("T00:00:00Z") in self.no_value
        return blank if known else None

    def answer(self, asked: Asked, held: Held) -> Answer:
        """The answer to one request."""
        try:
            return self._routed(asked, held)
        except _Refusal as refusal:
            return self._refused(refusal)

    def refuse(self, status: int, title: str, words: str) -> Answer:
        """An error in OData's shape."""
        return self._refused(_Refusal(status, words or title))

    def _refused(self, refusal: _Refusal) -> Answer:
        code = refusal.code or _CODES.get(refusal.status, "Unknown")
        error: dict[str, Raw] = {"error": {"code": code, "message": refusal.words}}
        return Answer(
            status=refusal.status, body=_json(error), content_type=JSON, did=f"refused: {code}"
        )

    def _routed(self, asked: Asked, held: Held) -> Answer:
        if asked.method not in {"GET", "HEAD"}:
            raise _Refusal(405, f"The method {asked.method} is not supported here.")
        if asked.steps == ("$metadata",):
            return Answer(
                status=200, body=self.files[0], content_type="application/xml", did="$metadata"
            )
        if asked.steps in {(), ("",)}:
            return self._service_document(asked)
        place = asked.steps[: len(self.before)]
        if place != self.before[: len(place)]:
            raise _Refusal(404, "Nothing is here with that name or id.")
        rest = asked.steps[len(self.before) :]
        if not rest:
            return _good(asked, {"id": _key_in(place[-1])[1], "name": "REHEARSAL"}, "one company")
        return self._in_company(asked, held, rest)

    def _service_document(self, asked: Asked) -> Answer:
        names = [{"name": n, "kind": "EntitySet", "url": n} for n in self.sets]
        return _good(asked, {"value": [dict(name) for name in names]}, "the service document")

    def _in_company(self, asked: Asked, held: Held, rest: tuple[str, ...]) -> Answer:
        name, key = _key_in(rest[0])
        entity_set = self.sets.get(name)
        if entity_set is None:
            raise _Refusal(404, f"Resource not found for the segment '{name}'.")
        if key is None:
            return self._list(asked, held, entity_set) if len(rest) == 1 else _no_way(rest[1])
        row = held.one(name, {entity_set.key: key})
        if row is None:
            raise _Refusal(
                404, f"The entity {name} with this key does not exist.", "Internal_EntityNotFound"
            )
        if len(rest) == 1:
            options = _options(asked, self, entity_set)
            record = self._record(row, entity_set, options, asked, held)
            return _good(asked, record, f"one row of {name}", context=name)
        return self._followed(asked, held, entity_set, row, rest[1:])

    def _list(
        self,
        asked: Asked,
        held: Held,
        entity_set: EntitySet,
        given: tuple[Test, ...] = (),
    ) -> Answer:
        options = _options(asked, self, entity_set)
        tests = (*options.tests, *given)
        _demand(entity_set, tests)
        limit = min(options.page, options.left) if options.left is not None else options.page
        question = Question(
            table=entity_set.name,
            tests=tests,
            orders=options.orders,
            after=options.after,
            limit=limit,
        )
        try:
            found = held.find(question)
        except BadPlace:
            raise _Refusal(400, "The $skiptoken is not one that was given out.") from None
        body: dict[str, Raw] = {}
        if options.count:
            body["@odata.count"] = found.total
        body["value"] = [self._record(row, entity_set, options, asked, held) for row in found.rows]
        left = None if options.left is None else options.left - len(found.rows)
        if found.next and left != 0:
            body["@odata.nextLink"] = _next_link(asked, found.next, left)
        did = f"{len(found.rows)} of {found.total} rows of {entity_set.name}"
        return replace(_good(asked, body, did, context=entity_set.name), headers=options.headers)

    def _record(
        self,
        row: Row,
        entity_set: EntitySet,
        options: "_Options",
        asked: Asked,
        held: Held,
    ) -> dict[str, Raw]:
        wanted = options.select or tuple(n for n in row if n in entity_set.properties)
        record: dict[str, Raw] = {"@odata.etag": _etag(row)}
        record |= {name: row[name] for name in wanted if name in row}
        for name in options.expand:
            way = entity_set.ways[name]
            record[name] = (
                _document(asked, self, entity_set, row, name)
                if way.stream
                else self._beyond(row, way, held)
            )
        return record

    def _beyond(self, row: Row, way: Way, held: Held) -> Raw:
        test = Test((Choice(way.theirs, Compare.EQUAL, str(row.get(way.own))),))
        rows = held.find(Question(table=way.target, tests=(test,), limit=_LARGEST_PAGE)).rows
        records: list[Raw] = [{"@odata.etag": _etag(r), **r} for r in rows]
        return records if way.many else next(iter(records), None)

    def _followed(
        self, asked: Asked, held: Held, entity_set: EntitySet, row: Row, rest: tuple[str, ...]
    ) -> Answer:
        way = entity_set.ways.get(_key_in(rest[0])[0])
        if way is None or (not way.stream and way.target not in self.sets):
            return _no_way(rest[0])
        if not way.stream:
            test = Test((Choice(way.theirs, Compare.EQUAL, str(row.get(way.own))),))
            return self._list(asked, held, self.sets[way.target], (test,))
        if len(rest) == 1:
            return _good(asked, _document(asked, self, entity_set, row, rest[0]), "a document")
        if rest[1] != way.stream:
            return _no_way(rest[1])
        return Answer(
            status=200,
            body=held.document(entity_set.name, row, rest[0]),
            content_type="application/pdf",
            did=f"the bytes of a document of {entity_set.name}",
        )

    def link(self, asked: Asked, entity_set: EntitySet, row: Row, *rest: str) -> str:
        """The address of a row, or of something below it."""
        key = row.get(entity_set.key)
        steps = (*self.before, f"{entity_set.name}({key})", *rest)
        return f"{asked.root}/{'/'.join(quote(step, safe='()') for step in steps)}"


def _no_way(name: str) -> Answer:
    raise _Refusal(404, f"Resource not found for the segment '{name}'.")


def _document(
    asked: Asked, service: Service, entity_set: EntitySet, row: Row, name: str
) -> dict[str, Raw]:
    """A document's entity: an id, whose it is, and where its bytes are."""
    bare = _key_in(name)[0]
    stream = entity_set.ways[bare].stream
    return {
        "@odata.etag": _etag(row),
        "id": row.get(entity_set.key),
        "parentId": row.get(entity_set.key),
        f"{stream}@odata.mediaReadLink": service.link(asked, entity_set, row, bare, stream),
    }


def _demand(entity_set: EntitySet, tests: Sequence[Test]) -> None:
    asked = {choice.field for test in tests for choice in test.any_of}
    if entity_set.demands and not asked & {entity_set.demands, entity_set.key}:
        raise _Refusal(
            400,
            f"You must specify an {entity_set.key} or a {entity_set.demands} "
            f"to get {entity_set.name}.",
            "Application_FilterErrorException",
        )


def _next_link(asked: Asked, place: str, left: int | None) -> str:
    kept = [(name, value) for name, value in asked.query if name not in {"$skiptoken", "$top"}]
    query = [*kept, ("$skiptoken", place if left is None else f"{left}.{place}")]
    path = "/".join(quote(step, safe="()='") for step in asked.steps)
    return f"{asked.root}/{path}?" + "&".join(f"{n}={quote(v, safe='')}" for n, v in query)


def _good(asked: Asked, body: Mapping[str, Raw], did: str, *, context: str = "") -> Answer:
    said: dict[str, Raw] = {"@odata.context": f"{asked.root}/$metadata#{context}"}
    return Answer(
        status=200,
        body=_json({**said, **body}),
        content_type=f"{JSON}; odata.metadata=minimal; odata.streaming=true",
        did=did,
    )


def _json(body: Mapping[str, Raw]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _etag(row: Row) -> str:
    digest = hashlib.sha256(json.dumps(row, sort_keys=True).encode()).digest()
    return f'W/"{base64.b64encode(digest[:15]).decode()}"'


def _key_in(step: str) -> tuple[str, str | None]:
    """`salesOrders(1234)` -> its name and its key, without quotes; None without a key."""
    found = re.fullmatch(r"(\w+)(?:\((?:\w+=)?(?:'((?:[^']|'')*)'|([^']*))\))?", step)
    if not found:
        raise _Refusal(400, f"The segment '{step}' cannot be read.")
    name, quoted, bare = found.groups()
    return name, quoted.replace("''", "'") if quoted is not None else bare


# ---- the options of a question


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    tests: tuple[Test, ...] = ()
    select: tuple[str, ...] = ()
    orders: tuple[Order, ...] = ()
    expand: tuple[str, ...] = ()
    count: bool = False
    page: int = _LARGEST_PAGE
    left: int | None = None  # rows still wanted: of $top
    after: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def _options(asked: Asked, service: Service, entity_set: EntitySet) -> _Options:
    options: dict[str, str] = {}
    for name, value in asked.query:
        if name.startswith("$") and name not in _OPTIONS:
            raise _Refusal(400, f"The query option '{name}' is not supported.")
        if name in options:
            raise _Refusal(400, f"The query option '{name}' stands there twice.")
        options[name] = value
    page, headers = _page(asked)
    left, after = _place(options)
    return _Options(
        tests=_Filter(options.get("$filter", ""), service, entity_set).tests(),
        select=_names(options.get("$select", ""), entity_set.properties),
        orders=_orders(options.get("$orderby", ""), entity_set),
        expand=_names(options.get("$expand", ""), entity_set.ways),
        count=options.get("$count") == "true",
        page=page,
        left=left,
        after=after,
        headers=headers,
    )


def _page(asked: Asked) -> tuple[int, Mapping[str, str]]:
    found = re.search(r"(?:odata\.)?maxpagesize=(\d+)", asked.headers.get("prefer", ""))
    if not found or int(found[1]) == 0:
        return _LARGEST_PAGE, {}
    size = min(int(found[1]), _LARGEST_PAGE)
    return size, {"Preference-Applied": f"odata.maxpagesize={size}"}


def _place(options: Mapping[str, str]) -> tuple[int | None, str | None]:
    """How many rows are still wanted, and after which place."""
    top = options.get("$top")
    if top is not None and not top.isdigit():
        raise _Refusal(400, "The value of $top is no whole number.")
    left = None if top is None else int(top)
    token = options.get("$skiptoken")
    if token is not None and re.match(r"\d+\.", token):
        count, _, token = token.partition(".")
        return int(count), token
    return left, token


def _names(written: str, known: Mapping[str, object]) -> tuple[str, ...]:
    names = tuple(name.strip() for name in written.split(",") if name.strip())
    for name in names:
        if name not in known:
            raise _Refusal(400, f"Could not find a property named '{name}'.")
    return names


def _orders(written: str, entity_set: EntitySet) -> tuple[Order, ...]:
    orders = []
    for part in filter(None, (part.strip() for part in written.split(","))):
        name, _, direction = part.partition(" ")
        if name not in entity_set.properties or direction.strip() not in {"", "asc", "desc"}:
            raise _Refusal(400, f"The $orderby '{part}' cannot be read.")
        orders.append(Order(name, descending=direction.strip() == "desc"))
    return tuple(orders)


_TOKEN = re.compile(r"\s*([A-Za-z_][\w.]*'(?:[^']|'')*'|'(?:[^']|'')*'|[(),]|[^\s(),']+)")
_COMPARISONS: Final = {c.value: c for c in list(Compare)[:6]}
_FUNCTIONS: Final = {c.value: c for c in list(Compare)[6:]}


class _Filter:
    """Reads a $filter: comparisons with `and`; `or` on one field only, as in Business Central."""

    def __init__(self, text: str, service: Service, entity_set: EntitySet) -> None:
        self._text = text
        self._service = service
        self._set = entity_set
        self._tokens = self._split(text)

    def _split(self, text: str) -> list[str]:
        tokens, place = [], 0
        while text[place:].strip():
            found = _TOKEN.match(text, place)
            if not found:
                raise self._unreadable()
            tokens.append(found[1])
            place = found.end()
        return tokens[::-1]

    def tests(self) -> tuple[Test, ...]:
        if not self._tokens:
            return ()
        tests = self._either()
        if self._tokens:
            raise self._unreadable()
        return tests

    def _either(self) -> tuple[Test, ...]:
        sides = [self._both()]
        while self._next() == "or":
            self._take()
            sides.append(self._both())
        return sides[0] if len(sides) == 1 else (self._joined(sides),)

    def _joined(self, sides: Sequence[tuple[Test, ...]]) -> Test:
        choices = tuple(choice for side in sides for test in side for choice in test.any_of)
        if any(len(side) > 1 for side in sides) or len({choice.field for choice in choices}) > 1:
            raise _Refusal(
                400,
                "An 'or' between different fields is not supported.",
                "BadRequest_MethodNotImplemented",
            )
        return Test(choices)

    def _both(self) -> tuple[Test, ...]:
        tests = self._one()
        while self._next() == "and":
            self._take()
            tests += self._one()
        return tests

    def _one(self) -> tuple[Test, ...]:
        word = self._take()
        if word == "(":
            tests = self._either()
            self._expect(")")
            return tests
        if self._next() == "(":
            return (self._function(word),)
        compare = self._allowed(word, _COMPARISONS.get(self._take()))
        return (Test((Choice(word, compare, self._literal(word, self._take())),)),)

    def _function(self, name: str) -> Test:
        self._expect("(")
        word = self._take()
        self._expect(",")
        compare = self._allowed(word, _FUNCTIONS.get(name))
        value = self._literal(word, self._take())
        self._expect(")")
        return Test((Choice(word, compare, value),))

    def _allowed(self, word: str, compare: Compare | None) -> Compare:
        if word not in self._set.properties:
            raise _Refusal(400, f"Could not find a property named '{word}'.")
        said = "=" if compare is Compare.EQUAL else compare
        if compare is None or (self._service.filters and said not in self._service.filters):
            raise _Refusal(
                400, "This $filter uses what is not supported.", "BadRequest_MethodNotImplemented"
            )
        return compare

    def _literal(self, word: str, token: str) -> str | None:
        edm = self._set.properties[word]
        codes = self._set.codes.get(word, ())
        if token == "null":  # noqa: S105
            return None
        text = token[token.find("'") + 1 : -1].replace("''", "'") if token[-1] == "'" else None
        if codes and text in codes:
            return text
        if edm == "Edm.String" and text is not None and token[0] == "'":
            return text
        if re.fullmatch(_LITERALS.get(edm, "(?!)"), token):
            return token.lower() if edm == "Edm.Guid" else token
        raise _Refusal(400, f"The value {token} does not go with '{word}', which is {edm}.")

    def _next(self) -> str:
        return self._tokens[-1] if self._tokens else ""

    def _take(self) -> str:
        if not self._tokens:
            raise self._unreadable()
        return self._tokens.pop()

    def _expect(self, token: str) -> None:
        if self._take() != token:
            raise self._unreadable()

    def _unreadable(self) -> _Refusal:
        return _Refusal(400, f"Syntax error in the $filter: {self._text}")
