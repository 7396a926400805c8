"""What waits is carried: in order of age, a few at a time, again after a pause, after faults."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from balie.backstage.actions import Waiting
from balie.engines.sweep import Sweep

LATER = datetime(2026, 11, 22, 9, 40, tzinfo=UTC)


@dataclass
class Work:
    """Actions that need some rounds each; `rounds`: id -> how many are left."""

    rounds: dict[str, int]
    pause: float = 0.0
    takes: float = 0.0
    carried: list[str] = field(default_factory=list)
    under_way: int = 0
    most: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    told: list[Exception] = field(default_factory=list)
    at: dict[str, datetime] = field(default_factory=dict)
    order_with: dict[str, str] = field(default_factory=dict)
    together: set[str] = field(default_factory=set)  # orders of which two were under way at once
    _going: list[str] = field(default_factory=list)

    async def waiting(self) -> Sequence[Waiting]:
        left = sorted(action for action, left in self.rounds.items() if left)
        return [Waiting(a, self.order_with.get(a, ""), self.at.get(a)) for a in left]

    async def carry(self, action: str) -> float | None:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        order = self.order_with.get(action, action)
        if order in self._going:
            self.together.add(order)
        self._going.append(order)
        await asyncio.sleep(self.takes)
        self._going.remove(order)
        self.under_way -= 1
        self.carried.append(action)
        if self.faults.get(action):
            self.faults[action] -= 1
            raise ValueError(action)
        self.rounds[action] -= 1
        return self.pause if self.rounds[action] else None

    async def is_done(self) -> None:
        await until(lambda: not any(self.rounds.values()))


async def until(seen: Callable[[], object]) -> None:
    for _ in range(1000):
        if seen():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not happen")


@asynccontextmanager
async def swept(work: Work, at_once: int = 8) -> AsyncIterator[asyncio.Task[None]]:
    sweep = Sweep(work.carry, work.waiting, work.told.append, at_once=at_once, every=0.01)
    task = asyncio.create_task(sweep.run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_the_oldest_goes_first_and_each_as_often_as_it_needs() -> None:
    work = Work({"a2": 1, "a1": 2, "a3": 1})
    async with swept(work, at_once=1):
        await work.is_done()
    assert sorted(work.carried) == ["a1", "a1", "a2", "a3"]
    assert work.carried[0] == "a1"


async def test_no_more_at_once_than_is_said() -> None:
    work = Work({f"a{n:02}": 1 for n in range(20)}, takes=0.02)
    async with swept(work, at_once=3):
        await work.is_done()
    assert work.most == 3
    assert len(work.carried) == 20


async def test_of_one_order_each_goes_after_the_one_before_it_at_once() -> None:
    orders = {"a1": "p1", "a2": "p1", "a3": "p1", "a4": "p2"}
    work = Work(dict.fromkeys(orders, 1), takes=0.02, order_with=orders)
    async with swept(work):
        await work.is_done()
    assert not work.together
    assert [action for action in work.carried if orders[action] == "p1"] == ["a1", "a2", "a3"]


async def test_what_pauses_holds_no_place() -> None:
    work = Work({"a1": 2, "a2": 1, "a3": 1}, pause=30)
    async with swept(work, at_once=1):
        await until(lambda: len(work.carried) == 3)
    assert work.carried == ["a1", "a2", "a3"]


async def test_what_staff_have_tried_again_does_not_wait_for_its_pause() -> None:
    work = Work({"a1": 2}, pause=600, at={"a1": LATER})
    async with swept(work):
        await until(lambda: len(work.carried) == 1)
        await asyncio.sleep(0.05)
        assert work.carried == ["a1"]
        del work.at["a1"]
        await work.is_done()
    assert work.carried == ["a1", "a1"]


async def test_what_staff_let_go_on_before_we_looked_again_is_carried_soon() -> None:
    work = Work({"a1": 1})
    async with swept(work):
        await until(lambda: work.carried)
        work.rounds["a1"] = 1
        await until(lambda: work.carried == ["a1", "a1"])


async def test_what_can_be_brought_no_further_is_looked_at_less_and_less() -> None:
    work = Work({"a1": 1})

    async def nothing_to_be_done(action: str) -> None:
        work.carried.append(action)

    sweep = Sweep(nothing_to_be_done, work.waiting, work.told.append, every=0.01)
    task = asyncio.create_task(sweep.run())
    await asyncio.sleep(0.5)
    task.cancel()
    assert 3 <= len(work.carried) <= 7, "0, 10, 30, 70, 150, 310 milliseconds"


async def test_a_fault_of_ours_is_told_and_holds_up_no_other() -> None:
    work = Work({"a1": 1, "a2": 1}, faults={"a1": 1})
    async with swept(work, at_once=1):
        await until(lambda: len(work.carried) == 2)
    assert work.carried == ["a1", "a2"]
    assert [str(fault) for fault in work.told] == ["a1"]


async def test_what_is_under_way_may_end_when_it_is_stopped() -> None:
    work = Work({"a1": 1}, takes=0.1)
    async with swept(work):
        await until(lambda: work.under_way)
    assert work.carried == ["a1"]
