"""The others, each doing the work of the same page: how it is started, and whether it is here."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.people import cookie_of
from benchmarks.portal import HERE, ROOT, Office, Portal, ask
from benchmarks.processes import Process, free_ports, running, wait_for

PEERS = HERE / "peers"
INSTALLED = ROOT / "var" / "benchmarks"
JSON, HTML = "application/json", "text/html"


@dataclass(frozen=True)
class Server:
    """Something that answers the page. does: the kinds of round that it takes part in.

    query: of a GraphQL server, with NUMBER in it; all others are asked for the page's address.
    """

    name: str
    port: int
    process: Process
    does: frozenset[str]
    query: str = ""


ALL = frozenset({"cold JSON", "cold HTML", "warm JSON", "warm HTML"})
UNCHANGED = frozenset({"cold, unchanged JSON", "cold, unchanged HTML"})
"""Asked again at every request too, and what the systems answer is what they answered before."""


def missing() -> dict[str, str]:
    """The peers that are not here -> what they want."""
    wants = {
        "fastify": (INSTALLED / "fastify/node_modules/fastify", "Node.js and npm"),
        "drf": (INSTALLED / "drf/bin/gunicorn", "PyPI"),
        "hive": (INSTALLED / "hive/node_modules/@graphql-hive/gateway", "Node.js and npm"),
    }
    found = {
        name: f"{needs}; run make bench-install"
        for name, (path, needs) in wants.items()
        if not path.exists()
    }
    if nginx_program() is None:
        found["nginx"] = "Debian's nginx-light; run make bench-install"
    return found


def nginx_program() -> str | None:
    """Where nginx is."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextmanager
def minimal_asgi(state: Path, office: Office, balie: Portal) -> Iterator[Server]:
    """ASGI without a framework on the same uvicorn."""
    port = free_ports(1)
    command = [sys.executable, "-m", "uvicorn", "app:app", "--port", str(port)]
    command += [
        "--loop",
        "uvloop",
        "--http",
        "httptools",
        "--no-access-log",
        "--log-level",
        "error",
    ]
    environment = {**systems(office), "DATABASE": str(balie.database)}
    folder = PEERS / "minimal_asgi"
    with running(
        "minimal_asgi", command, state=state, environment=environment, folder=folder
    ) as process:
        wait_for(f"http://127.0.0.1:{port}/healthz", process)
        yield Server("minimal ASGI", port, process, ALL)


@contextmanager
def fastify(state: Path, office: Office, balie: Portal) -> Iterator[Server]:
    """Node with fastify and undici."""
    port = free_ports(1)
    environment = {
        **systems(office),
        "DATABASE": str(balie.database),
        "PACKAGES": str(INSTALLED / "fastify"),
        "PORT": str(port),
        "NODE_ENV": "production",
    }
    command = ["node", PEERS / "fastify" / "server.js"]
    with running("fastify", command, state=state, environment=environment) as process:
        wait_for(f"http://127.0.0.1:{port}/healthz", process)
        yield Server("Node fastify", port, process, ALL)


@contextmanager
def drf(state: Path, office: Office, numbers: list[str]) -> Iterator[Server]:
    """Django with Django REST framework on gunicorn, one worker with sixteen threads."""
    port, folder = free_ports(1), PEERS / "drf"
    environment = {**systems(office), "STATE": str(state)}
    (state / "drf.db").unlink(missing_ok=True)
    people = [f"{number}={cookie_of(number)}" for number in numbers]
    prepare = [INSTALLED / "drf/bin/python", "portal.py", *people]
    with running("drf_prepare", prepare, state=state, environment=environment, folder=folder) as it:
        if it.popen.wait(timeout=120):
            it.check()
    command = [INSTALLED / "drf/bin/gunicorn", "portal:application", "--workers", "1"]
    command += ["--worker-class", "gthread", "--threads", "16", "--keep-alive", "60"]
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    with running("drf", command, state=state, environment=environment, folder=folder) as process:
        wait_for(f"http://127.0.0.1:{port}/healthz", process)
        yield Server("Django + DRF", port, process, ALL)


NGINX = """
daemon off; worker_processes 1; pid {state}/nginx.pid; error_log {state}/nginx-error.txt;
events {{ worker_connections 512; }}
http {{
  access_log off; keepalive_requests 10000000; sendfile on; tcp_nopush on;
  open_file_cache max=1000 inactive=60s;
  client_body_temp_path {state}; proxy_temp_path {state}; fastcgi_temp_path {state};
  uwsgi_temp_path {state}; scgi_temp_path {state};
  map $http_accept $kind {{ default json; ~text/html html; }}
  types {{ application/json json; text/html html; }}
  server {{
    listen 127.0.0.1:{port}; root {state}/pages;
    location /warm/ {{ try_files $uri.$kind =404; }}
    location /healthz {{ return 200 "hello\\n"; }}
  }}
}}
"""


@contextmanager
def nginx(state: Path, balie: Portal, numbers: list[str]) -> Iterator[Server]:
    """nginx with the very bytes that Balie answers, as files, for everybody: no sign-in at all."""
    port = free_ports(1)
    pages = state / "pages" / "warm"
    pages.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        (pages / f"{number}.json").write_bytes(ask(balie.port, f"/warm/{number}", number, JSON))
        (pages / f"{number}.html").write_bytes(ask(balie.port, f"/warm/{number}", number, HTML))
    state.chmod(0o755)
    configuration = state / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    configuration.write_text(user + NGINX.format(state=state, port=port))
    command = [nginx_program() or "nginx", "-c", configuration, "-p", state]
    with running("nginx", command, state=state) as process:
        wait_for(f"http://127.0.0.1:{port}/healthz", process)
        yield Server("nginx, static", port, process, frozenset({"warm JSON", "warm HTML"}))


CLEAR = {
    "customer": ("listCustomers", "number", {
        "number": "number", "name": "name", "contact": "contactName", "email": "email",
        "phone": "phone", "street": "street", "postcode": "postcode", "city": "city",
        "points": "points", "since": "since"}),
    "order": ("listOrders", "customerNumber", {
        "number": "number", "status": "status", "placed_on": "orderDate",
        "wanted_on": "requestedDate", "sent_on": "shipDate", "reference": "reference",
        "total": "totalIncludingTax"}),
    "invoice": ("listInvoices", "customerNumber", {
        "number": "number", "status": "status", "date": "invoiceDate", "due_on": "dueDate",
        "order": "orderNumber", "total": "totalIncludingTax", "open_amount": "remaining"}),
    "ticket": ("listTickets", "customerNumber", {
        "number": "number", "subject": "subject", "status": "status", "messages": "messages",
        "opened_on": "openedOn", "answered_on": "answeredOn"}),
}  # fmt: skip
"""Our block -> the gateway's root field, its argument, and our field -> the raw field."""


def graphql_query() -> str:
    """The body of the question that fetches all that the page shows, for customer NUMBER."""
    parts = (
        f'{root}({owner}: "NUMBER") {{ items {{ {" ".join(fields.values())} }} }}'
        for root, owner, fields in CLEAR.values()
    )
    return json.dumps({"query": f"{{ {' '.join(parts)} }}"})


@contextmanager
def hive(state: Path, office: Office, *, cached: bool) -> Iterator[Server]:
    """GraphQL Hive Gateway over the same four OpenAPI descriptions: it composes, and no more."""
    folder, port = INSTALLED / "hive", free_ports(1)
    supergraph = state / "supergraph.graphql"
    environment = {
        **systems(office),
        "PACKAGES": str(folder),
        "CONTRACTS": str(HERE / "blueprint" / "contracts"),
        "CACHED": "1" if cached else "0",
        "NODE_ENV": "production",
    }
    programs, here = folder / "node_modules/.bin", PEERS / "hive"
    if not supergraph.exists():
        compose = [programs / "mesh-compose", "-c", here / "mesh.config.mjs", "-o", supergraph]
        with running("compose", compose, state=state, environment=environment, folder=folder) as it:
            if it.popen.wait(timeout=120):
                it.check()
    name = "hive_cached" if cached else "hive"
    command = [programs / "hive-gateway", "supergraph", supergraph, "-p", str(port)]
    command += ["--host", "127.0.0.1", "-c", here / "gateway.config.mjs"]
    with running(name, command, state=state, environment=environment, folder=folder) as process:
        wait_for(f"http://127.0.0.1:{port}/healthcheck", process)
        does = frozenset({"warm JSON" if cached else "cold JSON"})
        title = "Hive, from its cache" if cached else "Hive, composing only"
        yield Server(title, port, process, does, query=graphql_query())


def systems(office: Office) -> dict[str, str]:
    """Where the systems are, as settings."""
    return {f"{name.upper()}_URL": at for name, at in office.addresses.items()}


def start_all(
    stack: ExitStack, state: Path, office: Office, balie: Portal, numbers: list[str]
) -> list[Server]:
    """Balie and every peer that is here, until the stack ends. All run; one works at a time."""
    away = missing()
    servers = [
        Server("Balie", balie.port, balie.process, ALL | UNCHANGED),
        stack.enter_context(minimal_asgi(state, office, balie)),
    ]
    if "fastify" not in away:
        servers.append(stack.enter_context(fastify(state, office, balie)))
    if "drf" not in away:
        servers.append(stack.enter_context(drf(state, office, numbers)))
    if "hive" not in away:
        servers.append(stack.enter_context(hive(state, office, cached=False)))
        servers.append(stack.enter_context(hive(state, office, cached=True)))
    if "nginx" not in away:
        servers.append(stack.enter_context(nginx(state, balie, numbers)))
    return servers
