"""Which addresses may be called."""

import socket
from ipaddress import ip_address

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from balie.transport.doors import Doorkeeper, NotAllowed, is_public


class Book(AbstractResolver):
    """Looks names up in a book."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in self.addresses
        ]

    async def close(self) -> None:
        return None


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::1",
        "2001:0:7f00:1:0:0:80ff:fffe",
    ],
)
def test_an_address_of_our_own_network_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2a00:1450:4001:800::200e", "64:ff9b::808:808"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


async def test_a_name_that_stands_for_our_own_network_is_refused() -> None:
    door = Doorkeeper(Book("10.0.0.7", "::1"), frozenset())
    with pytest.raises(NotAllowed):
        await door.resolve("erp.example")


async def test_only_the_public_addresses_of_a_name_are_called() -> None:
    door = Doorkeeper(Book("10.0.0.7", "8.8.8.8"), frozenset())
    assert [one["host"] for one in await door.resolve("erp.example")] == ["8.8.8.8"]


async def test_a_host_that_is_allowed_by_name_may_be_private() -> None:
    door = Doorkeeper(Book("10.0.0.7"), frozenset({"ERP.internal", "127.0.0.1"}))
    assert [one["host"] for one in await door.resolve("erp.Internal")] == ["10.0.0.7"]
    door.check("127.0.0.1")
    with pytest.raises(NotAllowed):
        door.check("127.0.0.2")
    with pytest.raises(NotAllowed):
        door.check("[::1]")
