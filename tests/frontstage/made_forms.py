"""A service with a form that nobody wrote: questions, rules and conditions by chance."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

import yaml

from balie.backstage.actions import Actions
from tests.semantics.world import World, world

KINDS: Mapping[str, Mapping[str, Any]] = {
    "text": {"type": "string"},
    "short": {"type": "string", "maxLength": 12},
    "mail": {"type": "string"},
    "phone": {"type": "string"},
    "postcode": {"type": "string"},
    "date": {"type": "string", "format": "date"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "code": {"type": "string", "enum": ["A", "B", "C"]},
}
RULES = {
    "text": "at most 200 characters",
    "mail": "e-mail",
    "phone": "phone",
    "postcode": "postcode",
    "integer": "from 1 to 5",
}
CONDITIONS = {
    "integer": "{0} > 2",
    "number": "{0} >= 1.5 || {0} < 0",
    "date": "{0} >= today()",
    "boolean": "{0} == true",
    "code": '{0} in ["A", "B"]',
    "postcode": '{0} == "3512 JC"',
}
PEOPLE = ("sanne", "bram", "fatima")


def made_form(chance: Random, folder: Path, actions: Actions) -> World:
    """A portal with one form, at /case, that makes a row of one system."""
    kinds = [chance.choice(list(KINDS)) for _ in range(chance.randint(3, 9))]
    asked = dict(_questions(chance, kinds))
    _yaml(folder / "things.yaml", _things(asked))
    _yaml(folder / "story.yaml", _story(list(asked)))
    _yaml(folder / "systems.yaml", _SYSTEMS)
    _yaml(folder / "brand.yaml", {"name": "Made", "seed colour": "#1f6f5c", "help desk": "desk"})
    _yaml(folder / "profiles" / "desk.yaml", {"writes": {"cases": {"repeat": "find reference"}}})
    contract = folder / "contracts" / "desk.json"
    contract.parent.mkdir()
    contract.write_text(json.dumps(_contract(dict(zip(asked, kinds, strict=True)))))
    people = [{"id": f"p{n}", "mail": f"{who}@example.nl"} for n, who in enumerate(PEOPLE)]
    return world(folder, {"desk": {"people": people, "cases": []}}, actions=actions)


def _questions(chance: Random, kinds: list[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for place, kind in enumerate(kinds):
        said: dict[str, Any] = {"name": f"Question {place}?", "to": f"f{place}"}
        if kind in RULES and chance.random() < 0.8:
            said["must be"] = RULES[kind]
        if kind == "code":
            said["words"] = {code: f"Words of {code}" for code in "ABC"}
        if chance.random() < 0.4:
            said["optional"] = "true"
        if place and chance.random() < 0.6:
            earlier = chance.randrange(place)
            condition = CONDITIONS.get(kinds[earlier], "has({0})")
            said["asked if"] = condition.format(f"case.f{earlier}")
        yield f"f{place}", said


def _things(asked: Mapping[str, Any]) -> Mapping[str, Any]:
    case = {
        "name": "case",
        "from": "desk.cases",
        "key": "number",
        "owner": "person = me.person",
        "purpose": ["serve"],
        "fields": asked,
    }
    serve = {"name": "Helping you", "basis": "agreement", "delete after": "1 year"}
    return {"things": {"case": case}, "purposes": {"serve": serve}}


def _story(asked: list[str]) -> Mapping[str, Any]:
    step = {
        "step": "send-case",
        "title": "Send something",
        "for": ["member"],
        "customer does": "Sends something",
        "screen": {
            "address": "/case",
            "creates": "case",
            "asks": [f"case.{id_}" for id_ in asked],
            "button": "Send",
        },
        "if it goes wrong": [
            {
                "when": "desk is down",
                "then": "keep and try again",
                "give up after": "24 hours",
                "then goes to": "desk",
            }
        ],
        "next": "end",
    }
    return {
        "service": "Made",
        "about": "A form by chance.",
        "language": "en",
        "people": {
            "customers": {"member": {"name": "Member", "signs in with": "members"}},
            "staff": {"desk": {"name": "Desk", "phone": "555 01 23"}},
        },
        "story": [{"phase": "Send", "steps": [step]}],
    }


_SYSTEMS = {
    "systems": {
        "desk": {
            "name": "The desk",
            "speaks": "http",
            "contract": "contracts/desk.json",
            "profile": "profiles/desk.yaml",
            "at": "${DESK_URL}",
            "news": "told at once",
            "country": "NL",
        }
    },
    "logins": {"members": "local"},
    "me": {
        "person": [
            {
                "from": "desk.people.id",
                "where": "mail = login.email",
                "once": "true",
                "otherwise": "give to a person",
                "then goes to": "desk",
            }
        ]
    },
}


def _contract(kinds: Mapping[str, str]) -> Mapping[str, Any]:
    text = {"type": "string"}
    answers = {id_: KINDS[kind] for id_, kind in kinds.items()}
    case = {"number": text, "person": text, "reference": text, **answers}
    new = {name: said for name, said in case.items() if name != "number"}
    people = _listed("people", {"id": text, "mail": {**text, "format": "email"}})
    cases = _listed("cases", case)
    cases["post"] = {
        "requestBody": {"required": True, "content": _json(_object(new))},
        "responses": {"201": {"description": "Made.", "content": _json(_object(case))}},
    }
    paths = {"/people": people, "/cases": cases}
    return {"openapi": "3.1.0", "info": {"title": "Desk", "version": "1"}, "paths": paths}


def _listed(name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    asked = [{"name": each, "in": "query", "schema": said} for each, said in fields.items()]
    page = _object({"items": {"type": "array", "items": _object(fields)}})
    answer = {"description": f"The {name}.", "content": _json(page)}
    return {"get": {"parameters": asked, "responses": {"200": answer}}}


def _json(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"application/json": {"schema": schema}}


def _object(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"type": "object", "properties": fields, "required": [next(iter(fields))]}


def _yaml(path: Path, data: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(data, sort_keys=False, width=1_000_000), "utf-8")
