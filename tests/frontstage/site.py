"""The customer's pages as they run: real views over a service, asked over ASGI."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from httpx import ASGITransport, AsyncClient
from starlette.types import ASGIApp, Receive, Scope, Send

from balie.access.viewer import Visitor
from balie.backstage.lineage.origins import Origins
from balie.blueprint.model import Blueprint
from balie.frontstage.app import frontstage
from balie.frontstage.approvals import Approves
from balie.frontstage.assets import Assets, read_files
from balie.frontstage.brand import brand_files, identity_of
from balie.frontstage.languages import words_of
from balie.frontstage.looks import Chrome, Looks, Mode
from balie.frontstage.openapi import openapi
from balie.frontstage.preferences import Preferences, preferences_of, with_choices
from balie.frontstage.rehearsed import DemoPerson, Happening, Rehearsed
from balie.frontstage.signs import signs_of
from balie.frontstage.surroundings import Surroundings
from balie.frontstage.views import Opens, Views
from balie.frontstage.written import MOST_BYTES
from balie.store.incidents import IncidentBook
from tests.semantics.world import World, contracts_of, world

AT = "http://portal.example"
COOKIE = "balie"
PEOPLE = {"sanne", "bram", "piet", "fatima", "karim", "joost", "mila", "nobody"}
IN_ONE_STEP = " in-one-step"
SIGNED_IN_AT = 1_000_000_000  # seconds since 1970
FROM_HERE = {"sec-fetch-site": "same-origin"}


@dataclass
class Control:
    """Switches that remember how they were set."""

    modes: dict[str, Mode] = field(default_factory=dict)

    async def state(self) -> Mapping[str, Mode]:
        return self.modes

    async def set(self, name: str, mode: Mode) -> None:
        self.modes[name] = mode


@dataclass
class Happens:
    """What can happen, and what was made to happen."""

    offers: tuple[Happening, ...] = (
        Happening("carrier", "0", {"nl": "Het pakket is er", "en": "The parcel is there"}, {}),
        Happening("crm", "1", {"": "caseChanged"}, {"c-2": "R-2 <b>", "c-1": "R-1"}),
    )
    done: list[tuple[str, str, str]] = field(default_factory=list)

    async def offered(self) -> tuple[Happening, ...]:
        return self.offers

    async def happen(self, system: str, name: str, key: str) -> bool:
        if not any((o.system, o.name) == (system, name) and key in o.rows for o in self.offers):
            return False
        self.done.append((system, name, key))
        return True


async def reader(cookie: str | None) -> Visitor | None:
    """The cookie's value is the name of somebody who signed in, in two steps unless it says so."""
    name, _, steps = (cookie or "").partition(" ")
    if name not in PEOPLE:
        return None
    return Visitor(
        person=f"person of {name}@example.nl",
        email=f"{name}@example.nl",
        name=name.title(),
        is_staff=name == "mila",
        level=1 if steps == IN_ONE_STEP.strip() else 2,
        level_at=SIGNED_IN_AT,
    )


@dataclass
class Site:
    """Everything that stands around a service."""

    blueprint: Blueprint
    looks: Looks
    surroundings: Surroundings
    assets: Assets
    app: ASGIApp
    control: Control
    incidents: IncidentBook
    views: Views
    happens: Happens

    def visit(self, who: str = "", **headers: str) -> AsyncClient:
        """A browser: signed in as somebody, or as nobody."""
        return AsyncClient(
            transport=ASGITransport(self.app),
            base_url=AT,
            cookies={COOKIE: who} if who else {},
            headers=headers,
        )

    def chrome(self, language: str = "nl", address: str = "/") -> Chrome:
        """What stands around a page in this language."""
        preferences = preferences_of({"lang": language}, "", self.surroundings.languages)
        return self.surroundings.chrome(preferences, address, None)


def site(
    over: World | None = None,
    *,
    service: Opens | None = None,
    demo: bool = False,
    now: datetime | None = None,
    folders: Iterable[Path] = (),
    most_bytes: int = MOST_BYTES,
    blueprint: Blueprint | None = None,
    approving: Approves | None = None,
) -> Site:
    """A site over a world; or over another service, with the world's blueprint around it."""
    running = over or world()
    blueprint, real = blueprint or running.blueprint, running.service
    surroundings = Surroundings(
        blueprint=blueprint,
        identity=identity_of(blueprint),
        words=words_of(blueprint),
        icons=signs_of(real.routes, real.things, blueprint, real.form_plans),
        now=running.hands.now if now is None else (lambda: now),
    )
    assets = Assets({**read_files(), **brand_files(blueprint)})
    looks = Looks(assets, tuple(folders))
    control, incidents, happens = Control(), IncidentBook(), Happens()
    views = Views(
        service or real,
        looks,
        surroundings,
        openapi(
            blueprint,
            real.routes,
            real.things,
            cookie=COOKIE,
            public_url=AT,
            documents=real.documents,
            forms=real.form_plans,
            receipts_at=real.receipts_at,
        ),
        incidents,
        _rehearsed(blueprint, control, happens) if demo else None,
        most_bytes,
        real if real.forms is not None and service is None else None,
        approving,
    )
    pages = with_choices(frontstage(views, reader, surroundings, COOKIE), surroundings.languages)
    return Site(
        blueprint,
        looks,
        surroundings,
        assets,
        _both(pages, assets),
        control,
        incidents,
        views,
        happens,
    )


def _both(pages: ASGIApp, assets: Assets) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            static = scope["path"].startswith("/static/")
            await (assets if static else pages)(scope, receive, send)

    return app


def _rehearsed(blueprint: Blueprint, control: Control, happens: Happens) -> Rehearsed:
    people = (
        DemoPerson(mail="sanne@example.nl", name="Sanne", role="Particulier"),
        DemoPerson(mail="bram@example.nl", name="Bram", role="Inkoper", organisation="Van Dalen"),
        DemoPerson(mail="mila@example.nl", name="Mila", role="Retourafdeling", is_staff=True),
    )
    titles = {str(name): str(system.name) for name, system in blueprint.systems.items()}
    origins = Origins(blueprint, contracts_of(blueprint))
    return Rehearsed(people, titles, control, origins, happens)


def leads_to(location: str) -> str:
    """The path of an address that an answer sends to, without a host."""
    parts = urlsplit(location)
    assert not parts.netloc, location
    return location


def preferences(language: str) -> Preferences:
    """Somebody who chose a language and nothing else."""
    return preferences_of({"lang": language}, "", (language,))
