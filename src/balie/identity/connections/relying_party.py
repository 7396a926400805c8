"""The way to a provider and back: authorization code with PKCE, state, nonce, and every check.

What goes along stands in the connection alone; nothing of an address can change it.
"""

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from http import HTTPStatus
from types import MappingProxyType
from urllib.parse import quote_plus, urlencode

import msgspec

from balie.identity.connections.claims import Said, said_of
from balie.identity.connections.client_proof import proven
from balie.identity.connections.connection import Connection
from balie.identity.connections.mail import Mail, mail_of
from balie.identity.connections.provider import Metadata, Providers
from balie.identity.connections.proving import check_level, has_two_steps, level_asked
from balie.identity.connections.refusals import Check, Refused
from balie.identity.connections.tokens import (
    NOT_A_SUBJECT,
    Claims,
    check_access_hash,
    check_audience,
    check_policy,
    check_times,
    head_of,
    read_json,
    same,
    signed_claims,
    signed_in_at,
    text_of,
)
from balie.systems.transport import Request

LASTS = 10 * 60
"""Seconds that somebody may take at the provider."""

FORGOT_PASSWORD = "AADB2C90118"  # noqa: S105 - how Azure AD B2C says so
ASK_AGAIN = frozenset(
    {"interaction_required", "login_required", "account_selection_required", "consent_required"}
)
"""How a provider says that it wants something of the person first."""

_ERRORS: Mapping[str, Check] = MappingProxyType(
    {"invalid_client": Check.CLIENT, "invalid_grant": Check.CODE}
)
_KINDS_OF_ID_TOKEN = frozenset({"", "jwt"})

Query = Mapping[str, Sequence[str]]


class ForgotPassword(Exception):
    """Somebody chose "forgot my password" at Azure AD B2C, which has a policy of its own for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A sign-in that is under way; kept in the browser's session. at: seconds since 1970.

    proves: two steps, of who is signed in already. within: no longer ago than so many seconds.
    """

    state: str
    connection: str
    nonce: str
    verifier: str
    at: float
    next: str = ""
    proves: bool = False
    within: int | None = None

    def kept(self) -> dict[str, object]:
        """As it is kept."""
        return asdict(self)


def journey_of(kept: object) -> Journey | None:
    """The journey that was kept; None when it is none."""
    try:
        return msgspec.convert(kept, Journey)
    except msgspec.ValidationError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Whom the provider says that this is, after every check. sid: of the session there.

    claims: of each name of `me` that the connection has a claim for.
    id_token: as it came, to sign out there with. Of mail and proof the source is one document.
    two_steps: whether the provider says that they were proved. signed_in_at: when, in seconds since
    1970; 0 when it does not say.
    """

    connection: str
    issuer: str
    subject: str
    sub: str
    mail: Mail
    name: str = ""
    sid: str = ""
    id_token: str = field(default="", repr=False)
    two_steps: bool = False
    signed_in_at: int = 0
    claims: Mapping[str, Said] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class _Tokens:
    id_token: str
    access_token: str


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Sends people to their provider, and believes what comes back only when all of it holds.

    callback: name of a connection -> our address there, as it is registered.
    now: seconds since 1970.
    """

    providers: Providers
    callback: Callable[[str], str]
    now: Callable[[], float]

    async def begin(
        self, connection: Connection, *, next_page: str = "", email: str = ""
    ) -> tuple[Journey, str]:
        """A journey to keep, and where to send the browser. Raises Refused."""
        return await self._begin(connection, self._journey(connection, next_page), email, {})

    async def silent_address(self, connection: Connection) -> str:
        """Where a browser would be sent that must not ask anybody anything. Raises Refused."""
        asked = self._journey(connection, "")
        return (await self._begin(connection, asked, "", {"prompt": "none"}))[1]

    async def begin_proving(
        self, connection: Connection, *, within: int | None, next_page: str, email: str
    ) -> tuple[Journey, str]:
        """The same, for who is signed in and must prove two steps, `within` so many seconds."""
        if not connection.can_prove:
            raise Refused(Check.CANNOT_PROVE)
        asked = replace(self._journey(connection, next_page), proves=True, within=within)
        return await self._begin(connection.proving, asked, email, level_asked(connection, within))

    def _journey(self, connection: Connection, next_page: str) -> Journey:
        return Journey(
            state=secrets.token_urlsafe(32),
            connection=connection.name,
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            at=self.now(),
            next=next_page,
        )

    async def _begin(
        self, connection: Connection, journey: Journey, email: str, level: Mapping[str, str]
    ) -> tuple[Journey, str]:
        metadata = await self.providers.metadata(connection)
        asked = {
            "response_type": "code",
            "client_id": connection.client_id,
            "redirect_uri": self.callback(connection.name),
            "scope": " ".join(connection.scopes),
            "state": journey.state,
            "nonce": journey.nonce,
            "code_challenge": _challenge(journey.verifier),
            "code_challenge_method": "S256",
        } | ({"login_hint": email} if email else {})
        asked.update(level)
        if metadata.must_push:
            pushed = await self._pushed(connection, metadata, asked)
            asked = {"client_id": connection.client_id, "request_uri": pushed}
        return journey, with_query(metadata.authorization_endpoint, asked)

    async def _pushed(
        self, connection: Connection, metadata: Metadata, asked: Mapping[str, str]
    ) -> str:
        """What the provider calls a request that it got from us ourselves (RFC 9126). Raises
        Refused.
        """
        there = metadata.pushed_authorization_request_endpoint
        status, said = await self._asked_as_ourselves(connection, metadata, there, asked)
        if status not in (HTTPStatus.CREATED, HTTPStatus.OK):
            raise Refused(Check.CLIENT if said.get("error") == "invalid_client" else Check.PUSHED)
        return text_of(said, "request_uri", Check.PUSHED)

    async def finish(
        self, connection: Connection, journey: Journey | None, answer: Query
    ) -> Arrival:
        """Whom the provider says that this is. Raises Refused, or ForgotPassword."""
        if journey is None or journey.connection != connection.name:
            raise Refused(Check.STATE)
        if not 0 <= self.now() - journey.at <= LASTS:
            raise Refused(Check.STATE)
        if any(len(values) > 1 for values in answer.values()):
            raise Refused(Check.REPEATED)
        said = {name: values[0] for name, values in answer.items() if values}
        if not same(said.get("state", ""), journey.state):
            raise Refused(Check.STATE)
        asked = connection.proving if journey.proves else connection
        metadata = await self.providers.metadata(asked)
        code = _code(asked, metadata, said)
        tokens = await self._exchange(asked, metadata, journey, code)
        claims = await self._believed(asked, journey, tokens)
        if journey.proves:
            check_level(connection, claims, journey.within, journey.at, self.now())
        about = await self._userinfo(asked, metadata, tokens, claims)
        return _arrival(connection, tokens, claims, about, self.now())

    async def _exchange(
        self, connection: Connection, metadata: Metadata, journey: Journey, code: str
    ) -> _Tokens:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback(connection.name),
            "code_verifier": journey.verifier,
        }
        return _tokens(*await self.token_request(connection, metadata, form))

    async def token_request(
        self, connection: Connection, metadata: Metadata, form: Mapping[str, str]
    ) -> tuple[int, Mapping[str, object]]:
        """Asks the token endpoint as ourselves: status and what it says. Raises Refused."""
        there = metadata.token_endpoint
        return await self._asked_as_ourselves(connection, metadata, there, form)

    async def _asked_as_ourselves(
        self, connection: Connection, metadata: Metadata, address: str, form: Mapping[str, str]
    ) -> tuple[int, Mapping[str, object]]:
        own, headers = proven(connection, metadata.token_endpoint, self.now())
        request = Request(
            method="POST",
            url=address,
            headers={
                "content-type": "application/x-www-form-urlencoded",
                "accept": "application/json",
                **headers,
            },
            body=urlencode({**form, **own}, quote_via=quote_plus).encode(),
            template="/token" if address == metadata.token_endpoint else "/par",
        )
        answer = await self.providers.send(connection, request)
        try:
            return answer.status, read_json(answer.body)
        except ValueError as error:
            refused = Check.CLIENT if answer.status == HTTPStatus.UNAUTHORIZED else None
            raise Refused(refused or Check.TOKEN_ANSWER) from error

    async def _believed(self, connection: Connection, journey: Journey, tokens: _Tokens) -> Claims:
        """What the ID token says, once every check holds."""
        head = head_of(tokens.id_token)
        if head.algorithm not in connection.algorithms:
            raise Refused(Check.ALGORITHM)
        if head.type not in _KINDS_OF_ID_TOKEN:
            raise Refused(Check.TYPE)
        key = await self.providers.key(connection, head)
        claims = signed_claims(tokens.id_token, key, head)
        if claims.get("iss") != connection.issuer:
            raise Refused(Check.ISSUER)
        if "events" in claims:  # a logout token, whatever it calls itself
            raise Refused(Check.TYPE)
        check_audience(claims, connection.client_id)
        check_times(claims, self.now())
        check_policy(claims, connection.policy)
        nonce = claims.get("nonce")
        if not isinstance(nonce, str) or not same(nonce, journey.nonce):
            raise Refused(Check.NONCE)
        _check_subject(connection, claims)
        check_access_hash(claims, tokens.access_token, head.algorithm)
        return claims

    async def _userinfo(
        self, connection: Connection, metadata: Metadata, tokens: _Tokens, claims: Claims
    ) -> Claims:
        """What userinfo says of the same person; nothing where it is not asked."""
        if not (connection.userinfo and metadata.userinfo_endpoint and tokens.access_token):
            return {}
        request = Request(
            method="GET",
            url=metadata.userinfo_endpoint,
            headers={
                "authorization": f"Bearer {tokens.access_token}",
                "accept": "application/json",
            },
            template="/userinfo",
        )
        answer = await self.providers.send(connection, request)
        if answer.status != HTTPStatus.OK:
            raise Refused(Check.USERINFO)
        try:
            about = read_json(answer.body)
        except ValueError as error:
            raise Refused(Check.USERINFO) from error
        if about.get("sub") != claims["sub"]:
            raise Refused(Check.USERINFO_SUBJECT)
        return about


def with_query(address: str, asked: Mapping[str, str]) -> str:
    """An address with more in its query; what stands there already stays."""
    return address + ("&" if "?" in address else "?") + urlencode(asked)


def _code(connection: Connection, metadata: Metadata, said: Mapping[str, str]) -> str:
    issuer = said.get("iss")
    if issuer != connection.issuer and (issuer is not None or metadata.names_itself):
        raise Refused(Check.ISS_PARAMETER)
    error = said.get("error")
    if error is not None:
        raise _refused_there(error, said.get("error_description", ""))
    code = said.get("code", "")
    if not 0 < len(code) <= 8192 or not code.isprintable():
        raise Refused(Check.NO_CODE)
    return code


def _refused_there(error: str, description: str) -> Exception:
    if description.startswith(FORGOT_PASSWORD):
        return ForgotPassword()
    if error == "access_denied":
        return Refused(Check.CANCELLED)
    if error == "unmet_authentication_requirements":
        return Refused(Check.LEVEL)
    return Refused(Check.ASKED_FOR_MORE if error in ASK_AGAIN else Check.PROVIDER_ERROR)


def _tokens(status: int, said: Mapping[str, object]) -> _Tokens:
    if status != HTTPStatus.OK:
        error = said.get("error")
        known = {"invalid_client": Check.CLIENT, "invalid_grant": Check.CODE}
        raise Refused(
            known.get(error, Check.TOKEN_ANSWER) if isinstance(error, str) else Check.TOKEN_ANSWER
        )
    access, kind, identity = (said.get(n) for n in ("access_token", "token_type", "id_token"))
    if not isinstance(identity, str) or not identity:
        raise Refused(Check.NO_ID_TOKEN)
    if access is None:
        return _Tokens(identity, "")
    if not isinstance(access, str) or not access.isascii() or not access.isprintable():
        raise Refused(Check.TOKEN_ANSWER)
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise Refused(Check.TOKEN_TYPE)
    return _Tokens(identity, access)


def _check_subject(connection: Connection, claims: Claims) -> None:
    sub = text_of(claims, "sub", Check.SUBJECT)
    if connection.uid == "sub" and sub.strip().lower() == NOT_A_SUBJECT:
        raise Refused(Check.SUBJECT)
    text_of(claims, connection.uid, Check.UID)


def _arrival(
    connection: Connection, tokens: _Tokens, claims: Claims, about: Claims, now: float
) -> Arrival:
    sid = claims.get("sid")
    return Arrival(
        connection=connection.name,
        issuer=connection.issuer,
        subject=str(claims[connection.uid]),
        sub=str(claims["sub"]),
        mail=mail_of(connection, (claims, about)),
        name=_name(claims) or _name(about),
        sid=sid if isinstance(sid, str) and len(sid) <= 255 else "",
        id_token=tokens.id_token,
        two_steps=has_two_steps(connection, claims),
        signed_in_at=signed_in_at(claims, now),
        claims=said_of(connection.claims, (("ID token", claims), ("userinfo", about))),
    )


def _name(claims: Claims) -> str:
    said = claims.get("name")
    return said.strip()[:200] if isinstance(said, str) and said.isprintable() else ""


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
