"""The proxy does what it says: else what is proved with it is worth nothing."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import PurePosixPath

import httpx
import pytest

from tests.faults.fault import HEARD, Fault, Plan
from tests.faults.proxy import FaultProxy

SAYS = b"\x1f\x8b as it is, \x00 and whole " * 40


class Ledger(ThreadingHTTPServer):
    """A system that writes down what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Clerk)
        self.heard: list[tuple[str, str, bytes, str]] = []


class _Clerk(BaseHTTPRequestHandler):
    server: Ledger
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.heard.append((self.command, self.path, body, self.headers["Host"]))
        self.send_response(201 if self.command == "POST" else 200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(len(SAYS)))
        self.send_header("X-Number", PurePosixPath(self.path).name)
        self.end_headers()
        self.wfile.write(SAYS)

    do_POST = do_GET  # noqa: N815 - as the standard library wants it

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Says nothing."""


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()


@pytest.fixture
def proxy(ledger: Ledger) -> Iterator[FaultProxy]:
    with FaultProxy(f"http://127.0.0.1:{ledger.server_port}/office") as here:
        yield here


def test_what_meets_no_fault_passes_byte_for_byte(proxy: FaultProxy, ledger: Ledger) -> None:
    answer = httpx.post(f"{proxy.url}/orders/7%2F8?a=%20b", content=b"\x00 a body")
    assert (answer.status_code, answer.content) == (201, SAYS)
    assert answer.headers["X-Number"] == "7%2F8?a=%20b"
    host = proxy.url.split("/")[2]
    assert ledger.heard == [("POST", "/office/orders/7%2F8?a=%20b", b"\x00 a body", host)]


@pytest.mark.parametrize("fault", Fault)
def test_the_system_hears_just_what_the_fault_says(
    proxy: FaultProxy, ledger: Ledger, fault: Fault
) -> None:
    proxy.plan = Plan(faults=(fault,))
    _ask(proxy)
    assert len(ledger.heard) == (1 if fault in HEARD else 0)
    assert [(p.fault, p.was_heard) for p in proxy.journal] == [(fault, fault in HEARD)]
    assert proxy.met() == {fault: 1}


@pytest.mark.parametrize(
    ("fault", "met"),
    [
        (Fault.RESET, httpx.ReadError),
        (Fault.LOST_REPLY, httpx.ReadError),
        (Fault.TIME_OUT, httpx.ReadTimeout),
        (Fault.CUT, httpx.ReadError),
    ],
)
def test_who_asks_meets_what_networks_do(
    proxy: FaultProxy, fault: Fault, met: type[Exception]
) -> None:
    proxy.plan = Plan(faults=(fault,))
    assert isinstance(_ask(proxy), met)


@pytest.mark.parametrize("fault", [Fault.TOO_MANY, Fault.UNAVAILABLE])
def test_a_gateway_says_when_to_come_back(proxy: FaultProxy, fault: Fault) -> None:
    proxy.plan = Plan(faults=(fault,), retry_after=3)
    answer = _ask(proxy)
    assert isinstance(answer, httpx.Response)
    assert (answer.status_code, answer.headers["Retry-After"]) == (int(fault), "3")


def test_rubbish_has_status_200_and_is_never_the_answer(proxy: FaultProxy) -> None:
    proxy.plan = Plan(faults=(Fault.RUBBISH,))
    answers = [_ask(proxy) for _ in range(5)]
    assert all(isinstance(one, httpx.Response) and one.status_code == 200 for one in answers)
    contents = {one.content for one in answers if isinstance(one, httpx.Response)}
    assert len(contents) == 5
    assert SAYS not in contents


def test_a_quota_lets_so_many_through_and_no_more(proxy: FaultProxy, ledger: Ledger) -> None:
    proxy.plan = Plan(quota=(3, 60.0), retry_after=1)
    statuses = [a.status_code for a in (_ask(proxy) for _ in range(5)) if not _failed(a)]
    assert statuses == [200, 200, 200, 429, 429]
    assert len(ledger.heard) == 3


def test_a_quota_is_there_again_in_the_next_window(proxy: FaultProxy) -> None:
    proxy.plan = Plan(quota=(1, 0.2))
    first = _ask(proxy)
    threading.Event().wait(0.25)
    second = _ask(proxy)
    assert [a.status_code for a in (first, second) if not _failed(a)] == [200, 200]


def test_a_share_meets_faults_and_the_same_ones_for_the_same_seed() -> None:
    plan = Plan(faults=tuple(Fault), share=0.2, seed=7)
    met = [plan.fault_of(n, "GET") for n in range(1000)]
    assert met == [plan.fault_of(n, "GET") for n in range(1000)]
    assert 150 < sum(fault is not None for fault in met) < 250
    assert {fault for fault in met if fault is not None} == set(Fault)
    assert met != [
        Plan(faults=tuple(Fault), share=0.2, seed=8).fault_of(n, "GET") for n in range(1000)
    ]


def test_faults_of_writes_leave_reads_alone() -> None:
    plan = Plan(faults=(Fault.RESET,), writes=True)
    assert plan.fault_of(1, "GET") is None
    assert plan.fault_of(1, "POST") is Fault.RESET


def _failed(answer: "httpx.Response | Exception") -> bool:
    return isinstance(answer, Exception)


def _ask(proxy: FaultProxy) -> "httpx.Response | Exception":
    try:
        return httpx.get(f"{proxy.url}/orders/7", timeout=1.0)
    except httpx.TransportError as error:
        return error
