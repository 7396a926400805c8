"""The work that stories have for people, for the process that serves the pages of staff."""

from balie.backstage.ports import Clock
from balie.backstage.process.instance import Instance
from balie.backstage.process.processes import Processes
from balie.backstage.process.story import Story
from balie.blueprint.conditions import Lookup
from balie.console.service_desk import Work
from balie.site.accepting import records_of
from balie.site.configuration import Configuration
from balie.store.actions import StoredActions
from balie.store.instances import StoredInstances


def work_of(configuration: Configuration, actions: StoredActions, clock: Clock) -> Work:
    """The work that stories have for people. Who carries goes on with what they answer."""
    records = records_of(configuration)
    instances = StoredInstances(actions.work, records, actions.accept_now)
    processes = Processes(
        instances=instances,
        actions=actions,
        known=_NotLookedAt(),
        stories=_no_story,
        clock=clock,
    )
    return Work(items=instances, answer=processes.answer)


class _NotLookedAt:
    """Fulfils `Known` where no story goes on."""

    async def look(self, instance: Instance, names: frozenset[str]) -> Lookup:
        """Never asked."""
        raise TypeError(f"{instance.step} does not go on here: {len(names)} names")


def _no_story(_version: str) -> Story | None:
    return None
