"""The one place that knows every concrete thing, and puts them together."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pkgutil import resolve_name

from asgiref.sync import async_to_sync
from django.core.asgi import get_asgi_application
from starlette.types import ASGIApp

from balie.access.often import Often
from balie.backstage.alone import PagesAlone
from balie.backstage.forms.guarding import Guard, form_for_sign_in
from balie.backstage.lineage.origins import Origins
from balie.backstage.ports import Clock, Incidents
from balie.backstage.process.hearing import Hearing
from balie.backstage.readings import Readings
from balie.backstage.service import Service
from balie.blueprint.drawing.draw import dark_style, draw, draw_cards, draw_table
from balie.blueprint.model import Blueprint
from balie.console.service_desk import ServiceDesk
from balie.console.watch import Watch
from balie.frontstage.app import frontstage
from balie.frontstage.assets import OWN_FILES, Assets, read_files
from balie.frontstage.brand import brand_files, identity_of
from balie.frontstage.inbound import inbound
from balie.frontstage.languages import words_of
from balie.frontstage.looks import Looks
from balie.frontstage.openapi import openapi
from balie.frontstage.rehearsed import Rehearsed, announced
from balie.frontstage.signs import signs_of
from balie.frontstage.surroundings import Surroundings
from balie.frontstage.views import Views
from balie.identity.acting import ActingSessions
from balie.identity.connections.logins import Logins
from balie.identity.desk import Desk
from balie.identity.reader import Reader, SqliteReader
from balie.site import folders
from balie.site.accepting import accepting, kept_readings
from balie.site.approvals import approving_of
from balie.site.asgi import Layers, application
from balie.site.blueprints import Checked
from balie.site.configuration import Configuration
from balie.site.connecting import Kept, clock_of, connect
from balie.site.hearing import hearing_of, instances_of, look_at_once
from balie.site.inputs import letters_of, stored_inputs
from balie.site.keeping import memory_of, needs_the_extra, often_of, secret_of
from balie.site.last_resort import LastResort
from balie.site.letters import LetterDesk, codes_of, letter_desk
from balie.site.logins import logins_of
from balie.site.logs import ToldIncidents, log_of
from balie.site.looked import Onlookers
from balie.site.lookout import Lookout
from balie.site.looks import DjangoPages
from balie.site.service_desk import service_desk
from balie.site.stories import keep_version
from balie.site.work import work_of
from balie.steps.approve.step import Approving
from balie.store.audit import Trail
from balie.store.ciphers import Cipher
from balie.store.incidents import IncidentBook
from balie.transport.limits import Part

log = log_of(__name__)


@dataclass(frozen=True, slots=True)
class Portal:
    """A running site."""

    application: ASGIApp
    blueprint: Blueprint
    service: Service
    incidents: IncidentBook
    _open: AsyncExitStack = field(repr=False)


async def start(
    found: Checked,
    configuration: Configuration,
    rehearsed: Rehearsed | None = None,
    clock: Clock | None = None,
) -> Portal:
    """The site of this blueprint and configuration, ready to answer. Raises Refusal.

    rehearsed: the demo's people and switches. clock: another than this machine's; signing in keeps
    the machine's. The database must have its tables.
    """
    clock = clock or clock_of(found.blueprint)
    async with AsyncExitStack() as opening:
        memory = memory_of(configuration)
        opening.push_async_callback(memory.close)
        incidents = IncidentBook(configuration.state / "trace.db")
        incidents.start()
        opening.push_async_callback(incidents.stop)
        reader = await _reader(configuration)
        opening.push_async_callback(reader.close)
        told = ToldIncidents(incidents, log)
        actions, cipher = accepting(configuration, opening, clock.now), Cipher(configuration.keys)
        secret = secret_of(configuration)
        entered = stored_inputs(found.blueprint, actions, secret, clock.now)
        kept = Kept(memory, told, secret, actions, entered.inputs)
        connected = connect(found, configuration, kept, opening, clock, Part.PAGES)
        lookout = Lookout(connected.network, connected.connectors, clock.now)
        hearing = hearing_of(found, configuration, connected.service, opening, clock)
        await keep_version(found, actions, clock)
        work = work_of(configuration, actions, clock)
        acts = ActingSessions(timedelta(minutes=configuration.acting_minutes))
        desk = service_desk(found, connected, actions, incidents, cipher, work, clock, acts)
        logins = logins_of(found.blueprint, configuration, opening)
        codes = codes_of(found.blueprint, configuration)
        letters = letter_desk(found.blueprint, codes, connected.connectors)
        readings = Readings(kept_readings(actions), clock.now)
        opening.push_async_callback(readings.close)
        opened = Opened(
            connected.service,
            lookout,
            incidents,
            told,
            reader,
            desk,
            hearing,
            clock,
            logins,
            actions.audit,
            entered.guard,
            await approving_of(connected.service, configuration, actions, clock),
            letters,
            readings,
            often_of(configuration, opening),
        )
        origins = Origins(found.blueprint, found.contracts)
        shown = _shown(rehearsed, opened, configuration, origins, opening)
        app = _application(configuration, opened, shown, origins)
        log.info("started", service=str(found.blueprint.service), version=found.blueprint.version)
        return Portal(app, found.blueprint, connected.service, incidents, opening.pop_all())


def _shown(
    rehearsed: Rehearsed | None,
    opened: "Opened",
    configuration: Configuration,
    origins: Origins,
    closing: AsyncExitStack,
) -> Rehearsed | None:
    """The demo, of which this site notices at once what is switched or happens."""
    if rehearsed is None:
        return None
    instances = instances_of(configuration, closing)

    def look() -> Awaitable[None]:
        return look_at_once(instances, opened.clock.now())

    return announced(rehearsed, opened.service.hear, look, origins)


async def stop(portal: Portal) -> None:
    """Lets go of everything, the last opened first."""
    await portal._open.aclose()
    log.info("stopped", service=str(portal.blueprint.service))


@dataclass(frozen=True, slots=True)
class Opened:
    """What a site holds open. told: `incidents`, with a line in the log for each."""

    service: Service
    lookout: Lookout
    incidents: IncidentBook
    told: Incidents
    reader: Reader
    desk: ServiceDesk
    hearing: Hearing
    clock: Clock
    logins: Logins
    audit: Trail
    guard: Guard
    approving: Approving | None
    letters: LetterDesk | None
    readings: Readings
    often: Often | None


def _application(
    configuration: Configuration,
    opened: Opened,
    rehearsed: Rehearsed | None,
    origins: Origins,
) -> ASGIApp:
    service, reader, lookout = opened.service, opened.reader, opened.lookout
    blueprint = service.blueprint
    files = {**read_files((OWN_FILES, *folders.STATIC)), **brand_files(blueprint)}
    assets = Assets({**files, "drawing.css": dark_style().encode()})
    looks = Looks(assets, folders.TEMPLATES)
    surroundings = Surroundings(
        blueprint=blueprint,
        identity=identity_of(blueprint),
        words=words_of(blueprint),
        icons=signs_of(service.routes, service.things, blueprint, service.form_plans),
        now=opened.clock.now,
    )
    description = openapi(
        blueprint,
        service.routes,
        service.things,
        cookie=configuration.session_cookie,
        public_url=configuration.public_url,
        documents=service.documents,
        forms=service.form_plans,
        receipts_at=service.receipts_at,
        approvals_at="" if opened.approving is None else service.approvals_at,
    )
    views = Views(
        service,
        looks,
        surroundings,
        description,
        opened.told,
        rehearsed,
        customers_send=service if service.forms is not None else None,
        approving=opened.approving,
        acted=opened.desk.actions.note,
        saw=opened.readings.saw,
    )
    pages = DjangoPages(
        looks=looks,
        surroundings=surroundings,
        switches=rehearsed.switches if rehearsed else None,
    )
    last_resort = LastResort(looks, surroundings, opened.told)
    layers = Layers(
        last_resort=last_resort.guard,
        django=get_asgi_application(),
        frontstage=frontstage(
            views, reader, surroundings, configuration.session_cookie, opened.often
        ),
        inbound=inbound(opened.hearing),
        static=assets,
        reader=reader,
        languages=surroundings.languages,
        consent=surroundings.consent,
        systems=lookout.seen,
        state={
            "identity": Desk(
                recognise=service.recognise,
                contexts=service.contexts,
                render=pages,
                language=pages.language,
                logins=opened.logins,
                letters=letters_of(blueprint),
                note=opened.audit.note,
                deeds=opened.audit,
                blueprint=blueprint,
                looks=Onlookers(opened.audit, blueprint, service.receipts_at),
                alone=PagesAlone(service).open,
                codes=opened.letters.codes if opened.letters else None,
                makes_letters=opened.letters,
                guard=opened.guard,
                address_form=form_for_sign_in(service.form_plans, blueprint),
                demo=configuration.demo,
                often=opened.often,
                headless=configuration.headless,
            ),
            "console": Watch(
                blueprint=blueprint,
                health=async_to_sync(lookout.look),
                noted=opened.incidents.noted,
                drawing=partial(draw, blueprint),
                table=partial(draw_table, blueprint),
                cards=partial(draw_cards, blueprint),
                origins=origins.pages,
                desk=opened.desk,
            ),
        },
    )
    return application(layers, configuration)


async def _reader(configuration: Configuration) -> Reader:
    if configuration.embedded:
        return SqliteReader(configuration.database_file)
    with needs_the_extra():
        reader: Callable[[str], Awaitable[Reader]] = resolve_name("balie.site.scale:reader")
    return await reader(configuration.database_url)
