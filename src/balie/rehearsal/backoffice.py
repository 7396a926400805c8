"""A blueprint's support systems, as the rehearsal plays them."""

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from importlib import import_module
from pathlib import Path

from balie.blueprint import reader
from balie.blueprint.finding import Severity
from balie.blueprint.model import Blueprint, System
from balie.rehearsal.door import TOKENS
from balie.rehearsal.everybody import Everybody, everybody
from balie.rehearsal.reading import Data, read_data
from balie.rehearsal.recipe import Recipe, read_recipe
from balie.rehearsal.shape import Shape
from balie.rehearsal.trouble import RehearsalError
from balie.systems.contract import Contract
from balie.systems.kinds import ConnectorKind, installed
from balie.systems.profile import Plain, Profile
from balie.systems.rehearsed import Rehearse, Rehearsed

_NAME = re.compile(r"\$\{(\w+)\}")
_OURS = uuid.uuid5(uuid.NAMESPACE_OID, "balie rehearsal")


@dataclass(frozen=True, slots=True, kw_only=True)
class BackOffice:
    """One system. tables: the blueprint's name of a table -> the system's own."""

    name: str
    title: str
    contract: Contract
    files: tuple[bytes, ...]
    profile: Profile
    address: str  # what `at:` says: "${ERP_URL}"
    tables: Mapping[str, str]
    rehearse: Rehearse

    def dialect(self, settings: Mapping[str, str]) -> Rehearsed:
        """The system's side of the conversation."""
        return self.rehearse(
            contract=self.contract, files=self.files, profile=self.profile, settings=settings
        )

    def our_name(self, table: str) -> str:
        """The blueprint's name of one of the system's tables."""
        return next((ours for ours, theirs in self.tables.items() if theirs == table), table)


def back_offices(folder: Path) -> tuple[BackOffice, ...]:
    """The systems of a blueprint, in the order of its file. Raises RehearsalError."""
    blueprint = _blueprint(folder)
    if not blueprint.systems:
        raise RehearsalError(f"{folder} has no systems: there is nothing to rehearse.")
    return tuple(_back_office(system, blueprint) for system in blueprint.systems.values())


def _blueprint(folder: Path) -> Blueprint:
    if not folder.is_dir():
        raise RehearsalError(f"There is no folder {folder}. Give the folder of a blueprint.")
    reading = reader.read(folder)
    errors = [f for f in reading.findings if f.severity is Severity.ERROR]
    if reading.blueprint is None or errors:
        told = "\n".join(
            f"  {f.code} {f.where[0].at if f.where else folder}: {f.message}" for f in errors[:5]
        )
        raise RehearsalError(
            f"{folder} cannot be read as a blueprint. `balie check` says more.\n{told}"
        )
    return reading.blueprint


def _back_office(system: System, blueprint: Blueprint) -> BackOffice:
    kind = _kind(system)
    files = tuple(_file(name, blueprint) for name in system.contract)
    profile = system.what_it_does_not_say
    try:
        contract = kind.read_contract(files, profile)
    except ValueError as error:
        raise RehearsalError(f"The contract of {system.id} cannot be read: {error}") from error
    return BackOffice(
        name=str(system.id),
        title=str(system.name),
        contract=contract,
        files=files,
        profile=profile,
        address=str(system.at or ""),
        tables={str(ours): str(theirs) for ours, theirs in system.tables.items()},
        rehearse=_rehearse(kind),
    )


def _kind(system: System) -> ConnectorKind:
    kind = installed().get(str(system.speaks))
    if kind is None:
        known = ", ".join(installed())
        raise RehearsalError(
            f"{system.id} speaks {system.speaks!r}, and no connector does. There are: {known}."
        )
    return kind


def _rehearse(kind: ConnectorKind) -> Rehearse:
    try:
        module = import_module(f"{kind.package}.rehearse")
    except ModuleNotFoundError as error:
        raise RehearsalError(
            f"Systems that speak {kind.name!r} cannot be rehearsed: "
            f"{kind.package} has no rehearse.py."
        ) from error
    rehearse: Rehearse = module.rehearse
    return rehearse


def _file(name: str, blueprint: Blueprint) -> bytes:
    if name not in blueprint.files:
        raise RehearsalError(f"The contract {name} is not in the blueprint's folder.")
    return blueprint.files[name]


# ---- everybody's rows


def everybody_of(
    folder: Path, offices: tuple[BackOffice, ...], today: date, *, only_examples: bool = False
) -> Everybody:
    """Everybody's rows of a blueprint, by "system.table". Raises RehearsalError.

    only_examples: the rows that are written down, none that are made.
    """
    examples = folder / "examples"
    people = read_data(examples / "people.yaml")
    recipe = recipe_of(folder)
    return everybody(
        examples=read_data(examples / "rows.yaml"),
        recipe=replace(recipe, make=()) if only_examples else recipe,
        shapes=shapes(offices),
        anchor=_anchor(people, today),
        today=today,
    )


def recipe_of(folder: Path) -> Recipe:
    """How a blueprint's rows are made. Raises RehearsalError."""
    return read_recipe(read_data(folder / "examples" / "rehearsal.yaml"))


def shapes(offices: tuple[BackOffice, ...]) -> Mapping[str, Shape]:
    """What the rows of each table look like, by "system.table"."""
    found = {}
    for office in offices:
        dialect = office.dialect(settings_of(offices, {}))
        for name, table in office.contract.tables.items():
            ours = f"{office.name}.{office.our_name(name)}"
            blank = dialect.blank(name)
            found[ours] = Shape(ours, table, blank, office.profile.no_value)
    return found


def _anchor(people: Mapping[str, Data], today: date) -> date:
    """The day on which the examples happen: `today:` of people.yaml."""
    written = people.get("today")
    if written is None:
        return today
    try:
        return date.fromisoformat(str(written))
    except ValueError as error:
        raise RehearsalError(
            f"examples/people.yaml: `today: {written}` is no day; write it as 2026-11-22."
        ) from error


# ---- settings


def settings_of(offices: tuple[BackOffice, ...], urls: Mapping[str, str]) -> Mapping[str, str]:
    """A value for every `${NAME}` of systems.yaml and the profiles, and for keys by convention.

    urls: system -> the address where it is rehearsed. Keys and secrets are made up, and the same
    every time: they open nothing but a rehearsal.
    """
    found: dict[str, str] = {}
    for office in offices:
        url = urls.get(office.name, f"http://{office.name}.rehearsal")
        alone = _NAME.fullmatch(office.address)
        if alone:
            found[alone[1]] = url
        token = _NAME.fullmatch(Profile(office.profile.section("auth")).text("token"))
        if token:
            found.setdefault(token[1], url + TOKENS)
    for office in offices:
        for name in _names(office):
            found.setdefault(name, str(uuid.uuid5(_OURS, name)))
    return found


def _names(office: BackOffice) -> Iterator[str]:
    """The names that a system's words ask for, and those that go without saying."""
    for text in (office.address, *_texts(office.profile.words)):
        yield from _NAME.findall(text)
    kind = Profile(office.profile.section("auth")).text("kind")
    for suffix in _BY_CONVENTION.get(kind, ()):
        yield f"{office.name.upper()}_{suffix}"


_BY_CONVENTION: Mapping[str, tuple[str, ...]] = {
    "oauth2 client credentials": ("CLIENT_ID", "CLIENT_SECRET"),
    "basic": ("USER", "PASSWORD"),
    "bearer": ("TOKEN",),
    "session": ("USER", "PASSWORD"),
}


def _texts(plain: "Plain | Mapping[str, Plain]") -> Iterator[str]:
    if isinstance(plain, str):
        yield plain
    else:
        for inner in plain if isinstance(plain, list) else plain.values():
            yield from _texts(inner)
