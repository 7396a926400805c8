"""A blueprint of somebody else is rehearsed too: nothing here is made for the example."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import httpx
import pytest

from balie.rehearsal.launch import RehearsedSystem, launched, settings
from balie.rehearsal.trouble import RehearsalError

STORY = """
service: Tea house
about: Guests see what they ordered.
language: en
people:
  customers:
    guest: {name: Guest, signs in with: guests}
logins: {guests: local}
"""
SYSTEMS = """
systems:
  till:
    name: Till
    speaks: odata
    contract: contracts/till.xml
    profile: profiles/till.yaml
    at: ${TILL}
    tables: {pots: Pots}
  guestbook:
    name: Guest book
    speaks: http
    contract: contracts/guestbook.yaml
    profile: profiles/guestbook.yaml
    at: ${BOOK_URL}
"""
TILL = """<?xml version="1.0"?>
<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0"><edmx:DataServices>
<Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="Tea">
  <EntityType Name="Thing" Abstract="true">
    <Key><PropertyRef Name="Code"/></Key>
    <Property Name="Code" Type="Edm.String" Nullable="false"/>
  </EntityType>
  <EntityType Name="Pot" BaseType="Tea.Thing">
    <Property Name="Price" Type="Edm.Decimal"/>
    <Property Name="Made" Type="Edm.DateTimeOffset"/>
    <Property Name="Kind" Type="Tea.Kind"/>
  </EntityType>
  <EnumType Name="Kind"><Member Name="Green"/><Member Name="Black"/></EnumType>
  <EntityContainer Name="C"><EntitySet Name="Pots" EntityType="Tea.Pot"/></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>
"""
BOOK = """
openapi: 3.0.3
info: {title: Guest book, version: "1"}
paths:
  /api/guests:
    get:
      parameters:
        - {name: seat, in: query, schema: {type: integer}}
        - {name: cursor, in: query, schema: {type: string}}
        - {name: limit, in: query, schema: {type: integer, maximum: 2, default: 2}}
      responses:
        "200":
          description: Guests.
          content:
            application/json:
              schema:
                type: object
                properties:
                  data: {type: array, items: {$ref: "#/components/schemas/guest"}}
                  more: {type: string, nullable: true}
components:
  schemas:
    guest:
      type: object
      required: [id, seat, name]
      properties:
        id: {type: string}
        seat: {type: integer}
        name: {type: string}
        nickname: {type: string, nullable: true}
"""
ROWS = """
till.pots:
  - {Code: It's, Price: 4.20, Kind: Green}
  - {Code: "0042", Made: 2026-11-22T10:00:00+01:00, Kind: Black}
guestbook.api/guests:
  - {id: a, seat: 1, name: Ann}
  - {id: b, seat: 2, name: Bo}
  - {id: c, seat: 1, name: Cy}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tea")
    files = {
        "story.yaml": STORY,
        "systems.yaml": SYSTEMS,
        "contracts/till.xml": TILL,
        "contracts/guestbook.yaml": BOOK,
        "profiles/till.yaml": "auth: {kind: basic}\n",
        "profiles/guestbook.yaml": "auth: {kind: bearer}\npaging: {send: cursor, from: more}\n",
        "examples/rows.yaml": ROWS,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture(scope="module")
def systems(folder: Path) -> Iterator[Mapping[str, RehearsedSystem]]:
    with launched(folder, today=date(2026, 11, 22)) as systems:
        yield systems


def test_an_odata_service_with_a_password_and_without_a_company(
    folder: Path, systems: Mapping[str, RehearsedSystem]
) -> None:
    found = settings(folder, systems)
    inside = (found["TILL_USER"], found["TILL_PASSWORD"])
    assert httpx.get(f"{found['TILL']}/Pots").status_code == 401
    assert httpx.get(f"{found['TILL']}/Pots", auth=(inside[0], "x")).status_code == 401
    pots = httpx.get(f"{found['TILL']}/Pots", auth=inside).json()["value"]
    assert [{k: v for k, v in pot.items() if k[0] != "@"} for pot in pots] == [
        {"Code": "0042", "Price": 0, "Made": "2026-11-22T09:00:00Z", "Kind": "Black"},
        {"Code": "It's", "Price": 4.2, "Made": None, "Kind": "Green"},
    ]
    one = httpx.get(f"{found['TILL']}/Pots('It''s')", auth=inside)
    assert one.json()["Price"] == 4.2
    early = "Made lt 2026-11-22T09:30:00Z or Made ne 2026-11-22T10:00:00%2B01:00"
    some = httpx.get(f"{found['TILL']}/Pots?$filter={early}", auth=inside).json()["value"]
    assert [pot["Code"] for pot in some] == ["0042", "It's"]
    named = httpx.get(f"{found['TILL']}/Pots?$filter=contains(Code,'t''s')", auth=inside)
    assert [pot["Code"] for pot in named.json()["value"]] == ["It's"]
    small = httpx.get(f"{found['TILL']}/Pots?$filter=tolower(Code) eq 'it''s'", auth=inside)
    assert [pot["Code"] for pot in small.json()["value"]] == ["It's"]


def test_an_http_service_with_other_names_for_its_pages(
    folder: Path, systems: Mapping[str, RehearsedSystem]
) -> None:
    found = settings(folder, systems)
    url, inside = found["BOOK_URL"], {"Authorization": f"Bearer {found['GUESTBOOK_TOKEN']}"}
    first = httpx.get(f"{url}/api/guests", headers=inside).json()
    assert [guest["name"] for guest in first["data"]] == ["Ann", "Bo"]
    last = httpx.get(f"{url}/api/guests?cursor={first['more']}", headers=inside).json()
    assert last == {
        "data": [{"id": "c", "seat": 1, "name": "Cy", "nickname": None}],
        "more": None,
    }
    seat = httpx.get(f"{url}/api/guests?seat=01", headers=inside).json()["data"]
    assert [guest["name"] for guest in seat] == ["Ann", "Cy"]


def test_a_protocol_that_cannot_be_played_is_said(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "story.yaml").write_text(STORY)
    (tmp_path / "systems.yaml").write_text("systems: {erp: {name: ERP, speaks: telepathy}}")
    with pytest.raises(RehearsalError) as problem, launched(tmp_path, today=date(2026, 1, 1)):
        pass
    assert "erp speaks 'telepathy', and no connector does. There are: " in str(problem.value)
