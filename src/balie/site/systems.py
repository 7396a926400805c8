"""From the blueprint's `systems:` to connectors that can be asked."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from balie.blueprint.model import Blueprint, System
from balie.site.refusal import Refusal
from balie.systems.connector import Connection, Connector
from balie.systems.contract import Contract
from balie.systems.errors import Misconfigured
from balie.systems.kinds import installed
from balie.systems.news import News, news_of
from balie.systems.placeholders import filled
from balie.systems.profile import Plain
from balie.systems.writing import Repeat, Writer, repeat_of
from balie.transport.http import Network
from balie.transport.limits import read_limits

_NAME = re.compile(r"\$\{(\w+)\}")
_COMMENT = re.compile(r"(^|\s)#.*")


@dataclass(frozen=True, slots=True)
class Named:
    """A `${NAME}` and where it stands."""

    name: str
    file: str
    line: int


def connectors(
    blueprint: Blueprint,
    described: Mapping[str, Contract],
    network: Network,
    values: Mapping[str, str],
) -> Mapping[str, Connector]:
    """A connector for each system of a blueprint without errors. values: the environment.

    Raises Refusal when a value is missing, naming each place where it is used.
    """
    _refuse_missing(blueprint, values)
    return {
        name: _connector(blueprint, system, described[name], network, values)
        for name, system in blueprint.systems.items()
    }


def writers(
    blueprint: Blueprint,
    described: Mapping[str, Contract],
    network: Network,
    values: Mapping[str, str],
) -> Mapping[str, Writer]:
    """A writer for each system that can be written to. Raises Refusal."""
    found: dict[str, Writer] = {}
    for name, system in blueprint.systems.items():
        make = installed()[str(system.speaks)].writer
        if make is None:
            continue
        try:
            found[name] = make(connection(blueprint, system, described[name], network, values))
        except (ValueError, Misconfigured) as error:
            raise _not_connected(system, error) from error
    return found


def repeats(blueprint: Blueprint) -> Mapping[tuple[str, str], Repeat]:
    """A system and a table -> how it can be written twice; only those of which that is said.

    Raises Refusal for what is said and cannot be meant.
    """
    found: dict[tuple[str, str], Repeat] = {}
    for name, system in blueprint.systems.items():
        profile = system.what_it_does_not_say
        for table in profile.section("writes"):
            try:
                repeat = repeat_of(profile, table)
            except ValueError as error:
                raise _not_connected(system, error) from error
            if repeat is not None:
                found[name, table] = repeat
    return found


def news(blueprint: Blueprint, values: Mapping[str, str]) -> Mapping[str, News]:
    """What each system tells by itself. values: the environment. Raises Refusal."""
    found: dict[str, News] = {}
    for name, system in blueprint.systems.items():
        try:
            told = news_of(system.what_it_does_not_say, values)
        except (ValueError, Misconfigured) as error:
            raise _not_connected(system, error) from error
        if told is not None:
            found[name] = told
    return found


def named_values(blueprint: Blueprint) -> Iterator[Named]:
    """Every `${NAME}` that something which runs reads, wherever it stands; comments left out."""
    used = {name for system in blueprint.systems.values() for name in _used(system)}
    for file in _files(blueprint):
        for number, line in enumerate(blueprint.texts.get(file, "").splitlines(), start=1):
            for name in _NAME.findall(_COMMENT.sub("", line)):
                if name in used:
                    yield Named(name, file, number)


def _used(system: System) -> Iterator[str]:
    """The names in a system's address and in its profile."""
    profile = system.what_it_does_not_say.words
    for text in (str(system.at or ""), *_texts(list(profile.values()))):
        yield from _NAME.findall(text)


def _texts(plain: Plain) -> Iterator[str]:
    if isinstance(plain, str):
        yield plain
    else:
        for part in plain.values() if isinstance(plain, dict) else plain:
            yield from _texts(part)


def _files(blueprint: Blueprint) -> list[str]:
    systems = blueprint.systems.values()
    written = [system.at.at.file for system in systems if system.at]
    profiles = [str(system.profile) for system in systems if system.profile]
    return list(dict.fromkeys(written + profiles))


def _refuse_missing(blueprint: Blueprint, values: Mapping[str, str]) -> None:
    missing = [named for named in named_values(blueprint) if not values.get(named.name)]
    if missing:
        names = dict.fromkeys(named.name for named in missing)
        raise Refusal(
            "SETTINGS OF SYSTEMS",
            "The blueprint uses values that are not set:\n\n"
            + "\n".join(f"    {m.file}:{m.line}  ${{{m.name}}}" for m in missing),
            [
                "Set them in the environment:",
                *(f"    export {name}=..." for name in names),
                "To look around first, without any system:  balie run --demo",
            ],
        )


def _connector(
    blueprint: Blueprint,
    system: System,
    contract: Contract,
    network: Network,
    values: Mapping[str, str],
) -> Connector:
    found = connection(blueprint, system, contract, network, values)
    try:
        return installed()[str(system.speaks)].connect(found)
    except (ValueError, Misconfigured) as error:
        raise _not_connected(system, error) from error


def connection(
    blueprint: Blueprint,
    system: System,
    contract: Contract,
    network: Network,
    values: Mapping[str, str],
) -> Connection:
    """What a connector to a system gets to work with. values: the environment. Raises Refusal."""
    name = str(system.id)
    try:
        limits = read_limits(str(system.limit) if system.limit else None)
        return Connection(
            name=name,
            title=str(system.name),
            at=filled(str(system.at or ""), values).rstrip("/"),
            contract=contract,
            profile=system.what_it_does_not_say,
            transport=network.transport(name, title=str(system.name), limits=limits),
            now=network.now,
            settings=_own(blueprint, system, values),
            tables={ours: str(theirs) for ours, theirs in system.tables.items()},
            language=str(blueprint.language),
        )
    except (ValueError, Misconfigured) as error:
        raise _not_connected(system, error) from error


def _not_connected(system: System, error: Exception) -> Refusal:
    return Refusal(
        "SYSTEM",
        f"{system.name} cannot be connected: {error}",
        [f"It stands at {system.id.at}."],
    )


def _own(blueprint: Blueprint, system: System, values: Mapping[str, str]) -> Mapping[str, str]:
    """The values that this system's profile may use, and no other system's secrets."""
    profile = blueprint.texts.get(str(system.profile), "") if system.profile else ""
    asked, prefix = set(_NAME.findall(profile)), f"{str(system.id).upper()}_"
    return {name: values[name] for name in values if name in asked or name.startswith(prefix)}
