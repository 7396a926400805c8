"""Hears what systems tell, on the database that is open."""

from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, timedelta

from balie.backstage.ports import Clock
from balie.backstage.process.hearing import Hearing
from balie.backstage.process.instance import Move
from balie.backstage.service import Service
from balie.site import systems
from balie.site.accepting import records_of
from balie.site.blueprints import Checked
from balie.site.configuration import Configuration
from balie.site.connecting import clock_of
from balie.store.instances import StoredInstances, nothing_is_sent
from balie.store.unit_of_work import UnitOfWork

_LONGEST_PAUSE = timedelta(days=400)


def hearing_of(
    found: Checked,
    configuration: Configuration,
    service: Service,
    closing: AsyncExitStack,
    clock: Clock | None = None,
) -> Hearing:
    """What systems of this blueprint tell. closing: gets what must be closed. Raises Refusal."""
    instances = instances_of(configuration, closing)
    return Hearing(
        news=systems.news(found.blueprint, configuration.values),
        keep=instances.hear,
        forget=service.hear,
        clock=clock or clock_of(found.blueprint),
    )


def instances_of(configuration: Configuration, closing: AsyncExitStack) -> StoredInstances:
    """The stories that run, for whoever only tells them something. closing: likewise."""
    unit = UnitOfWork(1)
    closing.push_async_callback(unit.close)
    return StoredInstances(unit, records_of(configuration), nothing_is_sent)


async def look_at_once(instances: StoredInstances, now: datetime) -> None:
    """Has every story that waits look at once, instead of in a while. For a demo: there are few."""
    for id_ in await instances.due(now + _LONGEST_PAUSE):
        instance = await instances.get(id_)
        if instance is not None and instance.held is not None:
            sooner = replace(instance, wake_at=now, revision=instance.revision + 1)
            await instances.keep(Move(instance=sooner))  # one that went on meanwhile looked
