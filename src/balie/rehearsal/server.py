"""One rehearsed system as an HTTP server: its dialect behind a door, with mischief on command.

Control, on the same address: GET /_rehearsal, GET /_rehearsal/log?after=N, GET and PUT
/_rehearsal/mode, POST /_rehearsal/reset, GET /_rehearsal/rows/TABLE, PUT and DELETE
/_rehearsal/rows/TABLE/KEY.
"""

import asyncio
import json
import socket
import struct
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from aiohttp import web

from balie.rehearsal.backoffice import BackOffice
from balie.rehearsal.door import Door
from balie.rehearsal.garbage import OF_ROWS, break_a_row, break_answer
from balie.rehearsal.holding import Holding, View
from balie.rehearsal.journal import Journal
from balie.rehearsal.mode import BadMode, Garbage, Mode, as_json, changed, happens
from balie.systems.contract import Type
from balie.systems.rehearsed import JSON, Answer, Asked, Rehearsed
from balie.systems.rows import Raw, Row

CONTROL: Final = "/_rehearsal"
_FAILURES: Final = (500, 503, 502, 429)  # in turn
_RETRY_AFTER: Final = "1"  # seconds
_RESET: Final = struct.pack("ii", 1, 0)  # linger for no time: the client sees a reset
Now = Callable[[], datetime]


class System:
    """One rehearsed system: what it holds, how it behaves, what it did."""

    def __init__(
        self,
        *,
        office: BackOffice,
        dialect: Rehearsed,
        door: Door,
        holding: Holding,
        journal: Journal,
        now: Now,
    ) -> None:
        self._office = office
        self._dialect = dialect
        self._door = door
        self._holding = holding
        self._journal = journal
        self._now = now
        self._mode = Mode()
        self._requests = 0

    def app(self) -> web.Application:
        """The server, still without an address."""
        app = web.Application(client_max_size=20_000_000)
        app.router.add_get(CONTROL, self._index)
        app.router.add_get(f"{CONTROL}/log", self._log)
        app.router.add_get(f"{CONTROL}/mode", self._read_mode)
        app.router.add_put(f"{CONTROL}/mode", self._change_mode)
        app.router.add_post(f"{CONTROL}/reset", self._reset)
        app.router.add_get(f"{CONTROL}/rows/{{table}}", self._rows)
        app.router.add_put(f"{CONTROL}/rows/{{table}}/{{key}}", self._change_row)
        app.router.add_delete(f"{CONTROL}/rows/{{table}}/{{key}}", self._remove_row)
        app.router.add_route("*", f"{CONTROL}/{{rest:.*}}", self._no_such_control)
        app.router.add_route("*", "/{path:.*}", self._serve)
        return app

    # ---- the system itself

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self._requests += 1
        nr, mode = self._requests, self._mode
        if mode.latency_ms and not mode.down:
            await asyncio.sleep(mode.latency_ms / 1000)
        if mode.down:
            return self._hang_up(request, "down: the connection was reset")
        if happens("failure", mode.failure_rate, nr):
            return self._sent(request, self._failure(nr))
        answer = self._answer(request, await request.read(), mode, nr)
        if happens("lost reply", mode.lost_reply_rate, nr):
            return self._hang_up(request, f"{answer.did}; the reply was lost")
        return self._sent(request, answer)

    def _answer(self, request: web.Request, body: bytes, mode: Mode, nr: int) -> Answer:
        """The answer of the system in this mode."""
        rubbish = self._rubbish(mode, nr)
        answer = self._honest(request, body, mode, rubbish)
        return answer if rubbish is None or answer.status != 200 else _spoiled(answer, *rubbish)

    def _rubbish(self, mode: Mode, nr: int) -> tuple[Garbage, int] | None:
        """Which rubbish this request gets, and for the how manieth time round."""
        if not happens("garbage", mode.garbage_rate, nr):
            return None
        before = sum(happens("garbage", mode.garbage_rate, n) for n in range(1, nr))
        round_, turn = divmod(before, len(mode.garbage))
        return mode.garbage[turn], round_

    def _honest(
        self, request: web.Request, body: bytes, mode: Mode, rubbish: tuple[Garbage, int] | None
    ) -> Answer:
        """What the system would say; with one broken row when that is the rubbish of the day."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        path = urlsplit(request.raw_path).path
        if self._door.gives_tokens_at(path):
            return self._token(request.method, body, headers)
        shut = self._door.stays_shut(headers)
        if shut:
            refusal = self._dialect.refuse(401, "Not signed in", shut)
            return _with(refusal, {"WWW-Authenticate": "Bearer"})
        spoil = None
        if rubbish is not None and rubbish[0] in OF_ROWS:
            spoil = partial(break_a_row, *rubbish)
        return self._dialect.answer(
            _asked(request, headers), View(self._holding, mode.ignore_filters, spoil)
        )

    def _token(self, method: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        if method != "POST":
            return self._dialect.refuse(405, "Method not allowed", "Tokens are asked with POST.")
        return self._door.give_token(body, headers)

    def _failure(self, nr: int) -> Answer:
        status = _FAILURES[nr % len(_FAILURES)]
        refusal = self._dialect.refuse(status, "Failure", "Something is wrong with this system.")
        headers = {"Retry-After": _RETRY_AFTER} if status in {429, 503} else {}
        return _with(refusal, headers, did=f"failed with {status}")

    def _sent(self, request: web.Request, answer: Answer) -> web.StreamResponse:
        self._note(request, answer.status, answer.did)
        headers = {"Content-Type": answer.content_type, **answer.headers}
        return web.Response(status=answer.status, body=answer.body, headers=headers)

    def _hang_up(self, request: web.Request, did: str) -> web.StreamResponse:
        """Resets the connection, so that the client hears nothing at all."""
        self._note(request, None, did)
        if request.transport is not None:
            connection = request.transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            request.transport.abort()
        return web.Response(status=503)

    def _note(
        self, request: web.Request, status: int | None, did: str, *, control: bool = False
    ) -> None:
        url = urlsplit(request.raw_path)
        self._journal.add(
            time=self._now().isoformat(timespec="milliseconds"),
            method=request.method,
            path=unquote(url.path),
            query=url.query,
            status=status,
            did=did,
            control=control,
        )

    # ---- control

    async def _index(self, _request: web.Request) -> web.Response:
        office = self._office
        return _json(
            {
                "system": office.name,
                "title": office.title,
                "mode": as_json(self._mode),
                "rows": {office.our_name(t): n for t, n in self._holding.sizes().items()},
            }
        )

    async def _log(self, request: web.Request) -> web.Response:
        after = request.query.get("after", "0")
        if not after.isdigit():
            return _bad("`after` should be a number: the `seq` of the last line that you know.")
        return _json([asdict(line) for line in self._journal.since(int(after))])

    async def _read_mode(self, _request: web.Request) -> web.Response:
        return _json(as_json(self._mode))

    async def _change_mode(self, request: web.Request) -> web.Response:
        try:
            self._mode = changed(self._mode, await _sent_json(request))
        except BadMode as error:
            return _bad(str(error))
        self._note(request, 200, "the mode was changed", control=True)
        return _json(as_json(self._mode))

    async def _reset(self, request: web.Request) -> web.Response:
        self._holding.reset()
        self._door.forget_tokens()
        self._mode = Mode()
        self._requests = 0
        self._note(request, 200, "everything is as it was at the start", control=True)
        return _json(as_json(self._mode))

    async def _rows(self, request: web.Request) -> web.Response:
        table = self._table(request)
        if table is None:
            return self._no_table()
        return _json([dict(row) for row in self._holding.rows(table)])

    async def _change_row(self, request: web.Request) -> web.Response:
        table = self._table(request)
        if table is None:
            return self._no_table()
        try:
            fields = await _sent_json(request)
        except BadMode as error:
            return _bad(str(error))
        if not isinstance(fields, dict):
            return _bad("Send an object: the fields that change.")
        row = self._holding.change(table, request.match_info["key"], self._stamped(table, fields))
        self._note(request, 200, f"a row of {table} was changed", control=True)
        return _json(dict(row))

    async def _remove_row(self, request: web.Request) -> web.Response:
        table = self._table(request)
        if table is None:
            return self._no_table()
        if not self._holding.remove(table, request.match_info["key"]):
            return _json({"problem": "There is no row with this key."}, status=404)
        self._note(request, 204, f"a row of {table} was removed", control=True)
        return web.Response(status=204)

    async def _no_such_control(self, _request: web.Request) -> web.Response:
        return _json({"problem": f"There is: {CONTROL}, and in it log, mode, reset, rows."}, 404)

    def _table(self, request: web.Request) -> str | None:
        """The system's own name of the table asked for, under either name."""
        asked = request.match_info["table"]
        name = self._office.tables.get(asked, asked)
        return name if name in self._office.contract.tables else None

    def _no_table(self) -> web.Response:
        known = ", ".join(sorted(self._office.our_name(t) for t in self._office.contract.tables))
        return _json({"problem": f"There is no such table. There are: {known}."}, 404)

    def _stamped(self, table: str, fields: Row) -> Row:
        """The fields, and the moment of the change where the table keeps one."""
        known = self._office.contract.tables[table].fields
        stamp = next((n for n in _STAMPS if n in known and known[n].type is Type.DATETIME), None)
        if stamp is None or stamp in fields:
            return fields
        moment = self._now().isoformat(timespec="seconds").replace("+00:00", "Z")
        return {**fields, stamp: moment}


_STAMPS: Final = ("lastModifiedDateTime", "changedAt", "updatedAt", "modifiedAt")


def _asked(request: web.Request, headers: Mapping[str, str]) -> Asked:
    url = urlsplit(request.raw_path)
    steps = tuple(unquote(step) for step in url.path.strip("/").split("/"))
    return Asked(
        method=request.method,
        steps=steps if steps != ("",) else (),
        query=tuple(parse_qsl(url.query, keep_blank_values=True)),
        headers=headers,
        root=f"{request.scheme}://{request.host}",
    )


def _spoiled(answer: Answer, kind: Garbage, _round: int) -> Answer:
    broken = answer if kind in OF_ROWS else break_answer(kind, answer)
    return _with(broken, {}, did=f"{answer.did}; garbage: {kind}")


def _with(answer: Answer, headers: Mapping[str, str], did: str = "") -> Answer:
    return Answer(
        status=answer.status,
        body=answer.body,
        content_type=answer.content_type,
        headers={**answer.headers, **headers},
        did=did or answer.did,
    )


async def _sent_json(request: web.Request) -> Raw:
    """What was sent. Raises BadMode when it is no JSON."""
    try:
        sent: Raw = json.loads(await request.read())
    except ValueError as error:
        raise BadMode("What was sent is not JSON.") from error
    return sent


def _json(body: object, status: int = 200) -> web.Response:
    text = json.dumps(body, ensure_ascii=False)
    return web.Response(status=status, text=text, content_type=JSON)


def _bad(words: str) -> web.Response:
    return _json({"problem": words}, 400)
