"""What a provider says of itself, and the keys that it signs with: asked seldom, believed strictly.

Kept in this process alone: another one asks for itself. A failure is never kept.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from balie.identity.connections.connection import Connection, is_address
from balie.identity.connections.refusals import Check, Refused
from balie.identity.connections.tokens import Head, PublicKey, key_for, read_json, read_keys
from balie.systems.errors import Misconfigured, SystemFault
from balie.systems.transport import Request, Response, Transport

FRESH = 60 * 60
"""Seconds in which a description and keys are believed without asking."""

USABLE = 24 * 60 * 60
"""Seconds in which they go on being used when the provider does not answer."""

ASKED_AGAIN = 60
"""Seconds between two askings for a key that is not known: a forged token costs nothing more."""

_ADDRESSES = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_PUSHED = "pushed_authorization_request_endpoint"
_OPTIONAL = ("userinfo_endpoint", "end_session_endpoint", _PUSHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """A provider's description of itself, checked. Addresses that it lacks are "".

    must_push: it takes requests over its own address alone (RFC 9126), never in a browser's.
    """

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    end_session_endpoint: str
    pushed_authorization_request_endpoint: str
    must_push: bool
    names_itself: bool  # RFC 9207: every answer has `iss`
    algorithms: tuple[str, ...]
    client_proofs: tuple[str, ...]
    levels: tuple[str, ...]  # values of `acr` that it advertises; () when it says nothing
    takes_claims: bool  # the `claims` parameter


@dataclass(slots=True)
class _Known:
    """What was last asked, and when (seconds that never go back)."""

    metadata: Metadata
    metadata_at: float
    keys: Sequence[PublicKey] = ()
    keys_at: float = float("-inf")


class Providers:
    """The parties that customers sign in with.

    transports: name of a connection and its button -> how it is asked, within limits and never on
    our own network unless allowed. plain_hosts: hosts that may be asked without https.
    """

    def __init__(
        self,
        transports: Callable[[str, str], Transport],
        plain_hosts: frozenset[str],
        clock: Callable[[], float],
    ) -> None:
        self._transports = transports
        self._plain_hosts = plain_hosts
        self._clock = clock
        self._known: dict[tuple[str, str], _Known] = {}

    @property
    def plain_hosts(self) -> frozenset[str]:
        """Hosts that may be asked without https."""
        return self._plain_hosts

    async def send(self, connection: Connection, request: Request) -> Response:
        """The provider's answer. Raises Refused when there is none."""
        if not is_address(request.url, self._plain_hosts):
            raise Refused(Check.FORBIDDEN_ADDRESS)
        try:
            answer = await self._transports(connection.name, connection.button).send(request)
        except Misconfigured as fault:
            raise Refused(Check.FORBIDDEN_ADDRESS) from fault
        except SystemFault as fault:
            raise Refused(Check.UNREACHABLE) from fault
        if answer.status >= 500 or answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise Refused(Check.UNREACHABLE)
        return answer

    async def metadata(self, connection: Connection) -> Metadata:
        """The provider's description. Raises Refused."""
        return (await self._known_of(connection)).metadata

    async def key(self, connection: Connection, head: Head) -> PublicKey:
        """The key that a token is signed with. Raises Refused."""
        known = await self._known_of(connection)
        age = self._clock() - known.keys_at
        found = key_for(head, known.keys) if age < FRESH else None
        if found is None and age >= ASKED_AGAIN:
            await self._ask_keys(connection, known)
            found = key_for(head, known.keys)
        if found is None:
            raise Refused(Check.KEY)
        return found

    async def keys(self, connection: Connection) -> Sequence[PublicKey]:
        """All keys that the provider signs with, asked now. Raises Refused."""
        known = await self._known_of(connection)
        await self._ask_keys(connection, known)
        return known.keys

    async def _known_of(self, connection: Connection) -> _Known:
        place = (connection.discovery, connection.issuer)
        known, now = self._known.get(place), self._clock()
        if known is not None and now - known.metadata_at < FRESH:
            return known
        try:
            metadata = await self._ask_metadata(connection)
        except Refused as refused:
            may_go_on = refused.check is Check.UNREACHABLE
            if known is None or not may_go_on or now - known.metadata_at >= USABLE:
                raise
            return known
        if known is None:
            known = self._known[place] = _Known(metadata, now)
        known.metadata, known.metadata_at = metadata, now
        return known

    async def _ask_metadata(self, connection: Connection) -> Metadata:
        said = await self._json(connection, connection.discovery, "/discovery", Check.DISCOVERY)
        if said.get("issuer") != connection.issuer:
            raise Refused(Check.DISCOVERY_ISSUER)
        return self._read(connection, said)

    def _read(self, connection: Connection, said: Mapping[str, object]) -> Metadata:
        addresses = {name: said.get(name, "") for name in (*_ADDRESSES, *_OPTIONAL)}
        for name, address in addresses.items():
            left_away = name in _OPTIONAL and address in ("", None)
            if not left_away and not self._is_address(address):
                raise Refused(Check.DISCOVERY_ADDRESS)
        must_push = said.get("require_pushed_authorization_requests") is True
        if must_push and not addresses[_PUSHED]:
            raise Refused(Check.DISCOVERY_ADDRESS)
        methods = said.get("code_challenge_methods_supported")
        if isinstance(methods, list) and "S256" not in methods:
            raise Refused(Check.NO_PKCE)
        signs = _texts(said.get("id_token_signing_alg_values_supported")) or ("RS256",)
        algorithms = tuple(one for one in signs if one in connection.algorithms)
        if not algorithms:
            raise Refused(Check.NO_ALGORITHM)
        return Metadata(
            **{name: str(address or "") for name, address in addresses.items()},
            must_push=must_push,
            names_itself=said.get("authorization_response_iss_parameter_supported") is True,
            algorithms=algorithms,
            client_proofs=_texts(said.get("token_endpoint_auth_methods_supported")),
            levels=_texts(said.get("acr_values_supported")),
            takes_claims=said.get("claims_parameter_supported") is True,
        )

    def _is_address(self, said: object) -> bool:
        return isinstance(said, str) and is_address(said, self._plain_hosts)

    async def _ask_keys(self, connection: Connection, known: _Known) -> None:
        """Asks the keys; those of before stay in use for a day when it does not answer."""
        now = self._clock()
        try:
            request = Request(method="GET", url=known.metadata.jwks_uri, template="/keys")
            answer = await self.send(connection, request)
            keys = read_keys(answer.body) if answer.status == HTTPStatus.OK else ()
        except ValueError as error:
            raise Refused(Check.KEYS) from error
        except Refused as refused:
            if refused.check is Check.UNREACHABLE and known.keys and now - known.keys_at < USABLE:
                return
            raise
        if not keys:
            raise Refused(Check.KEYS)
        known.keys, known.keys_at = keys, now

    async def _json(
        self, connection: Connection, url: str, template: str, check: Check
    ) -> Mapping[str, object]:
        request = Request(
            method="GET", url=url, headers={"accept": "application/json"}, template=template
        )
        answer = await self.send(connection, request)
        if answer.status != HTTPStatus.OK:
            raise Refused(check)
        try:
            return read_json(answer.body)
        except ValueError as error:
            raise Refused(check) from error


def _texts(said: object) -> tuple[str, ...]:
    return tuple(one for one in said if isinstance(one, str)) if isinstance(said, list) else ()
