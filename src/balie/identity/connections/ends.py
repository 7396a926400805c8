"""A session that ends at the provider: which one, once every check holds.

Back-Channel Logout 1.0, Front-Channel Logout 1.0, and Okta's Global Token Revocation.
"""

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from balie.identity.connections.connection import Connection, Logout, well_known
from balie.identity.connections.refusals import Check, Refused
from balie.identity.connections.relying_party import Query, RelyingParty, with_query
from balie.identity.connections.tokens import (
    LEEWAY,
    OLDEST,
    Claims,
    check_audience,
    check_times,
    head_of,
    read_json,
    signed_claims,
    text_of,
)

EVENT = "http://schemas.openid.net/event/backchannel-logout"
REMEMBERED = OLDEST + 2 * LEEWAY
"""Seconds in which a token could come again and still hold."""

_KINDS = frozenset({"", "jwt", "logout+jwt"})
_REVOCATION = "global-token-revocation+jwt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Whose sessions end. sid: that one alone; else all of `sub`, or of whoever has `email`."""

    issuer: str
    sub: str = ""
    sid: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A session that ends, and the token's own number, by which it counts once."""

    ended: Ended
    jti: str


async def logout_told(party: RelyingParty, connection: Connection, token: str) -> Told:
    """What a logout token says. Raises Refused."""
    claims = await _believed(party, connection, token, _KINDS)
    check_audience(claims, connection.client_id)
    check_times({"exp": party.now() + LEEWAY, **claims}, party.now())  # `exp` may lack
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise Refused(Check.EVENT)
    if "nonce" in claims:  # an ID token, whatever else it says
        raise Refused(Check.EVENT)
    named = {
        name: text_of(claims, name, Check.SESSION) for name in ("sub", "sid") if name in claims
    }
    if not named:
        raise Refused(Check.SESSION)
    return Told(Ended(issuer=connection.issuer, **named), text_of(claims, "jti", Check.REPLAYED))


async def revocation_told(
    party: RelyingParty, connection: Connection, authorization: str, here: str, body: bytes
) -> Told:
    """Whom Okta wants out everywhere. authorization: that header. here: our own address, for which
    its token must be. Raises Refused.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise Refused(Check.MALFORMED)
    organisation = _organisation(connection)
    claims = await _believed(party, organisation, token, frozenset({_REVOCATION}))
    check_audience(claims, here)
    check_times(claims, party.now())
    return Told(_whom(connection, organisation, body), text_of(claims, "jti", Check.REPLAYED))


def front_told(connection: Connection, query: Query) -> Ended:
    """The session that a frame in a browser says is over. Raises Refused.

    Without a `sid` nobody can be meant: the cookie does not travel into a frame.
    """
    if any(len(values) > 1 for values in query.values()):
        raise Refused(Check.REPEATED)
    said = {name: values[0] for name, values in query.items() if values}
    if said.get("iss") != connection.issuer:
        raise Refused(Check.ISSUER)
    return Ended(issuer=connection.issuer, sid=text_of(said, "sid", Check.SESSION))


async def way_out(party: RelyingParty, connection: Connection, id_token: str, after: str) -> str:
    """Where somebody signs out at the provider; "" when that is not to be. after: our address
    where they come back. Raises Refused.
    """
    back = {"post_logout_redirect_uri": after}
    if (
        Logout.TERMINATE in connection.logout
    ):  # knows the browser by its cookie: no token goes along
        return with_query(connection.end_session, back) if connection.end_session else ""
    if Logout.RP not in connection.logout:
        return ""
    there = connection.end_session
    if not there:
        there = (await party.providers.metadata(connection)).end_session_endpoint
    asked = {"client_id": connection.client_id, **back}
    if id_token:
        asked["id_token_hint"] = id_token
    return with_query(there, asked) if there else ""


async def _believed(
    party: RelyingParty, connection: Connection, token: str, kinds: frozenset[str]
) -> Claims:
    head = head_of(token)
    if head.algorithm not in connection.algorithms:
        raise Refused(Check.ALGORITHM)
    if head.type not in kinds:
        raise Refused(Check.TYPE)
    key = await party.providers.key(connection, head)
    claims = signed_claims(token, key, head)
    if claims.get("iss") != connection.issuer:
        raise Refused(Check.ISSUER)
    return claims


def _organisation(connection: Connection) -> Connection:
    """Okta revokes as the organisation, also where people sign in at a custom server of it."""
    if connection.preset != "okta-custom":
        return connection
    parts = urlsplit(connection.issuer)
    issuer = f"{parts.scheme}://{parts.netloc}"
    return replace(connection, issuer=issuer, discovery=well_known(issuer))


def _whom(connection: Connection, organisation: Connection, body: bytes) -> Ended:
    try:
        said = read_json(body).get("sub_id")
    except ValueError as error:
        raise Refused(Check.SESSION) from error
    about = said if isinstance(said, dict) else {}
    match about.get("format"):
        case "iss_sub" if about.get("iss") in (connection.issuer, organisation.issuer):
            return Ended(issuer=connection.issuer, sub=text_of(about, "sub", Check.SESSION))
        case "email":
            email = text_of(about, "email", Check.SESSION).strip().lower()
            return Ended(issuer=connection.issuer, email=email)
    raise Refused(Check.SESSION)
