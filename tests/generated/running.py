"""A generated service that runs: over held rows, or over other systems."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from balie.backstage.service import Service
from tests.generated.shop import Shop
from tests.semantics.world import (
    KINDS,
    SECRET,
    Hands,
    HeldRows,
    Notebook,
    Noticeboard,
    World,
    blueprint_of,
    contracts_of,
)


@dataclass(frozen=True)
class Running:
    """A service that runs, and the plain facts that it was made of."""

    shop: Shop
    world: World


def run(shop: Shop, folder: Path, *, ignores_filters: bool = False) -> Running:
    """The service of a folder, on systems in memory that hold the shop's rows."""
    blueprint = blueprint_of(folder)
    systems = {
        system.id: HeldRows(_tables(shop, system.id), page_size=3, ignores_filters=ignores_filters)
        for system in shop.systems
    }
    hands = Hands()
    memory, noticeboard = Notebook(hands), Noticeboard()
    service = Service(
        blueprint,
        contracts_of(blueprint),
        systems,
        KINDS,
        memory,
        hands.clock,
        noticeboard,
        SECRET,
    )
    return Running(shop, World(blueprint, service, systems, hands, memory, noticeboard))


def _tables(shop: Shop, system: str) -> Mapping[str, list[dict[str, object]]]:
    return {table.name: table.rows for table in shop.tables if table.system == system}  # type: ignore[misc]
