"""The API in one OpenAPI 3.1 file, made of the blueprint: `/api/openapi.json`.

Every page is its own operation, at its own address, with the fields that the story shows there.
"""

from collections.abc import Iterable, Iterator, Mapping

import orjson

from balie.backstage.arrangement import MOST_CHARACTERS
from balie.backstage.documents import DocumentPlace
from balie.backstage.forms.plan import FormPlan
from balie.backstage.media import KNOWN
from balie.backstage.page import Progress, Trust
from balie.backstage.plans import Part, Plan, capital, references
from balie.backstage.service import Route
from balie.blueprint.model import Blueprint, Figure
from balie.frontstage.approval_json import approval_paths
from balie.frontstage.form_openapi import form_paths, form_schemas
from balie.frontstage.page_json import Json
from balie.mapping.kinds import Kind
from balie.mapping.thing import MappedField, MappedThing

Things = Mapping[str, MappedThing]

_TEXT: Json = {"type": "string"}
_MAYBE_TEXT: Json = {"type": ["string", "null"]}
_MOMENT: Json = {"type": ["string", "null"], "format": "date-time"}
_AMOUNT: Json = {"type": ["string", "null"], "format": "decimal"}
_VALUES: Mapping[Kind, Mapping[str, Json]] = {
    Kind.TEXT: {"type": ["string", "null"]},
    Kind.STATUS: {"type": ["string", "null"]},
    Kind.DATE: {"type": ["string", "null"], "format": "date"},
    Kind.DATETIME: {"type": ["string", "null"], "format": "date-time"},
    Kind.NUMBER: {"type": ["integer", "string", "null"]},
    Kind.MONEY: {"type": ["string", "integer", "null"], "format": "decimal"},
    Kind.BOOLEAN: {"type": ["boolean", "null"]},
    Kind.DOCUMENT: {"type": ["string", "null"], "format": "uri-reference"},
}


def openapi(
    blueprint: Blueprint,
    routes: Iterable[Route],
    things: Things,
    *,
    cookie: str,
    public_url: str,
    documents: Iterable[DocumentPlace] = (),
    forms: Iterable[FormPlan] = (),
    receipts_at: str = "",
    approvals_at: str = "",
) -> bytes:
    """The description as UTF-8 JSON. cookie: the name of the session cookie.

    forms: those that can be filled in. receipts_at: the address of the list of receipts.
    """
    described = tuple(routes)
    sending = form_paths(forms, receipts_at)
    papers = {_document_template(place): _document(place, things) for place in documents}
    return orjson.dumps(
        {
            "openapi": "3.1.0",
            "info": {
                "title": str(blueprint.service),
                "description": str(blueprint.about),
                "version": blueprint.version or "0",
            },
            "servers": [{"url": public_url}],
            "security": [{"session": []}],
            "tags": [{"name": str(phase.name)} for phase in blueprint.story],
            "paths": {
                **{_template(route): _path(route, blueprint, things) for route in described},
                **papers,
                **sending,
                **(approval_paths(approvals_at) if approvals_at else {}),
            },
            "components": {
                "securitySchemes": {
                    "session": {"type": "apiKey", "in": "cookie", "name": cookie},
                },
                "parameters": {"language": _language(blueprint)},
                "responses": _responses(),
                "schemas": {**dict(_shared()), **(dict(form_schemas()) if sending else {})},
            },
        },
        option=orjson.OPT_INDENT_2,
    )


def _template(route: Route) -> str:
    """`/orders/{order.number}` -> `/orders/{number}`: what a generated client can name."""
    address = route.address
    for thing, field in references(address):
        address = address.replace(f"{{{thing}.{field}}}", f"{{{field}}}")
    return address


def _path(route: Route, blueprint: Blueprint, things: Things) -> Json:
    plan = route.plan
    return {
        "get": {
            "operationId": _operation(route),
            "tags": [str(plan.step.phase)],
            "summary": capital(str(plan.title)),
            "description": str(plan.step.customer_does),
            "parameters": [
                *_parameters(route, things),
                {"$ref": "#/components/parameters/language"},
            ],
            "responses": {
                "200": {
                    "description": "The page. What is away, or left out, is said in its blocks.",
                    "content": {"application/json": {"schema": _page(plan, blueprint, things)}},
                },
                **(_REFUSED if route.kind == "list" else {}),
                "401": {"$ref": "#/components/responses/signed_out"},
                "404": {"$ref": "#/components/responses/not_there"},
                "429": {"$ref": "#/components/responses/too_many"},
            },
        }
    }


def _operation(route: Route) -> str:
    name = route.step.replace("-", "_")
    follows = route.kind == "list" and "{" in str(
        route.plan.step.screen.address if route.plan.step.screen else ""
    )
    return f"{name}_list" if follows else name


def _parameters(route: Route, things: Things) -> Iterator[Json]:
    for thing, field in references(route.address):
        mapped = things[thing].fields.get(field)
        label = str(mapped.field.name) if mapped and mapped.field.name else field
        yield {
            "name": field,
            "in": "path",
            "required": True,
            "description": label,
            "schema": {"type": "string", "minLength": 1, "maxLength": 200},
        }
    if route.kind == "list":
        yield {
            "name": "sort",
            "in": "query",
            "description": "Which field to sort by, with - before it for the highest first.",
            "schema": {"type": "string", "enum": list(_sorts(route, things))},
        }
        yield {
            "name": "q",
            "in": "query",
            "description": "Words that a record must bear, all of them, as its page shows it.",
            "schema": {"type": "string", "maxLength": MOST_CHARACTERS},
        }
        yield {
            "name": "after",
            "in": "query",
            "description": "Where to go on: take it from `newer` or `older` of the list.",
            "schema": {"type": "string", "maxLength": 8000},
        }


def _sorts(route: Route, things: Things) -> Iterator[str]:
    """Every order that somebody may ask for; who may not see a field may not sort by it."""
    subject = route.plan.subject
    if subject is None:
        return
    for field in _named(subject, things):
        if field.kind is not Kind.DOCUMENT:
            yield from (field.id, f"-{field.id}")


# ---- documents


def _names(place: DocumentPlace) -> list[tuple[str, str, str]]:
    """The thing and the field between each pair of braces, and what the parameter is called."""
    found = references(place.address)
    return [(t, f, f if nr == 0 else f"{t}_{f}") for nr, (t, f) in enumerate(found)]


def _document_template(place: DocumentPlace) -> str:
    address = place.address
    for thing, field, name in _names(place):
        address = address.replace(f"{{{thing}.{field}}}", f"{{{name}}}")
    return address


def _document(place: DocumentPlace, things: Things) -> Json:
    step = place.plan.step
    label = things[place.thing].fields[place.field].field.name or place.field
    bytes_: Json = {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}
    kinds = {media.type: bytes_ for media in KNOWN}
    return {
        "get": {
            "operationId": f"{step.id}_{place.plan.kind}_{place.thing}_{place.field}".replace(
                "-", "_"
            ),
            "tags": [str(step.phase)],
            "summary": capital(str(label)),
            "description": "The document of a row, as its system gives it.",
            "parameters": [
                {
                    "name": name,
                    "in": "path",
                    "required": True,
                    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
                }
                for _, _, name in _names(place)
            ],
            "responses": {
                "200": {"description": "The document, of one of these kinds.", "content": kinds},
                "401": {"$ref": "#/components/responses/signed_out"},
                "404": {"$ref": "#/components/responses/not_there"},
                "429": {"$ref": "#/components/responses/too_many"},
                "503": {"$ref": "#/components/responses/away"},
            },
        }
    }


def _language(blueprint: Blueprint) -> Json:
    languages = [str(blueprint.language), *(str(language) for language in blueprint.also)]
    return {
        "name": "Accept-Language",
        "in": "header",
        "description": f"The language of every text. One of: {', '.join(languages)}.",
        "schema": {"type": "string"},
    }


# ---- what is on a page


def _page(plan: Plan, blueprint: Blueprint, things: Things) -> Json:
    blocks = dict(_blocks(plan, blueprint, things))
    own: Json = {
        "type": "object",
        "properties": {
            "step": {"const": str(plan.step.id)},
            "kind": {"const": plan.kind},
            "blocks": {
                "type": "object",
                "description": "What this viewer may see. A block that is left out is not there.",
                "properties": blocks,
            },
        },
    }
    return {"allOf": [{"$ref": "#/components/schemas/Page"}, own]}


def _blocks(plan: Plan, blueprint: Blueprint, things: Things) -> Iterator[tuple[str, Json]]:
    timeline = plan.screen.timeline
    if timeline is not None and timeline.thing in things:
        yield f"{timeline.thing}-{timeline.field}", {"$ref": "#/components/schemas/Timeline"}
    for place, figure in enumerate(plan.screen.figures):
        yield f"{figure.of.partition('.')[0]}-{place}", _figure(figure, blueprint)
    if plan.subject is not None:
        block = _list if plan.kind == "list" else _facts
        yield plan.subject.thing, block(plan.subject, things)
    for part in plan.nested:
        yield part.thing, _list(part, things)
    for part in plan.others:
        if part.thing in things:
            yield part.thing, _facts(part, things)


def _figure(figure: Figure, blueprint: Blueprint) -> Json:
    name = blueprint.say(figure.name, str(blueprint.language))
    return {"allOf": [{"$ref": "#/components/schemas/Figure"}, {"description": name}]}


def _facts(part: Part, things: Things) -> Json:
    own: Json = {"type": "object", "properties": {"fields": _fields(part, things)}}
    return {"allOf": [{"$ref": "#/components/schemas/Facts"}, own]}


def _list(part: Part, things: Things) -> Json:
    record: Json = {"type": "object", "properties": {"fields": _fields(part, things)}}
    records: Json = {"type": "array", "items": record}
    own: Json = {"type": "object", "properties": {"records": records}}
    return {"allOf": [{"$ref": "#/components/schemas/List"}, own]}


def _fields(part: Part, things: Things) -> Json:
    named = _named(part, things)
    return {"type": "object", "properties": {field.id: _field(field) for field in named}}


def _named(part: Part, things: Things) -> list[MappedField]:
    thing = things[part.thing]
    seen = [thing.fields[name] for name in part.fields if name in thing.fields]
    return [field for field in seen if field.field.name is not None]


def _field(field: MappedField) -> Json:
    value = dict(_VALUES[field.kind])
    codes = [str(stage.code) for stage in field.field.words if stage.code is not None]
    if codes:
        value["examples"] = codes
    own: Json = {
        "type": "object",
        "description": str(field.field.name),
        "properties": {"kind": {"const": field.kind.value}, "value": value},
    }
    return {"allOf": [{"$ref": "#/components/schemas/Field"}, own]}


# ---- what all pages share


def _shared() -> Iterator[tuple[str, Json]]:
    trust: Json = {
        "type": "string",
        "enum": [trust.value for trust in Trust],
        "description": _TRUST,
    }
    freshness: Json = {"$ref": "#/components/schemas/Freshness"}
    way: Json = {"$ref": "#/components/schemas/Way"}
    yield "Trust", trust
    yield "Way", _object(label=_TEXT, address=_TEXT)
    yield (
        "Freshness",
        _object(trust={"$ref": "#/components/schemas/Trust"}, as_of=_MOMENT, says=_MAYBE_TEXT),
    )
    yield (
        "Page",
        _object(
            step=_TEXT,
            kind=_TEXT,
            title=_TEXT,
            headline=_TEXT,
            address=_TEXT,
            trust={"$ref": "#/components/schemas/Trust"},
            as_of=_MOMENT,
            acting_for=_MAYBE_TEXT,
            up={"oneOf": [way, {"type": "null"}]},
            menu={"type": "array", "items": way},
            notices={"type": "array", "items": freshness},
            blocks={"type": "object"},
        ),
    )
    yield (
        "Field",
        _may_be_pending(
            _object(label=_TEXT, kind={"enum": [kind.value for kind in Kind]}, text=_TEXT, value={})
        ),
    )
    yield "Facts", _object(type={"const": "facts"}, title=_TEXT, freshness=freshness, fields=_ANY)
    yield "List", _list_schema(freshness)
    yield "Timeline", _timeline_schema(freshness)
    yield "Figure", _figure_schema(freshness)
    yield (
        "Problem",
        _object(type=_TEXT, status={"type": "integer"}, title=_TEXT, detail=_TEXT),
    )


def _list_schema(freshness: Json) -> Json:
    record = _may_be_pending(_object(link=_MAYBE_TEXT, fields=_ANY))
    return _object(
        type={"const": "list"},
        title=_TEXT,
        freshness=freshness,
        records={"type": "array", "items": record},
        broken={"type": "integer", "minimum": 0, "description": "Rows that could not be read."},
        newer=_MAYBE_TEXT,
        older=_MAYBE_TEXT,
        arranged={"oneOf": [_arranged_schema(), {"type": "null"}]},
    )


def _arranged_schema() -> Json:
    both = _object(up=_TEXT, down=_TEXT)
    return _object(
        sort=_TEXT,
        query=_TEXT,
        found={"type": ["integer", "null"], "description": "How many records bear the words."},
        looked_at={
            "type": ["integer", "null"],
            "description": "Among how many records, when there are more than were looked at.",
        },
        newest=_TEXT,
        whole=_TEXT,
        by={"type": "object", "additionalProperties": both},
    )


def _timeline_schema(freshness: Json) -> Json:
    stage = _object(code=_TEXT, text=_TEXT, progress={"enum": [p.value for p in Progress]})
    stages: Json = {"type": "array", "items": stage}
    return _object(type={"const": "timeline"}, title=_TEXT, freshness=freshness, stages=stages)


def _figure_schema(freshness: Json) -> Json:
    bar = _object(label=_TEXT, text=_TEXT, value=_AMOUNT)
    return _object(
        type={"const": "figure"},
        name=_TEXT,
        kind=_TEXT,
        freshness=freshness,
        text=_TEXT,
        value=_AMOUNT,
        link=_MAYBE_TEXT,
        bars={"type": "array", "items": bar},
    )


def _may_be_pending(schema: Mapping[str, Json]) -> Json:
    """The same, with what is only there when the viewer sent it and no system confirmed it yet."""
    properties = schema["properties"]
    held = properties if isinstance(properties, Mapping) else {}
    return {**schema, "properties": {**held, "pending": {"const": True, "description": _PENDING}}}


def _object(**properties: Json) -> Mapping[str, Json]:
    """An object that always has all of these."""
    return {"type": "object", "required": list(properties), "properties": properties}


def _responses() -> Json:
    problem: Json = {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
    }
    return {
        "refused": {
            "description": "A list cannot be sorted or searched so: `detail` says why.",
            "content": problem,
        },
        "signed_out": {
            "description": "Nobody is signed in; or two steps must be proved first, as "
            "`WWW-Authenticate` then says with `insufficient_user_authentication` (RFC 9470).",
            "content": problem,
        },
        "too_many": {
            "description": "Too much at once: wait as many seconds as `retry-after` says.",
            "content": problem,
        },
        "not_there": {
            "description": "There is no such page, or it is not this viewer's: the same answer.",
            "content": problem,
        },
        "away": {
            "description": "The system that keeps this document does not give it now. Try again.",
            "content": problem,
        },
    }


_ANY: Json = {"type": "object"}
_REFUSED: Mapping[str, Json] = {"400": {"$ref": "#/components/responses/refused"}}
_PENDING = "The viewer sent it, and no system confirmed it yet. Absent otherwise."
_TRUST = (
    "fresh: within the promise on age. known: last known, of `as_of`. away: nothing to show. "
    "waiting: not there yet, ask again. unrecognised: it is not known now who this is."
)
