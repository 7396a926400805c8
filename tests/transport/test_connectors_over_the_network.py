"""The connectors hold to their contract over the transport that Balie really uses."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from balie.connectors.http import test_http
from balie.connectors.odata import test_odata
from balie.systems.transport import Transport
from balie.transport.http import Network
from balie.transport.limits import Limits


@asynccontextmanager
async def over_the_network() -> AsyncIterator[Transport]:
    network = Network(allowed_private=frozenset({"127.0.0.1"}))
    try:
        yield network.transport("system", limits=Limits(whole=0.5, most_bytes=1_000_000))
    finally:
        await network.close()


class TestODataOverTheNetwork(test_odata.TestOData):
    def transport(self) -> AbstractAsyncContextManager[Transport]:
        return over_the_network()


class TestHttpOverTheNetwork(test_http.TestHttp):
    def transport(self) -> AbstractAsyncContextManager[Transport]:
        return over_the_network()


class TestHttpWithLinksOverTheNetwork(test_http.TestHttpWithLinks):
    def transport(self) -> AbstractAsyncContextManager[Transport]:
        return over_the_network()
