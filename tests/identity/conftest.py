"""A site with both layers, a thin page that only says who looks at it, and a browser for it."""

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache, partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.asgi import get_asgi_application
from django.core.cache import cache
from django.db import connection
from pytest_django import Settings
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from balie.access.viewer import Visitor
from balie.backstage.acting import Context, Contexts, OwnMemberships
from balie.backstage.alone import Alone
from balie.backstage.lineage.origins import Origins
from balie.backstage.ports import Health
from balie.blueprint.drawing.draw import dark_style, draw, draw_cards, draw_table
from balie.blueprint.model import Blueprint
from balie.blueprint.reader import read as read_blueprint
from balie.console.service_desk import ServiceDesk
from balie.console.watch import Watch
from balie.frontstage.assets import Assets, read_files
from balie.frontstage.brand import brand_files, identity_of
from balie.frontstage.languages import words_of
from balie.frontstage.looks import Looks
from balie.frontstage.surroundings import Surroundings
from balie.identity import postgres_reader
from balie.identity.addresses.guarding import GuardByMail
from balie.identity.connections.connection import Connection
from balie.identity.connections.logins import Logins, address_of
from balie.identity.connections.provider import Providers
from balie.identity.connections.register import keep
from balie.identity.connections.relying_party import RelyingParty
from balie.identity.desk import Desk
from balie.identity.models import DemoMail, Person
from balie.identity.people import enrol
from balie.identity.reader import Reader, SqliteReader
from balie.site import configuration, folders
from balie.site.asgi import Layers, application
from balie.site.configuration import Configuration
from balie.site.inputs import letters_of
from balie.site.last_resort import LastResort
from balie.site.letters import codes_of, letter_desk
from balie.site.looked import Onlookers
from balie.site.looks import DjangoPages
from balie.store.audit import Trail
from balie.store.ciphers import Cipher
from balie.store.incidents import IncidentBook
from balie.store.stamps import Stamps
from balie.store.unit_of_work import UnitOfWork
from balie.systems.rows import Row
from balie.systems.transport import Transport
from tests.browser import PASSWORD, Browser, Loop
from tests.semantics.world import HeldRows, rows_of

BLUEPRINT = Path(__file__).parents[2] / "blueprints" / "lindeman"


@lru_cache
def the_example() -> Blueprint:
    blueprint = read_blueprint(BLUEPRINT).blueprint
    assert blueprint is not None
    return blueprint


@lru_cache
def the_contacts() -> Sequence[Row]:
    return tuple(rows_of(BLUEPRINT)["crm"]["contacts"])


@dataclass
class Systems:
    """What the systems underneath know: mail address -> links. `away` hangs for ever."""

    known: dict[str, Mapping[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    pages: dict[tuple[str, str], Alone] = field(default_factory=dict)
    opened: list[tuple[str, Visitor, str]] = field(default_factory=list)

    async def alone(self, address: str, visitor: Visitor, language: str) -> Alone | None:
        """What a link from a mail opens: only for who owns the page."""
        self.opened.append((address, visitor, language))
        return self.pages.get((visitor.person, address))

    async def recognise(self, visitor: Visitor) -> Mapping[str, str]:
        self.asked.append(visitor.email)
        return self.known.get(visitor.email, {})

    async def contexts(self, visitor: Visitor) -> Contexts:
        """Balie's own memberships alone: no system is asked here."""
        own = OwnMemberships(the_example(), visitor.memberships)
        places = [
            Context(key, own.kinds(key), own.is_administrator(key), f"Company {key}")
            for key in own.organisations
        ]
        return Contexts(tuple(one for one in places if one.kinds or one.is_administrator))


def thin_pages(reader: Reader, cookie: str) -> ASGIApp:
    """A thin page: says who looks at it, as the customer's pages would know it."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        visitor = await reader(Request(scope).cookies.get(cookie))
        said = None if visitor is None else {
            "email": visitor.email, "links": dict(visitor.links), "staff": visitor.is_staff,
            "roles": sorted(visitor.staff_roles), "name": visitor.name,
            "acting for": visitor.acting_for,
        }  # fmt: skip
        await JSONResponse(said)(scope, receive, send)

    return answer


@dataclass
class Site:
    """Everything a test wants to touch."""

    loop: Loop
    app: ASGIApp
    systems: Systems
    incidents: IncidentBook
    down: dict[str, Health]
    reader: Reader
    configuration: Configuration
    logins: Logins
    providers: dict[str, Transport]  # name of a connection -> who answers for it
    crm: HeldRows  # whom letters are made for

    def connect(self, connection: Connection, provider: Transport) -> None:
        """People may sign in with this party from now on."""
        keep(connection, self.logins.seal)
        self.providers[connection.name] = provider

    def browser(self, **more: str) -> Browser:
        return Browser(self.loop, self.app, **more)


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.stop()


@pytest.fixture
def build(transactional_db: None, loop: Loop, settings: Settings) -> Iterator[Callable[..., Site]]:
    """Builds a site; changes of the configuration by name, and perhaps a service desk."""
    settings.EMAIL_BACKEND = "balie.identity.outbox.Outbox"
    built: list[Site] = []
    works: list[UnitOfWork] = []

    def site(
        *, desk: ServiceDesk | None = None, ways: tuple[str, ...] = (), **changes: object
    ) -> Site:
        chosen = replace(configuration.read({}), **changes)
        blueprint = the_example()
        assert blueprint is not None
        own = {**read_files(), **read_files([*folders.STATIC]), **brand_files(blueprint)}
        assets = Assets({**own, "drawing.css": dark_style().encode()})
        surroundings = Surroundings(
            blueprint=blueprint,
            identity=identity_of(blueprint),
            words=words_of(blueprint),
            icons={},
            now=lambda: datetime.now(UTC),
        )
        looks = Looks(assets, folders.TEMPLATES)
        pages = DjangoPages(looks=looks, surroundings=surroundings)
        systems, incidents = Systems(), IncidentBook()
        down: dict[str, Health] = {}
        reader = loop.run(read_database())
        parties: dict[str, Transport] = {}
        logins = logins_with(parties, ways)
        audit = Trail(Stamps([os.environ["BALIE_KEYS"]]), lambda: datetime.now(UTC))
        works.append(UnitOfWork(1))
        codes = codes_of(blueprint, configuration.read(os.environ))
        crm = HeldRows({"contacts": the_contacts()})
        guard = GuardByMail(works[-1], letters_of(blueprint), b"s" * 32, lambda: datetime.now(UTC))
        layers = Layers(
            last_resort=LastResort(looks, surroundings, incidents).guard,
            django=get_asgi_application(),
            frontstage=thin_pages(reader, "balie"),
            inbound=assets,
            static=assets,
            reader=reader,
            languages=surroundings.languages,
            consent=surroundings.consent,
            systems=lambda: {"erp": True, "crm": False},
            state={
                "identity": Desk(
                    recognise=systems.recognise,
                    contexts=systems.contexts,
                    render=pages,
                    language=pages.language,
                    logins=logins,
                    letters=letters_of(blueprint),
                    note=audit.note,
                    deeds=audit,
                    blueprint=blueprint,
                    looks=Onlookers(audit, blueprint, "/receipts"),
                    alone=systems.alone,
                    codes=codes,
                    makes_letters=letter_desk(blueprint, codes, {"crm": crm}),
                    guard=guard,
                    demo=chosen.demo,
                    headless=chosen.headless,
                ),
                "console": Watch(
                    blueprint=blueprint,
                    health=lambda: {name: Health(up=True) for name in blueprint.systems} | down,
                    noted=incidents.noted,
                    drawing=partial(draw, blueprint),
                    table=partial(draw_table, blueprint),
                    cards=partial(draw_cards, blueprint),
                    origins=Origins(blueprint, {}).pages,
                    desk=desk,
                ),
            },
        )
        app = application(layers, chosen)
        built.append(
            Site(loop, app, systems, incidents, down, reader, chosen, logins, parties, crm)
        )
        return built[-1]

    cache.clear()
    yield site
    for one in built:
        loop.run(one.reader.close())
    for work in works:
        loop.run(work.close())


@pytest.fixture
def site(build: Callable[..., Site]) -> Site:
    return build(demo=True)


@pytest.fixture
def browser(site: Site) -> Browser:
    return site.browser()


@pytest.fixture
def sanne(transactional_db: None) -> Person:
    person, _ = enrol("sanne@example.nl", name="Sanne de Wit", verified=True)
    person.set_password(PASSWORD)
    person.save()
    return person


def logins_with(parties: Mapping[str, Transport], ways: tuple[str, ...] = ()) -> Logins:
    """Ourselves, as providers know us, without a network."""
    here = "http://127.0.0.1:8000"
    providers = Providers(lambda name, _: parties[name], frozenset({"127.0.0.1"}), time.monotonic)
    return Logins(
        party=RelyingParty(providers, partial(address_of, here), time.time),
        seal=Cipher(configuration.read(os.environ).keys),
        now=time.time,
        public_url=here,
        ways=ways,
    )


@dataclass
class Noted:
    """An audit in a list: what, about, why, record."""

    lines: list[tuple[str, str, str, str]] = field(default_factory=list)

    def __call__(
        self, what: str, *, who: str, about: str = "", more: str = "", record: str = "",
        organisation: str = "",
    ) -> None:  # fmt: skip
        self.lines.append((what, about, more, record))


@pytest.fixture
def note() -> Noted:
    return Noted()


async def read_database() -> Reader:
    """A reader of the database of the tests, on the loop as in the running site."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "postgresql":
        address = urlsplit(os.environ["BALIE_DATABASE_URL"])
        return await postgres_reader.connect(address._replace(path=f"/{name}").geturl())
    return SqliteReader(Path(name))


def last_code(to: str) -> str:
    """The code in the last mail to this address."""
    body = DemoMail.objects.filter(to=to)[0].body
    found = re.search(r"^[A-Z0-9]{3,}(-?[A-Z0-9]+)*$", body, re.MULTILINE)
    assert found, body
    return found[0]
