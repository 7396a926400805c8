"""Hears what systems tell, on the database that is open."""

from contextlib import AsyncExitStack

from balie.backstage.ports import Clock
from balie.backstage.process.hearing import Hearing
from balie.backstage.service import Service
from balie.site import systems
from balie.site.accepting import records_of
from balie.site.blueprints import Checked
from balie.site.configuration import Configuration
from balie.site.connecting import clock_of
from balie.store.instances import StoredInstances, nothing_is_sent
from balie.store.unit_of_work import UnitOfWork


def hearing_of(
    found: Checked,
    configuration: Configuration,
    service: Service,
    closing: AsyncExitStack,
    clock: Clock | None = None,
) -> Hearing:
    """What systems of this blueprint tell. closing: gets what must be closed. Raises Refusal."""
    unit = UnitOfWork(1)
    closing.push_async_callback(unit.close)
    instances = StoredInstances(unit, records_of(configuration), nothing_is_sent)
    return Hearing(
        news=systems.news(found.blueprint, configuration.values),
        keep=instances.hear,
        forget=service.hear,
        clock=clock or clock_of(found.blueprint),
    )
