"""Carries actions by DBOS: each in a workflow, in order, a few at a time.

A workflow carries as far as it goes now. What must wait for a system is put in the queue again with
a delay, as another round, and holds no place meanwhile. Our own rows are the truth: what they say
waits and DBOS does not know is given to it, at the start and every few seconds.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import time_ns

from dbos import DBOS, EnqueueOptions, WorkflowStatus

from balie.backstage.actions import Waiting
from balie.engines.dbos.ids import QUEUE, SERVICE, WORKFLOW, OnlyIds, action_of, round_id

Carry = Callable[[str], Awaitable[float | None]]
"""Brings an action further. Seconds until there may be more to do; None when there is not."""

AT_ONCE = 8
LOOKED_AGAIN = 60.0  # seconds; after a fault of ours
ENOUGH = 10  # seconds that what is under way gets to end
_POLLED = 0.5  # seconds
_COMPARED = 5.0  # seconds between two looks at what our rows say
_KEPT = timedelta(hours=1)  # what ended
_ALIVE = ["ENQUEUED", "DELAYED", "PENDING"]
_ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_VERSION = "1"  # of what a workflow does; not of Balie, else what is under way would be left
_ONE = "carrier"  # the same after every restart, so that what a dead one had is taken up


def prepare(url: str) -> None:
    """Makes and changes DBOS's tables in our own database."""
    _be_quiet()
    DBOS.migrate(url)


@dataclass
class DbosEngine:
    """One for each process; only one process of a database may run it.

    url: of the database, as `sqlite:///` or `postgresql://`. waiting: what can be brought further.
    failed: told of faults of our own.
    """

    url: str
    carry: Carry
    waiting: Callable[[], Awaitable[Sequence[Waiting]]]
    failed: Callable[[Exception], None]
    _under_way: set[str] = field(default_factory=set)
    _at: dict[str, datetime | None] = field(default_factory=dict)

    async def run(self) -> None:
        """Carries until it is cancelled; then what is under way gets a moment to end."""
        await self._launch()
        try:
            while True:
                await self._reconcile()
                await asyncio.sleep(_COMPARED)
        finally:
            await asyncio.to_thread(
                DBOS.destroy, destroy_registry=True, workflow_completion_timeout_sec=ENOUGH
            )

    async def _launch(self) -> None:
        _be_quiet()
        DBOS(
            config={
                "name": SERVICE,
                "system_database_url": self.url,
                "sys_db_pool_size": 2,
                "application_version": _VERSION,
                "executor_id": _ONE,
                "serializer": OnlyIds(),
                "use_listen_notify": False,
                "log_level": "ERROR",
                "max_executor_threads": 4,
                "scheduler_polling_interval_sec": 3600.0,
            }
        )
        DBOS.workflow(name=WORKFLOW)(self._workflow())
        DBOS.launch()
        await DBOS.register_queue_async(
            QUEUE,
            worker_concurrency=AT_ONCE,
            partition_concurrency=1,
            polling_interval_sec=_POLLED,
            on_conflict="always_update",
        )

    def _workflow(self) -> Callable[[str, str], Awaitable[None]]:
        async def carry(action: str, order_with: str) -> None:
            pause = await self._carried(action)
            if pause is not None:
                await _put(action, order_with, pause)

        return carry

    async def _carried(self, action: str) -> float | None:
        if action in self._under_way:  # another round of it is at it, and goes on with it
            return None
        self._under_way.add(action)
        try:
            return await self.carry(action)
        except Exception as fault:  # noqa: BLE001 - told, and tried again
            self.failed(fault)
            return LOOKED_AGAIN
        finally:
            self._under_way.discard(action)

    # ---- what DBOS does not know

    async def _reconcile(self) -> None:
        """Gives to DBOS what it does not have, and takes away what it does not need."""
        try:
            waiting = await self.waiting()
            newest = await _newest_of_each()
            for one in waiting:
                known = newest.get(one.action)
                if known is None or self._is_tried_again(one, known):
                    await _cancelled([known] if known else [])
                    await _put(one.action, one.order_with, 0)
            self._at = {one.action: one.at for one in waiting}
            await _forget_what_ended()
        except Exception as fault:  # noqa: BLE001 - a database that is away comes back
            self.failed(fault)

    def _is_tried_again(self, one: Waiting, known: WorkflowStatus) -> bool:
        """Whether our rows say "now" of what was for later: staff have it tried again."""
        was_for_later = self._at.get(one.action) is not None
        return one.at is None and was_for_later and known.status == "DELAYED"


async def _newest_of_each() -> dict[str, WorkflowStatus]:
    """The round of each action that is under way; older ones are taken away."""
    newest: dict[str, WorkflowStatus] = {}
    surplus = []
    for one in await _alive():
        if action_of(one.workflow_id) in newest:
            surplus.append(one)
        else:
            newest[action_of(one.workflow_id)] = one
    await _cancelled(surplus)
    return newest


async def _put(action: str, order_with: str, delay: float) -> None:
    """One more round of an action."""
    options: EnqueueOptions = {
        "workflow_name": WORKFLOW,
        "queue_name": QUEUE,
        "workflow_id": round_id(action, time_ns()),
        "queue_partition_key": order_with or action,
    }
    if delay:
        options["delay_seconds"] = delay
    await DBOS.enqueue_workflow_with_options_async(options, action, order_with)


async def _alive() -> list[WorkflowStatus]:
    """Rounds that wait or are under way, the newest first."""
    found = await DBOS.list_workflows_async(
        name=WORKFLOW, status=_ALIVE, load_input=False, load_output=False
    )
    return sorted(found, key=lambda one: one.workflow_id, reverse=True)


async def _cancelled(rounds: Iterable[WorkflowStatus]) -> None:
    """Takes away those that are not under way."""
    for one in rounds:
        if one.status != "PENDING":
            await DBOS.cancel_workflow_async(one.workflow_id)


async def _forget_what_ended() -> None:
    before = (datetime.now(UTC) - _KEPT).isoformat()
    ended = await DBOS.list_workflows_async(
        name=WORKFLOW,
        status=_ENDED,
        completed_before=before,
        limit=1000,
        load_input=False,
        load_output=False,
    )
    if ended:
        await DBOS.delete_workflows_async([one.workflow_id for one in ended])


def _be_quiet() -> None:
    """Its log goes where ours goes, from warnings on; it would write to the terminal by itself."""
    log = logging.getLogger("dbos")
    log.setLevel(logging.ERROR)
    if not log.handlers:
        log.addHandler(logging.NullHandler())
