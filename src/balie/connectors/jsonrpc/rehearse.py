"""The server side of Tryton's JSON-RPC: a rehearsed Tryton with the models of a description.

It signs people in, searches, reads, makes, changes, and makes reports. It has none of Tryton's own
rules: no workflow, no warnings, no rights of groups. What a row says of a record that it points at
is a copy.
"""

import base64
import hmac
import json
import secrets
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final
from xml.sax.saxutils import escape

from balie.connectors.jsonrpc.rehearse_domain import orders_of, tests_of
from balie.connectors.jsonrpc.rehearse_models import (
    KEY,
    NAME,
    Fault,
    Model,
    Models,
    Told,
    beyond,
    field_of,
    models,
    refused,
    told_of,
)
from balie.connectors.jsonrpc.rehearse_values import in_bytes, packed
from balie.connectors.jsonrpc.rehearse_writing import Writing, stamp
from balie.systems.contract import Contract
from balie.systems.profile import Profile
from balie.systems.rehearsed import JSON, Answer, Asked, Held, NotGiven, Question
from balie.systems.rows import Raw, Row

_ALL: Final = 1_000_000  # rows
_SIGN_IN: Final = "common.db.login"
_STAMP: Final = "_timestamp"
_ODT: Final = "application/vnd.oasis.opendocument.text"
_NUMBER: Final = 1  # of the only user that there is


class Refusal(Exception):
    """An answer that is no result and no error of a model. Holds words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


def rehearse(
    *,
    contract: Contract,  # noqa: ARG001  made of the same files, by the client
    files: Sequence[bytes],
    profile: Profile,
    settings: Mapping[str, str],
) -> "Database":
    """A database of a Tryton with the models of these descriptions."""
    return Database(
        described=models(files, profile),
        users=_users(Profile(profile.section("auth")), settings),
        reports=dict(_reports(profile)),
    )


def _users(auth: Profile, settings: Mapping[str, str]) -> Mapping[str, str]:
    """Who may sign in, with which password: as the profile says, else `<SYSTEM>_USER`."""
    if auth.text("user"):
        return {_filled(auth.text("user"), settings): _filled(auth.text("password"), settings)}
    return {
        user: settings.get(f"{name.removesuffix('_USER')}_PASSWORD", "")
        for name, user in settings.items()
        if name.endswith("_USER")
    }


def _filled(text: str, settings: Mapping[str, str]) -> str:
    for name, value in settings.items():
        text = text.replace(f"${{{name}}}", value)
    return text


def _reports(profile: Profile) -> Iterator[tuple[str, str]]:
    """The reports that the profile names, and what each makes."""
    for fields in profile.section("reports").values():
        for said in fields.values() if isinstance(fields, dict) else ():
            if isinstance(said, dict):
                yield str(said.get("report")), str(said.get("as", "pdf"))
            else:
                yield str(said), "pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """One rehearsed database of a Tryton. users: their passwords. reports: what each makes, "pdf"
    or "odt". key: sessions hang on it; another process has another, and ends them all.
    """

    described: Models
    users: Mapping[str, str] = field(repr=False)
    reports: Mapping[str, str]
    key: bytes = field(default_factory=lambda: secrets.token_bytes(16), repr=False)

    def blank(self, table: str) -> Row:
        """Nothing is null, an empty list, or false."""
        blank: dict[str, Raw] = {}
        for name, told in self.described[table].items():
            if told.is_many:
                blank[name] = []
            elif told.kind == "boolean":
                blank[name] = False
            elif not told.required and name != KEY:
                blank[name] = None
        return blank

    def answer(self, asked: Asked, held: Held) -> Answer:
        """The answer to one request."""
        try:
            return self._called(asked, held)
        except Refusal as refusal:
            return self.refuse(refusal.status, "", refusal.words)

    def refuse(self, status: int, title: str, words: str) -> Answer:
        """An error of the server itself: a page of text."""
        text = f"<!doctype html>\n<title>{status}</title>\n<p>{escape(words or title)}</p>\n"
        return Answer(
            status=status, body=text.encode(), content_type="text/html", did=f"refused: {status}"
        )

    def _called(self, asked: Asked, held: Held) -> Answer:
        if asked.steps[-1:] != ("rpc",) or len(asked.steps) != 1:
            raise Refusal(404, "There is no such database.")
        if asked.method != "POST":
            raise Refusal(405, "Calls are sent with POST.")
        number, method, given = _call(asked.body)
        if method != _SIGN_IN:
            self._let_in(asked.headers.get("authorization", ""))
        try:
            said: dict[str, Raw] = {"result": self._result(method, given, held)}
        except Fault as fault:
            said = {"error": fault.said}
        except NotGiven as error:
            raise Refusal(500, str(error)) from error
        body = json.dumps({"id": number, **said}, ensure_ascii=False).encode()
        did = method if "result" in said else f"{method}: {said['error']}"
        return Answer(status=200, body=body, content_type=JSON, did=did[:200])

    # ---- signing in

    def _signed_in(self, given: Sequence[Raw]) -> Raw:
        match given:
            case [str(user), {"password": str(password)}, *_] if user in self.users:
                if hmac.compare_digest(password.encode(), self.users[user].encode()):
                    return [_NUMBER, self._session(user), 300]
        raise Refusal(401, "Wrong user or password.")

    def _session(self, user: str) -> str:
        return hmac.digest(self.key, user.encode(), "sha256").hex()

    def _let_in(self, authorization: str) -> None:
        known = {f"{user}:{_NUMBER}:{self._session(user)}" for user in self.users}
        said = {f"Session {base64.b64encode(one.encode()).decode()}" for one in known}
        if authorization not in said:
            raise Refusal(401, "There is no such session.")

    # ---- methods

    def _result(self, method: str, given: Sequence[Raw], held: Held) -> Raw:
        if method == _SIGN_IN:
            return self._signed_in(given)
        context = given[-1] if given and isinstance(given[-1], dict) else {}
        kind, _, rest = method.partition(".")
        name, _, verb = rest.rpartition(".")
        if (kind, name, verb) == ("model", "res.user", "get_preferences"):
            return {"language": context.get("language")}
        if kind == "report" and verb == "execute":
            return self._report(name, given, held)
        if kind != "model" or name not in self.described:
            raise Fault(f"'{name}'")
        return self._of_model(name, verb, list(given[:-1]), context, held)

    def _of_model(
        self, name: str, verb: str, given: list[Raw], context: Mapping[str, Raw], held: Held
    ) -> Raw:
        writing = Writing(self.described, name, held, context)
        match verb, given:
            case "fields_get", _:
                language = str(context.get("language"))
                return {n: told_of(told, language) for n, told in self.described[name].items()}
            case "search", [domain, offset, limit, order, *_]:
                return [
                    row.get(KEY) for row in self._found(name, domain, offset, limit, order, held)
                ]
            case "search_read", [domain, offset, limit, order, [*paths]]:
                rows = self._found(name, domain, offset, limit, order, held)
                return [self._record(row, self.described[name], paths) for row in rows]
            case "read", [[*numbers], [*paths]]:
                rows = [_there(held.one(name, {KEY: str(number)})) for number in numbers]
                return [self._record(row, self.described[name], paths) for row in rows]
            case "create", [[*records]]:
                return [writing.made(one) for one in records if isinstance(one, dict)]
            case "write", [[*numbers], dict(values)]:
                for number in numbers:
                    writing.changed(number, values)
                return None
            case _:
                raise Refusal(403, f"Calling {verb} of {name} is not allowed.")

    def _found(
        self, name: str, domain: Raw, offset: Raw, limit: Raw, order: Raw, held: Held
    ) -> Sequence[Row]:
        model = self.described[name]
        orders, nothing_last = orders_of(order, model)
        first = offset if isinstance(offset, int) else 0
        many = limit if isinstance(limit, int) else _ALL
        question = Question(
            table=name,
            tests=tests_of(domain, model, self.described),
            orders=orders,
            limit=_ALL if nothing_last else first + many,
        )
        rows = held.find(question).rows
        if nothing_last:
            rows = tuple(sorted(rows, key=lambda row: row.get(orders[0].field) is None))
        return rows[first : first + many]

    def _report(self, name: str, given: Sequence[Raw], held: Held) -> Raw:
        match given:
            case [[int(number), *_], {"model": str(model)}, *_] if name in self.reports:
                row = _there(held.one(model, {KEY: str(number)}))
            case _:
                raise Fault(f"'{name}'")
        kind = self.reports[name]
        paper = held.document(model, row, name)
        made = _odt(f"{model} {row.get('number')}") if kind == "odt" else paper
        return [kind, in_bytes(made), False, name]

    # ---- records

    def _record(self, row: Row, model: Model, paths: Iterable[Raw]) -> Raw:
        said: dict[str, Raw] = {KEY: row[KEY]} if KEY in row else {}
        for name, inner in _tree(paths).items():
            if name == _STAMP:
                said[name] = stamp(row)
            elif not inner:
                said[name] = packed(_own(row, name), field_of(model, name))
            else:
                said[f"{name}."] = self._beyond(row.get(name), field_of(model, name), inner)
        return said

    def _beyond(self, value: Raw, told: Told, paths: Iterable[Raw]) -> Raw:
        model = beyond(told, self.described)
        if isinstance(value, list):
            return [self._beyond(one, told, paths) for one in value]
        return self._record(value, model, paths) if isinstance(value, dict) else value


def _own(row: Row, name: str) -> Raw:
    """A value of a row; every record has a name, though nobody wrote it down."""
    if name != NAME or row.get(NAME) is not None:
        return row.get(name)
    return next((row[one] for one in ("name", "number", "code") if row.get(one)), None)


def _tree(paths: Iterable[Raw]) -> dict[str, list[Raw]]:
    """What is asked of a record, and of those that it points at."""
    tree: dict[str, list[Raw]] = {}
    for path in paths:
        name, _, rest = str(path).partition(".")
        inner = tree.setdefault(name, [])
        if rest:
            inner.append(rest)
    return tree


def _there(row: Row | None) -> Row:
    if row is None:
        raise refused("You are trying to read records that do not exist any more.")
    return row


def _call(body: bytes) -> tuple[Raw, str, Sequence[Raw]]:
    try:
        said: Raw = json.loads(body)
    except ValueError:
        said = None
    match said:
        case {"id": number, "method": str(method), "params": [*given]}:
            return number, method, given
        case _:
            raise Refusal(400, "This is no call.")


def _odt(title: str) -> bytes:
    """The smallest text document that says this. The same words, the same bytes."""
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    text = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    content = (
        f'<office:document-content xmlns:office="{office}" xmlns:text="{text}" '
        f'office:version="1.2"><office:body><office:text><text:p>{escape(title)}</text:p>'
        "</office:text></office:body></office:document-content>"
    )
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{kind}"/>'
        for path, kind in (("/", _ODT), ("content.xml", "text/xml"))
    )
    parts = {
        "mimetype": _ODT,
        "content.xml": content,
        "META-INF/manifest.xml": (
            f'<manifest:manifest xmlns:manifest="{manifest}" manifest:version="1.2">{entries}'
            "</manifest:manifest>"
        ),
    }
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_STORED) as whole:
        for name, part in parts.items():
            whole.writestr(zipfile.ZipInfo(name), part)
    return kept.getvalue()
