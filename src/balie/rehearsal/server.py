"""A rehearsed system as an HTTP server, on an address of its own."""

import asyncio
import socket
import struct
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from aiohttp import web

from balie.rehearsal.control import add_control, note
from balie.rehearsal.system import System
from balie.systems.rehearsed import Asked, Effect

_RESET: Final = struct.pack("ii", 1, 0)  # linger for no time: the client sees a reset
_LARGEST: Final = 20_000_000  # bytes of a request


def server(system: System) -> web.Application:
    """The server of a system, still without an address."""

    async def serve(request: web.Request) -> web.StreamResponse:
        return await _serve(system, request)

    app = web.Application(client_max_size=_LARGEST)
    add_control(app, system)
    app.router.add_route("*", "/{path:.*}", serve)
    return app


async def _serve(system: System, request: web.Request) -> web.StreamResponse:
    nr = system.next_request()
    if system.mode.down:
        return _hang_up(system, request, "down: the connection was reset")
    if system.mode.latency_ms:
        await asyncio.sleep(system.mode.latency_ms / 1000)
    path = urlsplit(request.raw_path).path
    answer = system.answer(nr, path, _asked(request, await request.read()))
    system.telling.of(answer.effects)
    if system.loses_reply(nr):
        return _hang_up(system, request, f"{answer.did}; the reply was lost", answer.effects)
    note(system, request, answer.status, answer.did, effects=answer.effects)
    headers = {"Content-Type": answer.content_type, **answer.headers}
    return web.Response(status=answer.status, body=answer.body, headers=headers)


def _asked(request: web.Request, body: bytes) -> Asked:
    url = urlsplit(request.raw_path)
    steps = tuple(unquote(step) for step in url.path.strip("/").split("/"))
    return Asked(
        method=request.method,
        steps=steps if steps != ("",) else (),
        query=tuple(parse_qsl(url.query, keep_blank_values=True)),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        root=f"{request.scheme}://{request.host}",
    )


def _hang_up(
    system: System, request: web.Request, did: str, effects: tuple[Effect, ...] = ()
) -> web.StreamResponse:
    """Resets the connection, so that the client hears nothing at all."""
    note(system, request, None, did, effects=effects)
    if request.transport is not None:
        connection = request.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        request.transport.abort()
    return web.Response(status=503)
