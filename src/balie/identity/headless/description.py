"""What is here, in OpenAPI 3.1: the operations of allauth's headless API that Balie has."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

Schema: TypeAlias = Mapping[str, object]

_TEXT: Schema = {"type": "string"}
_STEPS = "401 is no fault: `data.flows` says what is asked next, with `is_pending`."
_STATUSES: Mapping[str, str] = {
    "200": "Signed in.",
    "400": "Not right. `errors` has a code and words for each fault.",
    "401": f"Not signed in, or not yet. {_STEPS}",
    "403": "Not sent by a page of this host.",
    "409": "Not now: somebody is signed in here, nothing is under way, or the address belongs to a "
    "party, where `meta.sign_in_with` leads.",
    "429": "Too often.",
}


def _body(**fields: Schema) -> Schema:
    schema = {"type": "object", "properties": fields, "required": [*fields]}
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _operation(says: str, *statuses: str, body: Schema | None = None, of: str = "Answer") -> Schema:
    schema = {"$ref": f"#/components/schemas/{of}"}
    answer = {"application/json": {"schema": schema}}
    responses = {one: {"description": _STATUSES[one], "content": answer} for one in statuses}
    described: dict[str, object] = {"summary": says, "responses": responses}
    return described if body is None else described | {"requestBody": body}


def _sending(says: str, *also: str, **fields: Schema) -> Schema:
    """An operation that is a step of signing in."""
    statuses = ("200", "400", "401", "403", "409", *also)
    return _operation(says, *statuses, body=_body(**fields) if fields else None)


_CREDENTIAL: Schema = {
    "type": "object",
    "description": "What `navigator.credentials.get()` gave, with `toJSON()`.",
}
_ASKED = "What the browser is asked, for `parseRequestOptionsFromJSON()`."
_EMAIL: Schema = {"type": "string", "format": "email"}

PATHS: Mapping[str, Mapping[str, Schema]] = {
    "config": {"get": _operation("What this portal offers.", "200", of="Config")},
    "auth/session": {
        "get": _operation("Who is signed in in this browser.", "200", "401"),
        "delete": _operation(
            "Signs out. `meta.sign_out_there` leads on to the party that somebody signed in with.",
            *("401", "403"),
        ),
    },
    "auth/code/request": {"post": _sending("Asks for a code by mail.", email=_EMAIL)},
    "auth/code/confirm": {"post": _sending("Signs in with that code.", code=_TEXT)},
    "auth/code/resend": {"post": _sending("Asks for another code.", "429")},
    "auth/login": {"post": _sending("Signs in with a password.", email=_EMAIL, password=_TEXT)},
    "auth/2fa/authenticate": {
        "post": _sending("The second step: a code of an app, or a recovery code.", code=_TEXT)
    },
    "auth/webauthn/login": {
        "get": _operation(_ASKED, "200", "429", of="Asked"),
        "post": _sending("Signs in with a passkey.", "429", credential=_CREDENTIAL),
    },
    "auth/webauthn/authenticate": {
        "get": _operation(_ASKED, "200", "401", of="Asked"),
        "post": _sending("A passkey as the second step.", credential=_CREDENTIAL),
    },
}

_ERROR: Schema = {
    "type": "object",
    "properties": {"code": _TEXT, "message": _TEXT, "param": _TEXT},
}
_FLOW: Schema = {
    "type": "object",
    "properties": {"id": _TEXT, "is_pending": {"type": "boolean"}},
    "required": ["id"],
}
_USER: Schema = {
    "type": "object",
    "properties": {
        "id": _TEXT,
        "display": _TEXT,
        "email": _TEXT,
        "has_usable_password": {"type": "boolean"},
    },
}


def _object(required: Sequence[str] = ("status",), **properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": {"status": {"type": "integer"}, **properties},
        "required": [*required],
    }


_ANSWER = _object(
    data=_object((), user=_USER, flows={"type": "array", "items": _FLOW}),
    meta=_object(
        (), is_authenticated={"type": "boolean"}, sign_in_with=_TEXT, sign_out_there=_TEXT
    ),
    errors={"type": "array", "items": _ERROR},
)


@lru_cache
def description() -> dict[str, object]:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Signing in, for front ends of one's own",
            "version": "1",
            "description": "For pages of the same host: the cookie of a sign-in here is that of "
            "the service's own pages and API. What is sent says `Sec-Fetch-Site: same-origin` or "
            "this host as its `Origin`, as browsers do. What is not here is done on the pages of "
            "/accounts/.",
        },
        "paths": {f"/_allauth/browser/v1/{path}": {**item} for path, item in PATHS.items()},
        "components": {
            "schemas": {
                "Answer": _ANSWER,
                "Asked": _object(data={"type": "object"}),
                "Config": _object(data={"type": "object"}),
            }
        },
    }
