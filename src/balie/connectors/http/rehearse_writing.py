"""Writing to a rehearsed HTTP service: what its OpenAPI file says of POST, PATCH and PUT.

POST to a list makes a row; PATCH or PUT on a row changes it; PUT below a row keeps a file. Besides
what schemas say: `Idempotency-Key` is a header that the file asks for; a 409 whose description
names a field says that two rows cannot have the same value in it; `If-Match` holds when the file
knows it; the address of a file stands in a field of the row called after it (`photo`, `photoUrl`).
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from balie.connectors.http.description import Description, Node
from balie.connectors.http.rehearse_answers import Refusal, etag, good, nothing_here
from balie.connectors.http.rehearse_bodies import Problem, problems, with_defaults
from balie.systems.contract import Table
from balie.systems.rehearsed import Answer, Asked, Held, NotGiven, Said
from balie.systems.rows import Raw, Row

_KEY: Final = "Idempotency-Key"
_WRITING: Final = ("post", "patch", "put")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Header:
    """A header that the file knows."""

    name: str
    required: bool
    shortest: int
    longest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A way to write. bodies: media type -> schema. row: the schema of the whole row.

    unique: the field of which a 409 says that it is known already; "" for none.
    """

    description: Description
    bodies: Mapping[str, Node]
    headers: tuple[Header, ...]
    row: Node
    unique: str
    says_existing: bool
    status: int
    tells_etag: bool

    def knows(self, header: str) -> bool:
        """Whether the file has this header."""
        return any(one.name.lower() == header.lower() for one in self.headers)


def operations(description: Description, node: Node) -> Mapping[str, Operation]:
    """The ways to write at one path of the file, by method."""
    methods = description.mapping(node)
    return {
        name.upper(): _operation(description, methods.get("parameters"), methods[name])
        for name in _WRITING
        if name in methods
    }


def _operation(description: Description, shared: Node, node: Node) -> Operation:
    found = description.mapping(node)
    responses = description.mapping(found.get("responses"))
    content = description.mapping(description.at(found, "requestBody", "content"))
    status = next((code for code in responses if code.startswith("2")), "200")
    bodies = {kind: description.at(one, "schema") for kind, one in content.items()}
    conflict = description.mapping(responses.get("409"))
    known = [
        name
        for schema in bodies.values()
        for name in description.mapping(description.at(schema, "properties"))
    ]
    said = _WORD.findall(str(conflict.get("description", "")))
    return Operation(
        description=description,
        bodies=bodies,
        headers=tuple(_headers(description, shared, found.get("parameters"))),
        row=_answer(description, responses.get(status)),
        unique=next((word for word in said if word in known), ""),
        says_existing="existingId" in json.dumps(_plain(description, conflict)),
        status=int(status),
        tells_etag="ETag" in description.mapping(description.at(responses.get(status), "headers")),
    )


def _plain(description: Description, conflict: Mapping[str, Node]) -> list[dict[str, Node]]:
    """The parts of the schema of a 409."""
    kinds = description.mapping(conflict.get("content"))
    schemas = [description.mapping(description.at(one, "schema")) for one in kinds.values()]
    parts = [part for schema in schemas for part in description.each(schema.get("allOf"))]
    return [dict(part) for part in (*schemas, *parts)]


def _headers(description: Description, *listed: Node) -> Iterator[Header]:
    for parameters in listed:
        for one in description.each(parameters):
            if one.get("in") == "header":
                schema = description.mapping(one.get("schema"))
                shortest, longest = schema.get("minLength"), schema.get("maxLength")
                yield Header(
                    name=str(one.get("name")),
                    required=one.get("required") is True,
                    shortest=shortest if isinstance(shortest, int) else 0,
                    longest=longest if isinstance(longest, int) else 8_000,
                )


def _answer(description: Description, response: Node) -> Node:
    kinds = description.mapping(description.at(response, "content"))
    return next((description.at(one, "schema") for one in kinds.values()), None)


# ---- writing


@dataclass(frozen=True, slots=True)
class Writing:
    """One request to write, at a path whose rows are of this table."""

    operation: Operation
    table: Table
    asked: Asked
    held: Held

    def made(self) -> Answer:
        """Makes a row, unless that was done already."""
        self._check_headers()
        body = self._body()
        key = self.asked.headers.get(_KEY.lower(), "") if self.operation.knows(_KEY) else ""
        known = self.held.said(key) if key and self.held.notices_repeats else None
        if known is not None:
            return self._again(known)
        self._refuse_known(body)
        whole = with_defaults(self.operation.description, self._schema(), body)
        try:
            row = self.held.make(self.table.name, self._kept(whole))
        except NotGiven as error:
            raise Refusal(500, "Not rehearsed", str(error)) from error
        name = row[self.table.key[0]]
        answer = good(row, f"made a row of {self.table.name}", self.operation.status)
        headers = {"Location": f"/{self.table.name}/{name}", **self._etag(row)}
        answer = replace(answer, headers=headers)
        if key:
            self.held.remember(key, Said(self.asked.body, answer))
        return answer

    def changed(self, row: Row) -> Answer:
        """Changes the fields that were sent, and no others (RFC 7396)."""
        self._check_headers()
        wanted = self.asked.headers.get("if-match")
        if wanted not in {None, "*", etag(row)} and self.operation.knows("If-Match"):
            raise Refusal(412, "Changed meanwhile", "The row is not as it was read.")
        body = self._body()
        after = {name: _merged(row.get(name), sent) for name, sent in body.items()}
        now = self.held.change(self.table.name, row, after)
        answer = good(now, f"changed a row of {self.table.name}", self.operation.status)
        return replace(answer, headers=self._etag(now))

    def put(self, row: Row, name: str, place: str) -> Answer:
        """Keeps a file of the row; the address of it stands in the row."""
        self._check_headers()
        kind = self._kind()
        self.held.keep(self.table.name, row, name, kind, self.asked.body)
        address = f"{name}Url"
        if address in self.table.fields and row.get(address) != place:
            self.held.change(self.table.name, row, {address: place})
        return Answer(status=204, did=f"kept a file of {self.table.name}")

    def _again(self, known: Said) -> Answer:
        if known.body != self.asked.body:
            raise Refusal(409, "Conflict", "This key was used with other content.")
        return replace(known.answer, did=f"{known.answer.did}, before: said again")

    def _refuse_known(self, body: Row) -> None:
        name = self.operation.unique
        value = body.get(name)
        if not (isinstance(value, str) and self.held.notices_repeats):
            return
        found = self.held.one(self.table.name, {name: value})
        if found is not None:
            existing = {"existingId": found[self.table.key[0]]}
            more = existing if self.operation.says_existing else None
            raise Refusal(409, "Conflict", f"This {name} is used already.", more=more)

    def _check_headers(self) -> None:
        for header in self.operation.headers:
            value = self.asked.headers.get(header.name.lower())
            if value is None and not header.required:
                continue
            if value is None or not header.shortest <= len(value) <= header.longest:
                raise Refusal(400, "Bad request", f"The header {header.name} is missing or wrong.")

    def _kind(self) -> str:
        kind = self.asked.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in self.operation.bodies:
            known = ", ".join(self.operation.bodies)
            raise Refusal(415, "Unsupported media type", f"What can be sent here is {known}.")
        return kind

    def _schema(self) -> Node:
        return self.operation.bodies[self._kind()]

    def _body(self) -> dict[str, Raw]:
        """The object that was sent, once nothing is wrong with it."""
        schema = self._schema()
        try:
            body: Raw = json.loads(self.asked.body)
        except ValueError:
            raise Refusal(400, "Bad request", "The body is not JSON.") from None
        found = list(problems(self.operation.description, schema, body, row=self.operation.row))
        if found or not isinstance(body, dict):
            wrong = found or [Problem("", "not_allowed", "should be an object")]
            names = ", ".join(dict.fromkeys(one.name for one in wrong if one.name))
            raise Refusal(422, "Unprocessable", f"There is something wrong with {names}.", wrong)
        return body

    def _kept(self, body: Row) -> Row:
        """The fields that a row has; what is only sent, such as a service, is not among them."""
        fields = self.table.fields
        return {name: value for name, value in body.items() if fields[name].readable}

    def _etag(self, row: Row) -> Mapping[str, str]:
        return {"ETag": etag(row)} if self.operation.tells_etag else {}


def _merged(before: Raw, sent: Raw) -> Raw:
    """A value with another merged into it: objects field by field, all else as it was sent."""
    if not isinstance(sent, dict):
        return sent
    kept = before if isinstance(before, dict) else {}
    merged = {name: _merged(kept.get(name), value) for name, value in sent.items()}
    return {name: value for name, value in {**kept, **merged}.items() if value is not None}


def file_of(held: Held, table: str, row: Row, name: str) -> Answer:
    """A file that was kept."""
    found = held.kept(table, row, name)
    if found is None:
        raise nothing_here("This row does not have that.")
    kind, content = found
    return Answer(status=200, body=content, content_type=kind, did=f"a file of {table}")
