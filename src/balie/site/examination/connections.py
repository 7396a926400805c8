"""The systems: whether each lets us in, and is still what its contract says."""

import time
from collections.abc import Iterator, Mapping, Sequence

from balie.backstage.lineage.trails import Lineage, lineage_of
from balie.blueprint.model import System
from balie.site import systems
from balie.site.blueprints import Checked
from balie.site.configuration import Configuration
from balie.site.examination.observation import Observation, broken, fine, look
from balie.site.refusal import Refusal
from balie.systems.contract import Contract, Table
from balie.systems.errors import Misconfigured, SystemFault
from balie.systems.kinds import installed
from balie.transport.http import Network


async def reached(
    found: Checked, configuration: Configuration, system: System
) -> Sequence[Observation]:
    """Whether a system answers and lets us in, then whether its contract still holds."""
    about = f"system {system.id}"
    network = Network(allowed_private=configuration.private_systems)
    contract = found.contracts[str(system.id)]
    values = configuration.values
    try:
        connection = systems.connection(found.blueprint, system, contract, network, values)
        kind = installed()[str(system.speaks)]
        began = time.monotonic()
        await kind.connect(connection).check()
        took = round((time.monotonic() - began) * 1000)
        answers = fine(about, f"{system.name} answers and lets us in ({took} ms)")
        if kind.describe is None:
            return (answers, _cannot_be_asked(about, system))
        tables = sorted(_used(lineage_of(found.blueprint, found.contracts, "en"), system))
        written = await kind.describe(connection, tables, (str(found.blueprint.language),))
        now = kind.read_contract([written], system.what_it_does_not_say)
        return (answers, *_drift(found, system, now))
    except SystemFault as fault:
        where = "Its address and key" if isinstance(fault, Misconfigured) else "Whether it runs"
        return (broken(about, f"{system.name}: {fault.staff}", f"{where}; {system.id.at}."),)
    except (Refusal, ValueError):
        return (broken(about, f"{system.name} cannot be connected", "balie run  says why"),)
    finally:
        await network.close()


def _cannot_be_asked(about: str, system: System) -> Observation:
    return look(
        about,
        f"{system.name} cannot be asked whether its contract still holds",
        f"Now and then fetch {', '.join(system.contract)} again, and run  balie check.",
    )


def _used(lineage: Lineage, system: System) -> set[str]:
    """The tables that the blueprint uses, as the system calls them."""
    ours = {link.table for link in lineage.links if link.system == system.id}
    return {str(system.tables.get(table, table)) for table in ours}


def _drift(found: Checked, system: System, now: Contract) -> Iterator[Observation]:
    """What is no longer there, or is something else, and the pages that would miss it."""
    about = f"contract {system.id}"
    lineage = lineage_of(found.blueprint, found.contracts, str(found.blueprint.language))
    before = found.contracts[str(system.id)]
    gone: dict[str, list[str]] = {}
    for link in lineage.links:
        if link.system == system.id:
            table = str(system.tables.get(link.table, link.table))
            change = _change(before.tables.get(table), now.tables.get(table), link.path)
            if change:
                pages = gone.setdefault(f"{link.address} {change}", [])
                pages += [place.address or place.step for place in lineage.places_of(link)]
    for what, pages in gone.items():
        where = ", ".join(dict.fromkeys(pages)) or "no page by itself, but a rule"
        yield broken(about, f"{what}; would break: {where}", _mend(system))
    if not gone:
        yield fine(about, f"{system.name} still has all that the blueprint uses")


def _mend(system: System) -> str:
    return f"balie describe PATH {system.id}, then  balie check"


def _change(before: Table | None, now: Table | None, path: str) -> str:
    """In which way a field is no longer what it was; "" when it still is."""
    was = None if before is None else before.field(path)
    if was is None:
        return ""
    is_now = None if now is None else now.field(path)
    if is_now is None:
        return "is gone"
    return "" if is_now.type is was.type else f"is now {is_now.type}, and was {was.type}"


def examinations(found: Checked, configuration: Configuration) -> Mapping[str, System]:
    """The systems by the name of their examination, unless a value of theirs is not set."""
    missing = {named.name for named in systems.named_values(found.blueprint)} - {
        name for name, value in configuration.values.items() if value
    }
    if missing:
        return {}
    return {f"system {system.id}": system for system in found.blueprint.systems.values()}
