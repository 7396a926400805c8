"""The connections of this portal, as they are kept: all in the open but for the secret."""

from collections.abc import Sequence
from typing import Protocol

import msgspec
from django.db import transaction

from balie.identity.connections.connection import Connection, domain_of
from balie.identity.models import LoginConnection


class Seal(Protocol):
    """Closes secrets before they are written, and opens them; `balie.store.ciphers` has it."""

    def seal(self, plain: bytes) -> bytes:
        """Bytes, unreadable without a key."""
        ...

    def unseal(self, sealed: bytes) -> bytes | None:
        """The bytes again, or None when their key is gone."""
        ...


def keep(connection: Connection, seal: Seal) -> bool:
    """Adds a connection, or writes over the one with its name; whether it is new."""
    settings = msgspec.to_builtins(connection)
    del settings["name"], settings["secret"]
    _, new = LoginConnection.objects.update_or_create(
        name=connection.name,
        defaults={"settings": settings, "sealed": seal.seal(connection.secret.encode())},
    )
    return new


@transaction.atomic
def remove(name: str) -> bool:
    """Takes a connection away; False when there is none. Who came by it stays who they are."""
    count, _ = LoginConnection.objects.filter(pk=name).delete()
    return count > 0


def connections(seal: Seal) -> Sequence[Connection]:
    """Every connection, by name. Those whose secret cannot be opened have none."""
    return [_read(row, seal) for row in LoginConnection.objects.order_by("name")]


def connection_named(name: str, seal: Seal) -> Connection | None:
    """The connection with this name."""
    row = LoginConnection.objects.filter(pk=name).first()
    return None if row is None else _read(row, seal)


def connection_for(email: str, seal: Seal) -> Connection | None:
    """Where whoever has this address signs in: told by what stands behind the @ alone."""
    domain = domain_of(email)
    return next((one for one in connections(seal) if domain in one.mail_domains), None)


def connection_of(organisation: str, seal: Seal) -> Connection | None:
    """Where whoever is invited to this organisation signs in."""
    there = (one for one in connections(seal) if organisation in one.organisations)
    return next((one for one in there if not one.moved_to), None)


def _read(row: LoginConnection, seal: Seal) -> Connection:
    secret = seal.unseal(bytes(row.sealed)) or b""
    return msgspec.convert(
        {**row.settings, "name": row.name, "secret": secret.decode()}, Connection
    )
