"""`balie describe`: asks a system what it is, and writes that as its contract."""

import argparse
import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from balie.blueprint.model import Blueprint, System
from balie.blueprint.reader import read
from balie.site import configuration, contracts, systems
from balie.site.blueprints import folder_of, readable
from balie.site.refusal import Refusal, WrongUse
from balie.systems.connector import Describe
from balie.systems.contract import Contract
from balie.systems.errors import SystemFault
from balie.systems.kinds import installed
from balie.transport.http import Network

EXAMPLES = """\
examples:
  balie describe blueprints/shop erp                     describes again what is described already
  balie describe blueprints/shop erp --table sale.line   and one table more

Address, user and password come from the environment, as for  balie run.
exit codes: 0 described; 1 the system does not tell, and why; 2 wrong use
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the `balie` command line."""
    parser = subparsers.add_parser(
        "describe",
        help="ask a system what it is, and write its contract",
        description="Asks a running system for its tables, fields and labels, in the languages of "
        "the blueprint, and writes the file that the blueprint names as its contract. For systems "
        "that can be asked, such as Tryton and OData services.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("path", type=Path, metavar="PATH", help="the blueprint's folder")
    parser.add_argument("system", metavar="SYSTEM", help="what the blueprint calls the system")
    parser.add_argument(
        "--table",
        action="append",
        default=[],
        metavar="NAME",
        help="a table besides those of the blueprint and of the contract as it is; may be repeated",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Describes. 0: written. Raises Refusal when the system does not tell, WrongUse for others."""
    folder = folder_of(args.path)
    blueprint = readable(read(folder), folder)
    system = _system(blueprint, args.system)
    file, describe = _file(folder, system), _describe(system)
    known = _known(blueprint, system, file)
    tables = sorted({*map(str, system.tables.values()), *known.tables, *args.table})
    written = asyncio.run(_asked(blueprint, system, known, tables, describe))
    _write(file, written)
    print(f"{file}: {len(tables)} tables of {system.name}")
    return 0


def _known(blueprint: Blueprint, system: System, file: Path) -> Contract:
    """The contract as it is; empty where there is none yet. Raises Refusal for one that cannot be
    read: what it describes besides the blueprint's tables would be lost.
    """
    described = contracts.described(blueprint)
    known = described.contracts.get(str(system.id))
    if known is not None or not file.exists():
        return known or Contract(tables={})
    about = next((f for f in described.findings if f.where[0].at == system.contract[0].at), None)
    raise Refusal(
        "CONTRACT",
        f"{file} is there and cannot be read"
        + (f": {about.why}" if about is not None and about.why else "."),
        [
            "Nothing was written: the tables that stand in it would be lost.",
            "Mend it, or take it away to begin anew with the tables of the blueprint.",
        ],
    )


def _system(blueprint: Blueprint, name: str) -> System:
    system = blueprint.systems.get(name)
    if system is None:
        there = ", ".join(blueprint.systems)
        raise WrongUse("SYSTEM", f'The blueprint has no system "{name}".', [f"It has: {there}"])
    return system


def _describe(system: System) -> Describe:
    """How this kind of system is asked. Raises WrongUse for a kind that cannot be."""
    kind = installed().get(str(system.speaks))
    if kind is None or kind.describe is None:
        able = [name for name, kind in installed().items() if kind.describe is not None]
        raise WrongUse(
            "SYSTEM",
            f'{system.name} speaks "{system.speaks}", which is not described by asking.',
            [
                "Download its own description, and name that file after  contract:",
                f"By asking are described: {', '.join(able)}",
            ],
        )
    return kind.describe


def _file(folder: Path, system: System) -> Path:
    """The file of the contract, in the blueprint's folder. Raises WrongUse without one."""
    for name in system.contract:
        file = folder / name
        if file.resolve().is_relative_to(folder.resolve()):
            return file
    raise WrongUse(
        "CONTRACT",
        f"The blueprint names no file in its own folder for the contract of {system.name}.",
        [f"Write below  {system.id}:  in systems.yaml:  contract: contracts/{system.id}.json"],
    )


async def _asked(
    blueprint: Blueprint, system: System, known: Contract, tables: Sequence[str], describe: Describe
) -> bytes:
    here = configuration.read(os.environ)
    network = Network(allowed_private=here.private_systems)
    try:
        connection = systems.connection(blueprint, system, known, network, here.values)
        languages = tuple(dict.fromkeys(map(str, (blueprint.language, *blueprint.also))))
        return await describe(connection, tables, languages)
    except SystemFault as fault:
        raise Refusal(
            "SYSTEM",
            f"{system.name} does not say what it is: {fault.staff}",
            ["Nothing was written."],
        ) from fault
    finally:
        await network.close()


def _write(file: Path, written: bytes) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(written)
    except OSError as error:
        raise WrongUse("CONTRACT", f"{file} cannot be written: {error.strerror}") from error
