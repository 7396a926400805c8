"""The server side of OData V4: a rehearsed service that is as strict as Business Central.

It answers from rows; what is in `$metadata` and how a question is read are in the files beside it.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from balie.connectors.odata.rehearse_metadata import EntitySet, Way, entity_sets
from balie.connectors.odata.rehearse_options import LARGEST_PAGE, Options, Refusal, read_options
from balie.connectors.odata.rehearse_writing import Writing
from balie.systems.contract import Contract
from balie.systems.profile import Profile
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

_WRITING: Final = frozenset({"POST", "PATCH", "PUT"})
_CODES: Final[Mapping[int, str]] = {
    400: "BadRequest",
    401: "Authentication_InvalidCredentials",
    404: "BadRequest_ResourceNotFound",
    405: "BadRequest_MethodNotAllowed",
    429: "Application_TooManyRequests",
    500: "Internal_ServerError",
    503: "ServiceUnavailable",
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
        sets=entity_sets(files, contract),
        before=tuple(path.split("/")[:-1]),
        filters=frozenset(profile.texts("filters")),
        no_value=profile.no_value,
    )


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
        except Refusal as refusal:
            return self._refused(refusal)

    def refuse(self, status: int, title: str, words: str) -> Answer:
        """An error in OData's shape."""
        return self._refused(Refusal(status, words or title))

    def _refused(self, refusal: Refusal) -> Answer:
        code = refusal.code or _CODES.get(refusal.status, "Unknown")
        error: dict[str, Raw] = {"error": {"code": code, "message": refusal.words}}
        return Answer(
            status=refusal.status, body=_json(error), content_type=JSON, did=f"refused: {code}"
        )

    def _routed(self, asked: Asked, held: Held) -> Answer:
        if asked.method not in {"GET", "HEAD", "POST", "PATCH", "PUT"}:
            raise _no_method(asked)
        if asked.method in _WRITING and len(asked.steps) <= len(self.before):
            raise _no_method(asked)
        if asked.steps == ("$metadata",):
            return Answer(
                status=200, body=self.files[0], content_type="application/xml", did="$metadata"
            )
        if asked.steps in {(), ("",)}:
            return self._service_document(asked)
        place = asked.steps[: len(self.before)]
        if place != self.before[: len(place)]:
            raise Refusal(404, "Nothing is here with that name or id.")
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
            raise Refusal(404, f"Resource not found for the segment '{name}'.")
        writing = Writing(self.sets, entity_set, asked, held)
        if key is None and asked.method == "POST" and len(rest) == 1:
            return self._made(writing)
        if key is None and asked.method in _WRITING:
            raise _no_method(asked)
        if key is None:
            return self._list(asked, held, entity_set) if len(rest) == 1 else _no_way(rest[1])
        row = held.one(name, {entity_set.key: key})
        if row is None:
            raise Refusal(
                404, f"The entity {name} with this key does not exist.", "Internal_EntityNotFound"
            )
        if asked.method in _WRITING:
            return self._written(writing, row, rest[1:])
        if len(rest) == 1:
            options = read_options(asked, entity_set, self.filters)
            record = self._record(row, entity_set, options, asked, held)
            return _good(asked, record, f"one row of {name}", context=name)
        return self._followed(asked, held, entity_set, row, rest[1:])

    def _made(self, writing: Writing) -> Answer:
        row = writing.made()
        name = writing.entity_set.name
        said = _good(writing.asked, self._told(row, name), f"made a row of {name}", context=name)
        place = self.link(writing.asked, writing.entity_set, row)
        return replace(said, status=201, headers={"Location": place})

    def _written(self, writing: Writing, row: Row, below: tuple[str, ...]) -> Answer:
        """A change of a row, or of bytes below it."""
        name = writing.entity_set.name
        if not below and writing.asked.method == "PATCH":
            now = self._told(writing.changed(row, _etag(row)), name)
            return _good(writing.asked, now, f"changed a row of {name}", context=name)
        if len(below) != 1 or writing.entity_set.properties.get(below[0]) != "Edm.Stream":
            raise _no_method(writing.asked)
        if below[0] in writing.entity_set.computed:
            raise Refusal(400, f"The property '{below[0]}' is read-only.")
        writing.check_tag(_etag(row))
        kind = writing.asked.headers.get("content-type", "application/octet-stream")
        writing.held.keep(name, row, below[0], kind, writing.asked.body)
        return Answer(status=204, did=f"kept a file of {name}")

    def _told(self, row: Row, name: str) -> dict[str, Raw]:
        """A row as it is told to who wrote it, without rows that belong to it."""
        own = self.sets[name].properties
        return {"@odata.etag": _etag(row), **{n: v for n, v in row.items() if n in own}}

    def _list(
        self,
        asked: Asked,
        held: Held,
        entity_set: EntitySet,
        given: tuple[Test, ...] = (),
    ) -> Answer:
        options = read_options(asked, entity_set, self.filters)
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
            raise Refusal(400, "The $skiptoken is not one that was given out.") from None
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
        options: Options,
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
        rows = held.find(Question(table=way.target, tests=(test,), limit=LARGEST_PAGE)).rows
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


def _no_method(asked: Asked) -> Refusal:
    return Refusal(405, f"The method {asked.method} is not supported here.")


def _no_way(name: str) -> Answer:
    raise Refusal(404, f"Resource not found for the segment '{name}'.")


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
        raise Refusal(
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
        raise Refusal(400, f"The segment '{step}' cannot be read.")
    name, quoted, bare = found.groups()
    return name, quoted.replace("''", "'") if quoted is not None else bare
