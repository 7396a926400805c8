"""What was looked at, and what was seen."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How it is."""

    FINE = "fine"
    LOOK = "look at this"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing that was looked at. says: what was seen, without any secret. do: what to do."""

    about: str
    verdict: Verdict
    says: str
    do: str = ""


def fine(about: str, says: str) -> Observation:
    """Nothing to do."""
    return Observation(about, Verdict.FINE, says)


def look(about: str, says: str, do: str) -> Observation:
    """It works, and may not be what is meant."""
    return Observation(about, Verdict.LOOK, says, do)


def broken(about: str, says: str, do: str) -> Observation:
    """It does not work."""
    return Observation(about, Verdict.BROKEN, says, do)


Examine = Callable[[], Awaitable[Sequence[Observation]]]


async def examined(examinations: Mapping[str, Examine], within: float) -> tuple[Observation, ...]:
    """All of them at once, in this order; each has so many seconds. Never raises for one."""
    found = await asyncio.gather(
        *(_one(about, examine, within) for about, examine in examinations.items())
    )
    return tuple(one for each in found for one in each)


async def _one(about: str, examine: Examine, within: float) -> Sequence[Observation]:
    try:
        async with asyncio.timeout(within):
            return await examine()
    except TimeoutError:
        return (
            broken(about, f"no answer within {within:g} seconds", "Is it there, and reachable?"),
        )
    except Exception as error:  # noqa: BLE001 - one examination never costs the others
        kind = type(error).__name__
        return (broken(about, f"could not be looked at: {kind}", "Tell the makers of Balie."),)
