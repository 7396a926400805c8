"""How people sign in with other parties here: the network to them, and what the blueprint says."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial

from balie.blueprint.model import Blueprint
from balie.identity.connections.connection import LOCAL, Connection
from balie.identity.connections.examination import Looked, examine, lately_refused
from balie.identity.connections.logins import Logins, address_of
from balie.identity.connections.provider import Providers
from balie.identity.connections.register import connections, keep
from balie.identity.connections.relying_party import RelyingParty
from balie.identity.linking.moving import Move
from balie.site.configuration import Configuration
from balie.site.logs import asked
from balie.site.sealing import trail_of
from balie.store.ciphers import Cipher
from balie.systems.transport import Transport
from balie.transport.http import Network
from balie.transport.limits import Limits

LIMITS = Limits(whole=5.0, connect=3.0, most_bytes=512 * 1024)
"""A provider that is slow keeps a customer waiting three times this long at most."""


def logins_of(
    blueprint: Blueprint, configuration: Configuration, closing: AsyncExitStack
) -> Logins:
    """How customers of this blueprint sign in. closing: gets what must be closed."""
    network = network_of(configuration)
    closing.push_async_callback(network.close)
    ways = [
        str(blueprint.logins.get(customer.signs_in_with or "", LOCAL))
        for customer in blueprint.people.customers.values()
    ]
    return Logins(
        party=party_of(configuration, network),
        seal=Cipher(configuration.keys),
        now=time.time,
        public_url=configuration.public_url,
        ways=tuple(dict.fromkeys(way for way in ways if way != LOCAL)),
        local=not ways or LOCAL in ways,
    )


def network_of(configuration: Configuration) -> Network:
    """The network to providers: apart from that to systems, for other hosts may be private."""
    allowed = configuration.private_logins
    return Network(allowed_private=allowed, traces=asked("balie.logins"))


def party_of(configuration: Configuration, network: Network) -> RelyingParty:
    """Ourselves, as providers know us."""

    def transport(connection: str, title: str) -> Transport:
        return network.transport(f"login {connection}", title=title, limits=LIMITS)

    providers = Providers(transport, configuration.private_logins, time.monotonic)
    return RelyingParty(providers, partial(address_of, configuration.public_url), time.time)


# ---- for commands: they need Django, and are found by name


def kept(configuration: Configuration) -> Sequence[Connection]:
    """Every connection, by name."""
    return connections(Cipher(configuration.keys))


def keep_one(configuration: Configuration, connection: Connection) -> bool:
    """Adds a connection, or writes over the one with its name; whether new."""
    return keep(connection, Cipher(configuration.keys))


def looked_over(configuration: Configuration, connection: Connection) -> Sequence[Looked]:
    """What a look at a connection finds; the provider is asked, and nobody signs in."""

    async def look() -> Sequence[Looked]:
        network = network_of(configuration)
        try:
            party = party_of(configuration, network)
            return [looked async for looked in examine(party, connection)]
        finally:
            await network.close()

    tried = lately_refused(trail_of(configuration).refused_at(connection.name))
    return [*asyncio.run(look()), *tried]


def moved(
    configuration: Configuration,
    old: Connection,
    new: Connection,
    names: Mapping[str, str],
    *,
    dry: bool,
    finish: bool,
) -> Sequence[Mapping[str, str]]:
    """Moves people from one connection to another, and tells what became of each."""
    moving, note = Move(old, new, names), trail_of(configuration).note
    told = moving.run(note, dry=dry)
    if finish:
        moving.finish(Cipher(configuration.keys), note)
    return [
        {"mail": one.mail, "subject": one.subject, "outcome": one.outcome.value} for one in told
    ]
