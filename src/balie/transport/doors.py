"""Which addresses may be called: the internet, and what is allowed by name.

What a name stands for is decided when it is called, by the same look-up that is then connected
to; so a name that changes its address in between gains nothing.
"""

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from aiohttp.abc import AbstractResolver, ResolveResult

_NAT64 = ip_network("64:ff9b::/96")


class NotAllowed(OSError):
    """An address that is not on the internet, of a host that was not allowed by name."""


class Doorkeeper(AbstractResolver):
    """A resolver that drops addresses that may not be called."""

    def __init__(self, resolver: AbstractResolver, allowed_private: frozenset[str]) -> None:
        self._resolver = resolver
        self._allowed = frozenset(host.lower() for host in allowed_private)
        self._checked: set[str] = set()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a host that may be called. Raises NotAllowed when none may."""
        found = await self._resolver.resolve(host, port, family)
        allowed = [one for one in found if self._may(host, one["host"])]
        if found and not allowed:
            raise NotAllowed(f"{host} is an address of our own network")
        return allowed

    async def close(self) -> None:
        """Closes the resolver inside."""
        await self._resolver.close()

    def check(self, host: str) -> None:
        """Raises NotAllowed when a host is written as an address that may not be called."""
        if host in self._checked:
            return
        if _address(host) is not None and not self._may(host, host):
            raise NotAllowed(f"{host} is an address of our own network")
        self._checked.add(host)

    def _may(self, host: str, address: str) -> bool:
        if host.lower() in self._allowed:
            return True
        found = _address(address)
        return found is not None and is_public(found)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is on the internet, whatever it is wrapped in."""
    return all(one.is_global and not one.is_multicast for one in _unwrapped(address))


def _unwrapped(address: IPv4Address | IPv6Address) -> Sequence[IPv4Address | IPv6Address]:
    """The address, and the IPv4 address that an IPv6 one stands for."""
    if isinstance(address, IPv4Address):
        return (address,)
    if address.ipv4_mapped:
        return (address.ipv4_mapped,)
    if address in _NAT64:
        return (IPv4Address(int(address) & 0xFFFF_FFFF),)
    inner = [address.sixtofour, *(address.teredo or ())]
    return (address, *(one for one in inner if one))


def _address(written: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(written.strip("[]").partition("%")[0])
    except ValueError:
        return None
