"""What is done again and again beside carrying: each round by itself, none holds up another."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Round:
    """Something that is due every so many seconds. name: for the log.

    A round that failed is made again when it is due next.
    """

    name: str
    every: float
    make: Callable[[], Awaitable[object]]


async def make_rounds(rounds: Iterable[Round], failed: Callable[[str, Exception], None]) -> None:
    """Makes rounds until it is cancelled, each at once and then when it is due."""
    async with asyncio.TaskGroup() as group:
        for one in rounds:
            group.create_task(_again_and_again(one, failed))


async def _again_and_again(one: Round, failed: Callable[[str, Exception], None]) -> None:
    while True:
        try:
            await one.make()
        except Exception as fault:  # noqa: BLE001 - told, and made again
            failed(one.name, fault)
        await asyncio.sleep(one.every)
