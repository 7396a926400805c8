"""A checked blueprint with its systems: the one way in which a service comes to run."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from balie.backstage.actions import Actions
from balie.backstage.forms.inputs import NO_INPUTS, Inputs
from balie.backstage.ports import Clock, Incidents, Memory
from balie.backstage.service import Service
from balie.blueprint.model import Blueprint
from balie.site import systems
from balie.site.blueprints import Checked
from balie.site.configuration import Configuration
from balie.site.logs import asked
from balie.site.step_kinds import STEP_KINDS
from balie.steps.approve.asking import Asking
from balie.systems.connector import Connector
from balie.transport.http import Network
from balie.transport.limits import Part


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a service keeps what it knows and tells what it met. secret: 32 bytes or more.

    actions: where what customers send is kept; without it nothing can be sent. inputs: what comes
    in with it besides answers.
    """

    memory: Memory
    incidents: Incidents
    secret: bytes
    actions: Actions | None = None
    inputs: Inputs = NO_INPUTS


@dataclass(frozen=True, slots=True)
class Connected:
    """A service, and what it asks its systems by."""

    service: Service
    network: Network
    connectors: Mapping[str, Connector]


def connect(
    found: Checked,
    configuration: Configuration,
    kept: Kept,
    closing: AsyncExitStack,
    clock: Clock | None = None,
    part: Part = Part.WHOLE,
) -> Connected:
    """The service of a blueprint on the systems of this configuration. Raises Refusal.

    closing: gets what must be closed. part: of the limits of systems, when another process asks
    them too. Nothing is asked of a system yet.
    """
    network = Network(
        allowed_private=configuration.private_systems, traces=asked("balie.systems"), part=part
    )
    closing.push_async_callback(network.close)
    connectors = systems.connectors(found.blueprint, found.contracts, network, configuration.values)
    service = Service(
        found.blueprint,
        found.contracts,
        connectors,
        STEP_KINDS,
        kept.memory,
        clock or clock_of(found.blueprint),
        kept.incidents,
        kept.secret,
        actions=kept.actions,
        inputs=kept.inputs,
        asks=Asking(clock or clock_of(found.blueprint)),
    )
    closing.push_async_callback(service.close)
    return Connected(service, network, connectors)


def utc_now() -> datetime:
    """The time now."""
    return datetime.now(UTC)


def clock_of(blueprint: Blueprint) -> Clock:
    """The time, and the day in the blueprint's zone."""
    zone = ZoneInfo(blueprint.zone)
    return Clock(utc_now, lambda: datetime.now(zone).date())
