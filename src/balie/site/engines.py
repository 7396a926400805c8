"""What carries: straight out of our own rows, or DBOS, as `BALIE_ENGINE` says."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pkgutil import resolve_name
from typing import Protocol

from balie.backstage.actions import Waiting
from balie.engines.sweep import Carry, Sweep
from balie.site.configuration import Configuration
from balie.site.refusal import Refusal
from balie.store.actions import Enqueue


class Runs(Protocol):
    """An engine in the process that carries."""

    async def run(self) -> None:
        """Carries until it is cancelled; then what is under way gets a moment to end."""
        ...


Waits = Callable[[], Awaitable[Sequence[Waiting]]]
Failed = Callable[[Exception], None]


def engine_of(configuration: Configuration, carry: Carry, waiting: Waits, failed: Failed) -> Runs:
    """What carries, not running yet. Raises Refusal when it is not installed."""
    if configuration.engine == "rows":
        return Sweep(carry, waiting, failed)
    with _needs_the_extra():
        make: Callable[[str, Carry, Waits, Failed], Runs] = resolve_name(
            "balie.engines.dbos.engine:DbosEngine"
        )
    return make(configuration.database_url, carry, waiting, failed)


def enqueue_of(configuration: Configuration) -> Enqueue:
    """What the transaction that accepts does for the engine. Raises Refusal likewise."""
    if configuration.engine == "rows":
        return found_by_the_sweep
    with _needs_the_extra():
        submitting: Callable[[str], Enqueue] = resolve_name("balie.engines.dbos.lending:submitting")
    return submitting(configuration.database_url)


def found_by_the_sweep(_action: str, _order_with: str) -> None:
    """Nothing: the accepted rows are the queue."""


@contextmanager
def _needs_the_extra() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise Refusal(
            "ENGINE",
            f"DBOS needs more than is installed: {error}.",
            ["pip install 'balie[dbos]'", "or leave BALIE_ENGINE away"],
        ) from error
