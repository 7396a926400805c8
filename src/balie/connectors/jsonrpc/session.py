"""One signed-in session with Tryton: signs in when needed, once for all who wait for it."""

import asyncio
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

import msgspec

from balie.connectors.jsonrpc.values import Wire
from balie.systems.errors import Misconfigured, Unavailable, nothing_is_done_yet
from balie.systems.interpretation import json_of
from balie.systems.transport import Request, Response, Transport

# Tryton 8.2 packs every answer of more than 1,400 characters, asked or not: so we ask.
SIGN_IN = "common.db.login"
HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
}
UNKNOWN_NAME = re.compile(r"'[\w.]+'")  # all that Tryton says about a model or field it lacks


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Where Tryton is, who we are there, and what goes along with every call."""

    title: str
    at: str
    user: str
    password: str = field(repr=False)
    context: Mapping[str, Wire]


@dataclass(frozen=True, slots=True)
class Error:
    """What Tryton says instead of a result. It may hold personal data: it is never told on."""

    said: Wire = field(repr=False)


class Session:
    """Calls methods of Tryton's models. Raises Unavailable or Misconfigured."""

    def __init__(
        self,
        account: Callable[[], Account],
        transport: Transport,
        now: Callable[[], datetime],
        authorization: str | None = None,
    ) -> None:
        """account: looked up for each call, so that a setting may still come.

        authorization: the header of a session to go on with, if there is one.
        """
        self._account = account
        self._transport = transport
        self._now = now
        self._authorization = authorization
        self._signing_in = asyncio.Lock()
        self._numbers = count(1)

    async def call(
        self, method: str, *arguments: Wire, context: Mapping[str, Wire] | None = None
    ) -> Wire:
        """The result of one method; signs in again, once, when the session has ended."""
        account = self._account()
        said = await self.said(method, *arguments, context=context)
        match said:
            case Error(words):
                raise _fault(account.title, words, method)
            case _:
                return said

    async def said(
        self, method: str, *arguments: Wire, context: Mapping[str, Wire] | None = None
    ) -> "Wire | Error":
        """The result of one method, or the error that Tryton itself gives instead of it."""
        account = self._account()
        parameters: list[Wire] = [*arguments, {**account.context, **(context or {})}]
        with nothing_is_done_yet():
            used = self._authorization or await self._sign_in(account, instead_of=None)
        response = await self._post(account, method, parameters, used)
        if response.status == 401:
            with nothing_is_done_yet():
                used = await self._sign_in(account, instead_of=used)
            response = await self._post(account, method, parameters, used)
        return self._result(account, response, method)

    async def _sign_in(self, account: Account, *, instead_of: str | None) -> str:
        async with self._signing_in:
            current = self._authorization
            if current is not None and current != instead_of:
                return current  # somebody else signed in while we waited
            self._authorization = None
            self._authorization = await self._new_session(account)
            return self._authorization

    async def _new_session(self, account: Account) -> str:
        parameters: list[Wire] = [account.user, {"password": account.password}]
        response = await self._post(account, SIGN_IN, parameters, None)
        if response.status == 401:
            raise Misconfigured(f"{account.title} does not accept our user and password.")
        match self._result(account, response, SIGN_IN):
            case Error(words):
                raise _fault(account.title, words, SIGN_IN)
            case [int(user), str(key), *_]:
                return "Session " + b64encode(f"{account.user}:{user}:{key}".encode()).decode()
            case _:
                raise Unavailable(f"{account.title} gave no session when we signed in.")

    async def _post(
        self, account: Account, method: str, parameters: list[Wire], authorization: str | None
    ) -> Response:
        call = {"id": next(self._numbers), "method": method, "params": parameters}
        request = Request(
            method="POST",
            url=f"{account.at}/rpc/",
            headers=HEADERS
            if authorization is None
            else HEADERS | {"Authorization": authorization},
            body=msgspec.json.encode(call),
            template=method,
        )
        return await self._transport.send(request)

    def _result(self, account: Account, response: Response, method: str) -> "Wire | Error":
        title = account.title
        if response.status == 404:
            raise Misconfigured(f"{title} has no such database. The address must end in its name.")
        answer = json_of(response, title=title, table=method, now=self._now())
        match answer:
            case {"error": said}:
                return Error(said)
            case {"result": result}:
                return result
            case _:
                raise Unavailable(f"{title} answered {method} without a result.")


def _fault(title: str, said: Wire, method: str) -> Unavailable | Misconfigured:
    """What an error inside a good answer means. Its text may hold personal data: it stays here."""
    match said:
        case ["UserError", *_]:
            return Misconfigured(
                f"{title} refuses {method}: give our user's group the right to it."
            )
        case [str(name), *_] if UNKNOWN_NAME.fullmatch(name):
            return Misconfigured(f"{title} knows no {name}, which {method} asks for.")
        case ["ConcurrencyException" | "LoginException" | "UserWarning" as kind, *_]:
            return Unavailable(f"{title} answered {method} with {kind}.")
        case _:
            return Unavailable(f"{title} failed inside {method}.")
