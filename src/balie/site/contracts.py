"""What each system of a blueprint says of itself; one that cannot be read becomes a finding."""

from collections.abc import Mapping
from dataclasses import dataclass

from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.model import Blueprint, System
from balie.blueprint.source import Text
from balie.systems.contract import Contract
from balie.systems.kinds import ConnectorKind, installed


@dataclass(frozen=True, slots=True)
class Described:
    """The contracts that could be read, by the id of the system, and why others could not."""

    contracts: Mapping[str, Contract]
    findings: tuple[Finding, ...]


def described(blueprint: Blueprint) -> Described:
    """Reads every contract of a blueprint. Never raises for what stands in one."""
    contracts: dict[str, Contract] = {}
    findings: list[Finding] = []
    for name, system in blueprint.systems.items():
        told = _told(blueprint, system)
        if isinstance(told, Finding):
            findings.append(told)
        elif told is not None:
            contracts[name] = told
    return Described(contracts, tuple(findings))


def _told(blueprint: Blueprint, system: System) -> Contract | Finding | None:
    """What a system says of itself, why that cannot be known, or None when it says nothing."""
    kind = installed().get(str(system.speaks))
    if kind is None:
        return _unspoken(system)
    missing = next((file for file in system.contract if str(file) not in blueprint.files), None)
    if missing is not None:
        return _missing(missing, blueprint)
    if not system.contract:
        return None
    return _read(blueprint, system, kind)


def _read(blueprint: Blueprint, system: System, kind: ConnectorKind) -> Contract | Finding:
    files = [blueprint.files[str(file)] for file in system.contract]
    try:
        return kind.read_contract(files, system.what_it_does_not_say)
    except ValueError as error:
        return Finding(
            code="BP006",
            severity=Severity.ERROR,
            message=f"the contract of {system.name} cannot be read",
            where=(
                Place(system.contract[0].at, "this one"),
                Place(system.speaks.at, "read as this"),
            ),
            why=str(error),
            help=("fetch it from the system again, or change  speaks:",),
        )


def _missing(file: Text, blueprint: Blueprint) -> Finding:
    there = [name for name in blueprint.files if name.startswith("contracts/")]
    hint = f"there are: {', '.join(there)}" if there else "there is nothing in contracts/"
    return Finding(
        code="BP006",
        severity=Severity.ERROR,
        message=f'there is no file "{file}"',
        where=(Place(file.at, "named here"),),
        why="without it nobody can say whether the system has what the blueprint asks of it",
        help=(hint,),
    )


def _unspoken(system: System) -> Finding:
    return Finding(
        code="BP013",
        severity=Severity.ERROR,
        message=f'no connector is installed that speaks "{system.speaks}"',
        where=(Place(system.speaks.at, "spoken here"),),
        help=(f"installed are: {', '.join(installed())}",),
    )
