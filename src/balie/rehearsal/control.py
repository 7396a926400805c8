"""The switches of a rehearsed system, on its own address below `/_rehearsal`.

GET /_rehearsal, GET log?after=N, GET and PUT mode, PUT listener, POST tell, GET and POST
happenings, POST reset, GET and PUT rows/TABLE, PUT and DELETE rows/TABLE/KEY. What they change is
in the log too, marked as control.
"""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Final
from urllib.parse import unquote, urlsplit

from aiohttp import web

from balie.rehearsal.happening import NothingSuch, happen, offers
from balie.rehearsal.mode import BadMode, as_json, changed
from balie.rehearsal.system import System
from balie.rehearsal.trouble import RehearsalError
from balie.systems.rehearsed import JSON, Deed, Effect
from balie.systems.rows import Raw

CONTROL: Final = "/_rehearsal"

Handler = Callable[[System, web.Request], Awaitable[web.Response]]


class _Problem(Exception):
    """What cannot be done, in words."""

    def __init__(self, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.status = status


def add_control(app: web.Application, system: System) -> None:
    """Adds the switches to a server."""
    for method, path, handler in _SWITCHES:
        app.router.add_route(method, f"{CONTROL}{path}", _handled(handler, system))
    app.router.add_route("*", f"{CONTROL}/{{rest:.*}}", _handled(_nothing_here, system))


def note(
    system: System,
    request: web.Request,
    status: int | None,
    did: str,
    *,
    control: bool = False,
    effects: tuple[Effect, ...] = (),
) -> None:
    """Adds a line to the system's log."""
    url = urlsplit(request.raw_path)
    system.journal.add(
        time=system.now().isoformat(timespec="milliseconds"),
        method=request.method,
        path=unquote(url.path),
        query=url.query,
        status=status,
        did=did,
        control=control,
        effects=effects,
    )


def _handled(
    handler: Handler, system: System
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(system, request)
        except (_Problem, BadMode, RehearsalError) as problem:
            status = problem.status if isinstance(problem, _Problem) else 400
            return _json({"problem": str(problem)}, status)

    return handle


async def _index(system: System, _request: web.Request) -> web.Response:
    office = system.office
    return _json(
        {
            "system": office.name,
            "title": office.title,
            "mode": as_json(system.mode),
            "rows": {office.our_name(t): n for t, n in system.holding.sizes().items()},
        }
    )


async def _log(system: System, request: web.Request) -> web.Response:
    after = request.query.get("after", "0")
    if not (after.isascii() and after.isdigit()):
        raise _Problem("`after` should be a number: the `seq` of the last line that you know.")
    return _json([asdict(line) for line in system.journal.since(int(after))])


async def _read_mode(system: System, _request: web.Request) -> web.Response:
    return _json(as_json(system.mode))


async def _change_mode(system: System, request: web.Request) -> web.Response:
    system.mode = changed(system.mode, await _sent(request))
    note(system, request, 200, "the mode was changed", control=True)
    return _json(as_json(system.mode))


async def _listener(system: System, request: web.Request) -> web.Response:
    said = await _sent(request)
    url = said.get("url") if isinstance(said, dict) else None
    if not isinstance(url, str) or not re.fullmatch(r"(https?://[^\s/]+)?", url):
        raise _Problem('Send an object with the address of a portal: {"url": "http://..."}.')
    system.telling.listener = url
    note(system, request, 200, "somebody listens" if url else "nobody listens", control=True)
    return _json({"url": url, "events": list(system.telling.events)})


async def _tell(system: System, request: web.Request) -> web.Response:
    said = await _sent(request)
    event, key = (said.get("event"), said.get("key")) if isinstance(said, dict) else (None, None)
    if event not in system.telling.events or not isinstance(key, str) or not key:
        known = ", ".join(system.telling.events) or "none"
        raise _Problem(f'Send an object with an "event" and a "key". The events are: {known}.')
    if not system.telling.listener:
        raise _Problem("Nobody listens. Say who does with PUT listener.", 409)
    heard = await system.telling.tell(str(event), key)
    note(system, request, 200, f"told {event}", control=True)
    return _json({"heard": 200 <= heard < 300, "status": heard})


async def _happenings(system: System, _request: web.Request) -> web.Response:
    return _json(offers(system))


async def _happen(system: System, request: web.Request) -> web.Response:
    said = await _sent(request)
    name, key = (said.get("name"), said.get("key")) if isinstance(said, dict) else (None, None)
    try:
        heard = await happen(system, str(name), str(key))
    except NothingSuch:
        raise _Problem('Send an object with a "name" and a "key" of GET happenings.', 404) from None
    note(system, request, 200, "something happened by hand", control=True)
    return _json({"heard": heard})


async def _reset(system: System, request: web.Request) -> web.Response:
    system.reset()
    note(system, request, 200, "everything is as it was at the start", control=True)
    return _json(as_json(system.mode))


async def _rows(system: System, request: web.Request) -> web.Response:
    return _json([dict(row) for row in system.holding.rows(_table(system, request))])


async def _change_row(system: System, request: web.Request) -> web.Response:
    table = _table(system, request)
    fields = await _sent(request)
    if not isinstance(fields, dict):
        raise _Problem("Send an object: the fields that change.")
    row = system.holding.change(table, request.match_info["key"], system.stamped(table, fields))
    note(system, request, 200, f"a row of {table} was changed", control=True)
    changed_row = Effect(deed=Deed.CHANGED, table=table, key=request.match_info["key"])
    system.telling.of((changed_row,))
    return _json(dict(row))


async def _change_rows(system: System, request: web.Request) -> web.Response:
    """Many rows that are there already, by their keys, without a word to whoever listens."""
    table = _table(system, request)
    sent = await _sent(request)
    if not isinstance(sent, dict) or not all(isinstance(one, dict) for one in sent.values()):
        raise _Problem("Send an object: the fields that change, by the key of their row.")
    changes = {key: fields for key, fields in sent.items() if isinstance(fields, dict)}
    changed_rows = system.holding.change_all(table, changes)
    note(system, request, 200, f"{changed_rows} rows of {table} were changed", control=True)
    return _json({"changed": changed_rows})


async def _remove_row(system: System, request: web.Request) -> web.Response:
    table = _table(system, request)
    if not system.holding.remove(table, request.match_info["key"]):
        raise _Problem("There is no row with this key.", 404)
    note(system, request, 204, f"a row of {table} was removed", control=True)
    return web.Response(status=204)


async def _nothing_here(_system: System, _request: web.Request) -> web.Response:
    places = ", ".join(f"{method} {CONTROL}{path}" for method, path, _ in _SWITCHES)
    raise _Problem(f"There is nothing here. There are: {places}.", 404)


_SWITCHES: Final[tuple[tuple[str, str, Handler], ...]] = (
    ("GET", "", _index),
    ("GET", "/log", _log),
    ("GET", "/mode", _read_mode),
    ("PUT", "/mode", _change_mode),
    ("PUT", "/listener", _listener),
    ("POST", "/tell", _tell),
    ("GET", "/happenings", _happenings),
    ("POST", "/happenings", _happen),
    ("POST", "/reset", _reset),
    ("GET", "/rows/{table}", _rows),
    ("PUT", "/rows/{table}", _change_rows),
    ("PUT", "/rows/{table}/{key}", _change_row),
    ("DELETE", "/rows/{table}/{key}", _remove_row),
)


def _table(system: System, request: web.Request) -> str:
    """The system's own name of the table in the address, under either name."""
    office = system.office
    asked = request.match_info["table"]
    name = office.tables.get(asked, asked)
    if name not in office.contract.tables:
        known = ", ".join(sorted(office.our_name(table) for table in office.contract.tables))
        raise _Problem(f"There is no table {asked!r}. There are: {known}.", 404)
    return name


async def _sent(request: web.Request) -> Raw:
    """The JSON that was sent."""
    try:
        sent: Raw = json.loads(await request.read())
    except ValueError:
        raise _Problem("What was sent is not JSON.") from None
    return sent


def _json(body: "Raw | list[dict[str, Raw]]", status: int = 200) -> web.Response:
    text = json.dumps(body, ensure_ascii=False)
    return web.Response(status=status, text=text, content_type=JSON)
