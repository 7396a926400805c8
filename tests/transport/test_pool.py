"""Connections: kept when they can be, and never so that one call gets what another one asked."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from balie.transport.bodies import Unreadable, whole_body
from balie.transport.doors import Doorkeeper, look_up
from balie.transport.lines import Dropped, outgoing
from balie.transport.pool import NotConnected, Pool

ALLOWED = frozenset({"127.0.0.1", "localhost"})
ALWAYS = {"User-Agent": "Balie", "Accept": "*/*"}
FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"


@dataclass
class Scripted:
    """A system that answers byte by byte as it is told. heard: every head that came in."""

    answers: Iterator[bytes]
    port: int = 0
    connections: int = 0
    heard: list[str] = field(default_factory=list)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    between: float = 0.0  # seconds between two bytes

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.heard.append(head.decode())
                await self._answer(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter) -> None:
        answer = next(self.answers, b"")
        pieces = [answer] if not self.between else [answer[n : n + 1] for n in range(len(answer))]
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(self.between)
        if not answer or b"Connection: close" in answer:
            raise ConnectionResetError

    async def ask(self, pool: Pool, path: str = "/", method: str = "GET") -> tuple[int, bytes]:
        request = outgoing(method, f"http://127.0.0.1:{self.port}{path}", {}, None, ALWAYS)
        async with pool.exchange(request, 1.0) as answer:
            return answer.status, await whole_body(answer, 1_000_000)


@asynccontextmanager
async def scripted(*answers: bytes) -> AsyncIterator[tuple[Scripted, Pool]]:
    system, pool = Scripted(iter(answers)), Pool(Doorkeeper(look_up, ALLOWED))
    server = await asyncio.start_server(system.serve, "127.0.0.1", 0)
    system.port = server.sockets[0].getsockname()[1]
    try:
        yield system, pool
    finally:
        pool.close()
        server.close()
        await server.wait_closed()


async def test_a_connection_serves_one_call_after_another() -> None:
    async with scripted(FINE, FINE, FINE) as (system, pool):
        for _ in range(3):
            assert await system.ask(pool) == (200, b"fine")
        assert system.connections == 1


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
            b"abc",
        ),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + FINE, b"fine"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
    ],
)
@pytest.mark.parametrize("between", [0.0, 0.0001])
async def test_an_answer_ends_where_its_head_says(
    answer: bytes, body: bytes, between: float
) -> None:
    async with scripted(answer, FINE) as (system, pool):
        system.between = between
        assert (await system.ask(pool))[1] == body
        assert await system.ask(pool) == (200, b"fine")
        assert system.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nfine",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nfine",
        b"HTTP/1.0 200 OK\r\nX: Connection: close\r\n\r\nfine",
    ],
)
async def test_one_that_is_to_be_closed_is_not_used_again(answer: bytes) -> None:
    async with scripted(answer, FINE) as (system, pool):
        assert await system.ask(pool) == (200, b"fine")
        assert await system.ask(pool) == (200, b"fine")
        assert system.connections == 2


async def test_a_second_answer_to_one_question_is_nobodys() -> None:
    planted = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother"
    async with scripted(FINE + planted, FINE) as (system, pool):
        assert await system.ask(pool) == (200, b"fine")
        assert await system.ask(pool) == (200, b"fine")
        assert system.connections == 2


async def test_what_comes_unasked_ends_the_connection() -> None:
    async with scripted(FINE, FINE) as (system, pool):
        await system.ask(pool)
        system.writers[0].write(FINE)
        await asyncio.sleep(0.05)
        assert await system.ask(pool) == (200, b"fine")
        assert system.connections == 2


async def test_the_answer_to_a_call_that_was_given_up_is_nobodys() -> None:
    slow = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother"
    async with scripted(slow, FINE) as (system, pool):
        system.between = 0.01
        call = asyncio.ensure_future(system.ask(pool))
        await asyncio.sleep(0.1)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        system.between = 0.0
        assert await system.ask(pool) == (200, b"fine")
        assert system.connections == 2


@pytest.mark.parametrize(("method", "times"), [("GET", 2), ("PUT", 2), ("POST", 1)])
async def test_over_a_kept_connection_that_had_ended_only_what_can_be_sent_twice_is(
    method: str, times: int
) -> None:
    async with scripted(FINE, b"", FINE) as (system, pool):
        await system.ask(pool)
        if times == 2:
            assert await system.ask(pool, method=method) == (200, b"fine")
        else:
            with pytest.raises(Dropped):
                await system.ask(pool, method=method)
        assert len(system.heard) == 1 + times


async def test_over_a_new_connection_nothing_is_sent_twice() -> None:
    async with scripted(b"", FINE) as (system, pool):
        with pytest.raises(Dropped):
            await system.ask(pool)
        assert len(system.heard) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nfine",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nfine",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
async def test_what_is_no_answer_is_unreadable(answer: bytes) -> None:
    async with scripted(answer, FINE) as (system, pool):
        with pytest.raises(Unreadable):
            await system.ask(pool)
        assert await system.ask(pool) == (200, b"fine")


async def test_the_answer_to_head_has_no_body_whatever_it_says() -> None:
    headed = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
    async with scripted(headed, FINE) as (system, pool):
        assert await system.ask(pool, method="HEAD") == (200, b"")
        assert await system.ask(pool) == (200, b"fine")


async def test_a_large_body_that_is_taken_slowly_is_not_held_in_memory() -> None:
    body = b"x" * 5_000_000
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
    async with scripted(head + body) as (system, pool):
        request = outgoing("GET", f"http://127.0.0.1:{system.port}/", {}, None, ALWAYS)
        async with pool.exchange(request, 1.0) as answer:
            await asyncio.sleep(0.2)
            chunks = [chunk async for chunk in _chunks(answer.chunk)]
        assert max(map(len, chunks)) < 1_500_000
        assert sum(map(len, chunks)) == len(body)


async def _chunks(take: Callable[[], "asyncio.Future[bytes]"]) -> AsyncIterator[bytes]:
    while chunk := await take():
        yield chunk


# ---- what goes out


def head(url: str, body: bytes | None = None, **headers: str) -> list[str]:
    method = "GET" if body is None else "POST"
    return outgoing(method, url, headers, body, ALWAYS).written.decode().split("\r\n")


def test_a_request_goes_out_as_it_was_written() -> None:
    assert head("https://erp.example:8443/a%2Fb?x=1#part", Accept="application/json") == [
        "GET /a%2Fb?x=1 HTTP/1.1",
        "Host: erp.example:8443",
        "Accept: application/json",
        "User-Agent: Balie",
        "",
        "",
    ]
    assert head("http://erp.example?x=1", b"{}")[0:2] == [
        "POST /?x=1 HTTP/1.1",
        "Host: erp.example",
    ]
    assert "Content-Length: 2" in head("http://erp.example", b"{}")
    assert "Content-Length: 0" in head("http://erp.example", b"")
    assert head("http://[::1]:80/")[1] == "Host: [::1]"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://erp.example/",
        "http://",
        "nonsense",
        "http://u:p@erp.example/",
        "http://erp.example:port/",
        "http://erp.example/a b",
        "http://erp.example/a\r\nX: y",
        "http://erp.example/é",
        "http://erp example/",
    ],
)
def test_an_address_that_cannot_be_sent_is_refused(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  whatever it says
        outgoing("GET", url, {}, None, ALWAYS)


@pytest.mark.parametrize(
    ("name", "value"), [("X", "a\r\nY: b"), ("X", "a\0"), ("X Y", "a"), ("", "a"), ("X:", "a")]
)
def test_a_header_that_cannot_be_sent_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValueError, match="header"):
        outgoing("GET", "http://erp.example/", {name: value}, None, ALWAYS)


# ---- locked connections


def certificate(folder: Path) -> Path:
    """A certificate for localhost, signed by nobody else, with its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@asynccontextmanager
async def locked(file: Path) -> AsyncIterator[Scripted]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    system = Scripted(iter([FINE, FINE]))
    server = await asyncio.start_server(system.serve, "127.0.0.1", 0, ssl=context)
    system.port = server.sockets[0].getsockname()[1]
    try:
        yield system
    finally:
        server.close()
        await server.wait_closed()


async def _asked(pool: Pool, url: str) -> int:
    try:
        async with pool.exchange(outgoing("GET", url, {}, None, ALWAYS), 2.0) as answer:
            return answer.status
    finally:
        pool.close()


async def test_a_certificate_that_nobody_trusts_is_refused(tmp_path: Path) -> None:
    async with locked(certificate(tmp_path)) as system:
        with pytest.raises(NotConnected) as caught:
            await _asked(Pool(Doorkeeper(look_up, ALLOWED)), f"https://localhost:{system.port}/")
        assert isinstance(caught.value.__cause__, ssl.SSLCertVerificationError)
        assert system.heard == []


async def test_a_certificate_counts_for_the_names_that_stand_in_it(tmp_path: Path) -> None:
    file = certificate(tmp_path)

    def trusting() -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(file))

    async with locked(file) as system:
        pool = Pool(Doorkeeper(look_up, ALLOWED), trusting)
        assert await _asked(pool, f"https://localhost:{system.port}/") == 200
        other = Pool(Doorkeeper(look_up, ALLOWED), trusting)
        with pytest.raises(NotConnected) as caught:
            await _asked(other, f"https://127.0.0.1:{system.port}/")
        assert isinstance(caught.value.__cause__, ssl.SSLCertVerificationError)
