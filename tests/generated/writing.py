"""A service as a blueprint's folder: story, things, systems, contracts, profiles, example rows."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import yaml

from tests.generated.making import PEOPLE
from tests.generated.shop import Column, Field, Page, Shop, System, Table, Thing

TODAY = "2026-11-22"


class _Plain(yaml.SafeDumper):
    """Without anchors: a blueprint has none."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def write(shop: Shop, folder: Path) -> None:
    """The whole folder."""
    _yaml(folder / "story.yaml", _story(shop))
    _yaml(folder / "things.yaml", _things(shop))
    _yaml(folder / "systems.yaml", _systems(shop))
    _yaml(folder / "brand.yaml", {"name": "Gemaakt", "seed colour": "#1f6f5c", "help desk": "desk"})
    for system in shop.systems:
        tables = [table for table in shop.tables if table.system == system.id]
        contract = _metadata(tables) if system.kind == "odata" else _openapi(tables)
        _text(folder / _contract(system), contract)
        _yaml(folder / "profiles" / f"{system.id}.yaml", _profile(system, tables))
    _yaml(folder / "examples" / "rows.yaml", {f"{t.system}.{t.name}": t.rows for t in shop.tables})
    people = {f"{who}@example.nl": {"acts as": shop.kinds[0]} for who in PEOPLE}
    _yaml(folder / "examples" / "people.yaml", {"today": TODAY, "customers": people})


def _yaml(path: Path, data: object) -> None:
    text = yaml.dump(data, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=1_000_000)
    _text(path, text)


def _text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _contract(system: System) -> str:
    return f"contracts/{system.id}.{'xml' if system.kind == 'odata' else 'json'}"


# ---- story


def _story(shop: Shop) -> Mapping[str, Any]:
    customers: dict[str, Any] = {}
    for kind in shop.kinds:
        customers[kind] = {"name": kind.title(), "signs in with": "everybody"}
        if kind != "solo":
            customers[kind]["belongs to"] = "org"
    return {
        "service": f"Dienst {shop.words[0]}",
        "about": shop.words[1],
        "language": "nl",
        "address customers as": "u",
        "calendar": {"zone": "Europe/Amsterdam"},
        "people": {
            "customers": customers,
            "staff": {"desk": {"name": "Balie", "phone": "030 - 555 01 23", "hours": "altijd"}},
        },
        "story": [{"phase": shop.words[2], "steps": [_step(shop, page) for page in shop.pages]}],
    }


def _step(shop: Shop, page: Page) -> Mapping[str, Any]:
    screen = _screen(shop, page)
    return {
        "step": page.step,
        "title": page.title,
        "for": list(page.for_),
        "customer does": "Kijkt",
        "screen": screen,
        "promise": {"page within": "2 seconds"},
        "if it goes wrong": [
            {
                "when": f"{system} is down",
                "customer reads": "Dit wisten we om {time}.",
                "then": "show last known",
            }
            for system in _systems_of(shop, page)
        ],
    }


def _systems_of(shop: Shop, page: Page) -> list[str]:
    if page.thing is None:
        things = [thing for thing in shop.things if thing.tie is None]
    else:
        things = [page.thing, *(page.also if page.kind == "details" else ())]
    return list(dict.fromkeys(thing.table.system for thing in things))


def _screen(shop: Shop, page: Page) -> Mapping[str, Any]:
    if page.thing is None:
        mine = shop.things[0]
        return {
            "address": "/",
            "headline": f"Dag {{{mine.id}.{mine.fields[0].id}}}",
            "shows": [f"{mine.id}.{field.id}" for field in mine.fields],
            "at most old": "5 minutes",
            "figures": [{"name": name, "of": of, "as": how} for name, of, how in shop.figures],
        }
    thing = page.thing
    if page.kind == "list":
        shows = [f"{thing.id}.{field.id}" for field in thing.fields]
        return {"address": page.address, "shows": shows, "at most old": "5 minutes"}
    shows = [f"{thing.id}.{field.id}" for field in thing.fields]
    for nested in page.also:
        assert nested.tie is not None
        if nested.tie.list is not None:
            shows.append(f"{thing.id}.{nested.tie.list}")
        else:
            shows += [f"{nested.id}.{field.id}" for field in nested.fields]
    status = next((f for f in thing.fields if f.column.type == "code" and f.stages), None)
    screen = {
        "address": f"{page.address}/{{{thing.id}.{thing.key_field.id}}}",
        "shows": shows,
        "at most old": "5 minutes",
    }
    if status is not None and not status.seen_by:
        screen |= {"headline": f"Stand {{{thing.id}.{status.id}}}"}
        screen |= {"timeline": f"{thing.id}.{status.id}"}
    return screen


# ---- things


def _things(shop: Shop) -> Mapping[str, Any]:
    return {
        "things": {thing.id: _thing(thing) for thing in shop.things},
        "purposes": {"serve": {"name": "U helpen", "basis": "agreement", "delete after": "1 year"}},
    }


def _thing(thing: Thing) -> Mapping[str, Any]:
    place = f"{thing.table.system}.{thing.table.name}"
    said: dict[str, Any] = {"name": thing.name, "plural": thing.plural}
    if thing.tie is not None:
        tie = thing.tie
        said["in"] = tie.parent if tie.list is None else f"{tie.parent}.{tie.list}"
    said["from"] = f"{place}.{thing.inside}" if thing.inside else place
    said["key"] = thing.key
    if thing.owner is not None:
        said["owner"] = f"{thing.owner[0]} = me.{thing.owner[1]}"
        said["purpose"] = ["serve"]
    if thing.tie is not None and thing.tie.column:
        said["linked by"] = f"{thing.tie.column} = {thing.tie.parent}.{thing.tie.field}"
    if thing.where is not None:
        said["where"] = f'{thing.where[0]} = "{thing.where[1]}"'
    if thing.seen_by:
        said["seen by"] = list(thing.seen_by)
    if thing.leave_out is not None:
        codes = ", ".join(f'"{code}"' for code in thing.leave_out[1])
        said["leave out rows"] = f"{thing.leave_out[0]} in [{codes}]"
    said["fields"] = {field.id: _field(field) for field in thing.fields}
    return said


def _field(field: Field) -> Mapping[str, Any]:
    said: dict[str, Any] = {"from": field.column.name}
    if field.name is not None:
        said["name"] = field.name
    if field.empty is not None:
        said["empty"] = field.empty
    if field.seen_by:
        said["seen by"] = list(field.seen_by)
    if field.column.type == "code":
        codes = field.column.codes
        said["words"] = _stages(field) if field.stages else {c: f"Stand {c}" for c in codes}
        if not field.stages:
            said["good news"] = [codes[-1]]
    return said


def _stages(field: Field) -> list[Mapping[str, str]]:
    first, *others = field.column.codes
    path = field.column.name
    return [
        {"code": "first", "if": f'{path} == "{first}"', "says": "Het begin"},
        {"code": "later", "if": f'{path} in ["{others[0]}"]', "says": "Later"},
        {"says": "Iets anders"},
    ]


# ---- systems


def _systems(shop: Shop) -> Mapping[str, Any]:
    return {
        "systems": {
            system.id: {
                "name": f"Het systeem {nr}",
                "speaks": system.kind,
                "contract": _contract(system),
                "profile": f"profiles/{system.id}.yaml",
                "at": f"${{{system.id.upper()}_URL}}",
                **_tables(shop, system),
                "news": "told at once" if nr % 2 else "asked every 2 minutes",
                "usually answers within": "100 ms",
                "country": "NL",
            }
            for nr, system in enumerate(shop.systems, 1)
        },
        "logins": {"everybody": "local", "staff": "local"},
        "me": _me(shop),
    }


def _tables(shop: Shop, system: System) -> Mapping[str, Any]:
    others = {
        table.name: table.own
        for table in shop.tables
        if table.system == system.id and table.own != table.name
    }
    return {"tables": others} if others else {}


def _me(shop: Shop) -> Mapping[str, Any]:
    n, people = shop.names, shop.table("people")
    at = f"{people.system}.{people.name}"
    me: dict[str, Any] = {
        "at most old": "5 minutes",
        "delete after": "24 hours",
        "person": [
            {
                "from": f"{at}.{n['pid']}",
                "where": f"{n['mail']} = login.email",
                "once": "true",
                "otherwise": "give to a person",
                "then goes to": "desk",
            }
        ],
    }
    number = {"from": f"{at}.{n['pnr']}", "where": f"{n['pid']} = person"}
    if shop.way == "number":
        me["customer"] = [number]
    if shop.way in ("roles", "memberships"):
        me |= _organisations(shop, at, number)
    return me


def _organisations(shop: Shop, at: str, number: Mapping[str, Any]) -> Mapping[str, Any]:
    n, orgs = shop.names, shop.table("orgs")
    org = f"{orgs.system}.{orgs.name}"
    if shop.way == "roles":
        line = {"from": f"{org}.{n['oid']}", "where": f"{n['oid']} = person.{n['porg']}"}
    else:
        ties = shop.table("memberships")
        line = {
            "from": f"{ties.system}.{ties.name}.{n['porg']}",
            "where": f"{n['pid']} = person",
        }
    return {
        "org": [line],
        "customer": [
            {**number, "for": ["solo"]},
            {
                "from": f"{org}.{n['onr']}",
                "where": f"{n['oid']} = org",
                "for": ["buyer", "payer"],
            },
        ],
        "roles": [
            {
                "from": f"{at}.{n['role']}",
                "where": f"{n['pid']} = person",
                "words": {"S": "solo", "B": "buyer", "P": "payer", "N": "nobody"},
            }
        ],
    }


def _profile(system: System, tables: list[Table]) -> Mapping[str, Any]:
    money = [c.name for t in tables for c in t.columns if c.type == "money"]
    header = f"${{{system.id.upper()}_KEY}}"
    said: dict[str, Any] = {
        "auth": {"kind": "header", "name": "X-Key", "value": header},
        "page size": "3",
        "no value": [""],
    }
    if money:
        said["amounts"] = {"currency": "EUR", "fields": list(dict.fromkeys(money))}
    if system.kind == "http":
        said["paging"] = {"send": "go_on", "from": "more", "size": "how_many"}
        said["many keys"] = f"one call per {system.at_once} keys, with commas"
    else:
        said["many keys"] = f"one call per {system.at_once} keys, with or on one field"
        said["filters"] = ["=", "gt", "ge", "lt", "le", "and", "or", "tolower"]
    return said


# ---- what systems say of themselves

EDM = {
    "text": "Edm.String",
    "mail": "Edm.String",
    "integer": "Edm.Int32",
    "number": "Edm.Decimal",
    "money": "Edm.Decimal",
    "date": "Edm.Date",
    "datetime": "Edm.DateTimeOffset",
    "boolean": "Edm.Boolean",
}


def _metadata(tables: list[Table]) -> str:
    types, sets, codes = [], [], []
    for nr, table in enumerate(tables):
        types.append(_entity(f"T{nr}", table.columns, f"T{nr}"))
        sets.append(f"<EntitySet Name={quoteattr(table.own)} EntityType='N.T{nr}'/>")
        for place, column in enumerate(table.columns):
            if column.type == "code":
                members = "".join(f"<Member Name={quoteattr(code)}/>" for code in column.codes)
                codes.append(f"<EnumType Name='T{nr}C{place}'>{members}</EnumType>")
            if column.type == "rows":
                inner = "".join(_property(c, "") for c in column.columns)
                codes.append(f"<ComplexType Name='T{nr}C{place}'>{inner}</ComplexType>")
    return (
        "<edmx:Edmx xmlns:edmx='http://docs.oasis-open.org/odata/ns/edmx' Version='4.0'>"
        "<edmx:DataServices><Schema xmlns='http://docs.oasis-open.org/odata/ns/edm' Namespace='N'>"
        + "".join((*types, *codes))
        + f"<EntityContainer Name='All'>{''.join(sets)}</EntityContainer>"
        "</Schema></edmx:DataServices></edmx:Edmx>"
    )


def _entity(name: str, columns: tuple[Column, ...], prefix: str) -> str:
    inner = "".join(_property(c, f"N.{prefix}C{place}") for place, c in enumerate(columns))
    key = f"<Key><PropertyRef Name={quoteattr(columns[0].name)}/></Key>"
    return f"<EntityType Name='{name}'>{key}{inner}</EntityType>"


def _property(column: Column, own: str) -> str:
    type_ = EDM.get(column.type, own)
    if column.type == "rows":
        type_ = f"Collection({own})"
    nullable = "" if column.nullable else " Nullable='false'"
    return f"<Property Name={quoteattr(column.name)} Type='{type_}'{nullable}/>"


JSON = {
    "text": {"type": "string"},
    "mail": {"type": "string", "format": "email"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "money": {"type": "number"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "boolean": {"type": "boolean"},
}


def _openapi(tables: list[Table]) -> str:
    paging = [
        {"name": "go_on", "in": "query", "schema": {"type": "string"}},
        {"name": "how_many", "in": "query", "schema": {"type": "integer", "maximum": 50}},
    ]
    paths: dict[str, Any] = {}
    for table in tables:
        asked = [
            {"name": c.name, "in": "query", "schema": _asked(c)}
            for c in table.columns
            if c.type in ("text", "mail", "code")
        ]
        rows = {"type": "array", "items": _object(table.columns)}
        more = {"type": ["string", "null"]}
        page = {"type": "object", "properties": {"items": rows, "more": more}}
        paths[f"/{table.own}"] = {"get": _get([*asked, *paging], page)}
        key = {"name": table.key, "in": "path", "required": True, "schema": {"type": "string"}}
        one = _get([key], _object(table.columns))
        paths[f"/{table.own}/{{{table.key}}}"] = {"get": one}
    info = {"title": "Made", "version": "1"}
    return json.dumps({"openapi": "3.1.0", "info": info, "paths": paths}, indent=1)


def _asked(column: Column) -> Mapping[str, Any]:
    """Mail addresses are compared without regard to capitals."""
    return JSON["mail" if column.type == "mail" else "text"]


def _get(parameters: list[Any], answer: Mapping[str, Any]) -> Mapping[str, Any]:
    content = {"application/json": {"schema": answer}}
    return {
        "parameters": parameters,
        "responses": {"200": {"description": "Good.", "content": content}},
    }


def _object(columns: tuple[Column, ...]) -> Mapping[str, Any]:
    return {
        "type": "object",
        "required": [column.name for column in columns],
        "properties": {column.name: _schema(column) for column in columns},
    }


def _schema(column: Column) -> Mapping[str, Any]:
    if column.type == "rows":
        return {"type": "array", "items": _object(column.columns)}
    if column.type == "code":
        return {"type": "string", "enum": list(column.codes)}
    plain = JSON[column.type]
    return {**plain, "type": [plain["type"], "null"]} if column.nullable else plain
