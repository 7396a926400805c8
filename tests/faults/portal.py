"""Portals with a fault proxy in front of each system, and the pages that their people may open."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import httpx

from balie.rehearsal.launch import launched, settings
from tests.faults.proxy import FaultProxy
from tests.running import Portal, portal_on

Shown: TypeAlias = dict[str, Any]
ROWS_OF_A_LIST = 2  # of each list, so many rows are opened


@dataclass(frozen=True, slots=True)
class Behind:
    """A portal of which every call to a system passes a proxy."""

    portal: Portal
    proxies: Mapping[str, FaultProxy]

    def behave(self) -> None:
        """Nothing goes wrong from now on."""
        for proxy in self.proxies.values():
            proxy.behave()


@contextmanager
def behind_proxies(state: Path, folder: Path) -> Iterator[Behind]:
    """The rehearsed systems of a blueprint, a proxy before each, and the portal on those."""
    with ExitStack() as stack:
        systems = stack.enter_context(launched(folder, today=date.today()))  # noqa: DTZ011
        proxies = {n: stack.enter_context(FaultProxy(s.url)) for n, s in systems.items()}
        seen = {name: replace(system, url=proxies[name].url) for name, system in systems.items()}
        portal = stack.enter_context(portal_on(state, folder, settings(folder, seen)))
        yield Behind(portal, proxies)


def shown(client: httpx.Client, address: str) -> Shown:
    """A page as data. Whatever happens behind it, it is there."""
    answer = client.get(address, headers={"Accept": "application/json"})
    assert answer.status_code == 200, (address, answer.text)
    page: Shown = answer.json()
    return page


def pages_of(client: httpx.Client) -> tuple[str, ...]:
    """What somebody may read: the pages of the menu that are no forms, and of every list there its
    first rows.
    """
    menu = [item["address"] for item in shown(client, "/")["menu"]]
    pages = {address: shown(client, address) for address in dict.fromkeys(["/", *menu])}
    fixed = {address: page for address, page in pages.items() if "blocks" in page}
    rows = [link for page in fixed.values() for link in _rows(page)]
    return tuple(dict.fromkeys([*fixed, *rows]))


def _rows(page: Shown) -> list[str]:
    """Where the first rows of each list on a page lead."""
    lists = (block.get("records", ()) for block in page["blocks"].values())
    return [row["link"] for rows in lists for row in rows[:ROWS_OF_A_LIST] if row["link"]]


def trusts(page: Shown) -> set[str]:
    """How far each part of a page can be trusted."""
    parts = [block["freshness"] for block in page["blocks"].values()]
    return {part["trust"] for part in [*page["notices"], *parts]} | {page["trust"]}


def nothing_is_missing_unsaid(known: Shown, now: Shown) -> None:
    """Whatever was there before is there still, or its own part says why not."""
    for name, block in known["blocks"].items():
        there = now["blocks"].get(name)  # None: hidden, as the blueprint says
        if there and there["freshness"]["trust"] == "fresh" and not there.get("broken"):
            assert there.get("records") == block.get("records"), (known["address"], name)
            assert there.get("text") == block.get("text"), (known["address"], name)
