"""Looks a connection over without anybody signing in: what holds, what does not, what to change.

What the party itself says is shown to whoever looks, and is written down nowhere.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

from balie.backstage.auditing import Deed
from balie.identity.connections.client_proof import public_part, read_key
from balie.identity.connections.connection import ClientProof, Connection, Logout, StepUp
from balie.identity.connections.mistakes import (
    WHERE,
    mistakes_in,
    why_another_issuer,
    why_no_description,
)
from balie.identity.connections.provider import Metadata
from balie.identity.connections.refusals import EXPLAINED, Check, Refused
from balie.identity.connections.relying_party import ASK_AGAIN, RelyingParty
from balie.identity.connections.tokens import LEEWAY, read_json
from balie.systems.errors import SystemFault
from balie.systems.transport import Request, Response

_LONGEST = 300  # characters of what a party says


class State(StrEnum):
    """How one thing is."""

    FINE = "ok"
    LOOK = "look"  # it may be meant
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Looked:
    """One thing that was looked at. help: what to change, and where."""

    state: State
    about: str
    says: str
    help: str = ""


async def examine(party: RelyingParty, connection: Connection) -> AsyncIterator[Looked]:
    """Looks at one thing after another, until one is wrong on which the others stand."""
    for says, help_ in mistakes_in(connection, party.callback(connection.name)):
        yield Looked(State.LOOK, "settings", says, help_)
    try:
        metadata = await party.providers.metadata(connection)
        yield Looked(State.FINE, "discovery", f"{connection.discovery} is of {connection.issuer}")
    except Refused as refused:
        yield await _not_described(party, connection, refused)
        return
    try:
        keys = await party.providers.keys(connection)
        yield Looked(State.FINE, "keys", f"{len(keys)} can sign: {', '.join(metadata.algorithms)}")
    except Refused as refused:
        yield _wrong(refused, metadata.jwks_uri)
        return
    for looked in await _clocks(party, connection):
        yield looked
    yield await _client(party, connection, metadata)
    yield await _way_back(party, connection)
    yield _userinfo(connection, metadata)
    if connection.logout:
        yield _end_of_session(connection, metadata)
    yield await _two_steps(party, connection, metadata)
    if connection.preset == "azure-b2c" and not connection.reset:
        yield Looked(
            State.LOOK,
            "reset",
            "Who chooses Forgot password at a classic sign-in policy comes back empty-handed.",
            "Add a connection for the reset policy, and name it here with --reset.",
        )


# ---- the description


async def _not_described(party: RelyingParty, connection: Connection, refused: Refused) -> Looked:
    """What stands at the address in the place of a description that we believe."""
    at = connection.discovery
    if refused.check not in (Check.DISCOVERY, Check.DISCOVERY_ISSUER):
        return _wrong(refused, at)
    try:
        answer = await _description(party, connection)
    except Refused as again:
        return _wrong(again, at)
    if refused.check is Check.DISCOVERY:
        says = f"{at} answers with status {answer.status}, and no description."
        return Looked(State.WRONG, refused.check.value, says, why_no_description(connection))
    named = _printable(_read(answer).get("issuer"))
    says = f"{at} names the issuer {named or 'of nobody'}; the connection has {connection.issuer}"
    help_ = why_another_issuer(connection, named)
    return Looked(State.WRONG, refused.check.value, says, help_)


async def _description(party: RelyingParty, connection: Connection) -> Response:
    request = Request(method="GET", url=connection.discovery, template="/discovery")
    return await party.providers.send(connection, request)


async def _clocks(party: RelyingParty, connection: Connection) -> list[Looked]:
    """Whether both machines know what time it is; nothing where theirs does not say it."""
    try:
        headers = (await _description(party, connection)).headers
        there = parsedate_to_datetime(headers.get("date", "")).timestamp()
    except (Refused, ValueError):
        return []
    if headers.get("age", "0") != "0":  # kept by something in between, who knows how long
        return []
    apart = round(party.now() - there)
    if abs(apart) <= LEEWAY:
        return [Looked(State.FINE, "clock", f"Our clocks differ by {abs(apart)} seconds.")]
    ours = "ahead of" if apart > 0 else "behind"
    return [
        Looked(
            State.WRONG,
            "clock",
            f"Our clock is {abs(apart)} seconds {ours} the party's: its tokens are not believed.",
            "Let this machine ask a time server (timedatectl set-ntp true).",
        )
    ]


# ---- who we are there


async def _client(party: RelyingParty, connection: Connection, metadata: Metadata) -> Looked:
    """Asks for tokens with a code that nobody gave: who accepts us says that the code is wrong."""
    if connection.proof is ClientProof.KEY:
        try:
            public_part(read_key(connection.secret))
        except ValueError:
            return Looked(State.WRONG, "client", "Our key cannot be read.", "Add it again.")
    form = {
        "grant_type": "authorization_code",
        "code": "balie-logins-test",
        "redirect_uri": party.callback(connection.name),
        "code_verifier": "balie-logins-test-balie-logins-test-balie-logins",
    }
    try:
        status, said = await party.token_request(connection, metadata, form)
    except Refused as refused:
        return _wrong(refused, metadata.token_endpoint)
    words = _words(said)
    match said.get("error"):
        case "invalid_grant":
            return Looked(State.FINE, "client", f"It knows us as {connection.client_id}.")
        case "invalid_client" | "unauthorized_client":
            return _wrong(Refused(Check.CLIENT), words, _other_proof(connection, metadata))
    return Looked(
        State.LOOK,
        "client",
        f"It does not say whether it knows us: it refuses a made-up code with status {status}."
        f"{words and f' It says: {words}'}",
        "If that is about client or secret, compare them; else sign in once, by hand.",
    )


def _other_proof(connection: Connection, metadata: Metadata) -> str:
    """That it wants to hear the secret in another way than ours."""
    known = metadata.client_proofs
    if not known or connection.proof in known:
        return ""
    return f"It takes {', '.join(known)}, and we come with {connection.proof}: --proof."


async def _way_back(party: RelyingParty, connection: Connection) -> Looked:
    """Asks what a browser would ask in which nobody is signed in: who knows our address sends us
    back there.
    """
    callback = party.callback(connection.name)
    try:
        address = await party.silent_address(connection)
        request = Request(method="GET", url=address, template="/authorize")
        answer = await party.providers.send(connection, request)
    except Refused as refused:
        return _wrong(refused)
    location = answer.headers.get("location", "")
    if location.partition("?")[0] == callback:
        return _came_back(connection, dict(parse_qsl(urlsplit(location).query)))
    is_refused = HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR
    says = (
        f"It refuses what a browser would ask, with status {answer.status}."
        if is_refused
        else "It does not send a browser back to us in which nobody is signed in."
    )
    return Looked(
        State.WRONG if is_refused else State.LOOK,
        "callback",
        says,
        f"Register it letter by letter:  {callback}"
        f"  ({WHERE.get(connection.preset, 'at the application')}). Compare the client id too.",
    )


def _came_back(connection: Connection, said: Mapping[str, str]) -> Looked:
    about, error = "callback", said.get("error", "")
    if error in ASK_AGAIN or "code" in said:
        return Looked(State.FINE, about, "It is registered, and we may ask for our scopes.")
    words, scopes = _words(said), " ".join(connection.scopes)
    match error:
        case "invalid_scope":
            return Looked(
                State.WRONG,
                "scope",
                f"It does not let us ask for all of: {scopes}. It says: {words}",
                "Allow them for the application, or name with --scope which it has.",
            )
        case "unauthorized_client" | "unsupported_response_type":
            return Looked(
                State.WRONG,
                "flow",
                f"The application may not do what we ask. It says: {words}",
                "Let it be a web application with the authorization code flow.",
            )
    return Looked(
        State.LOOK,
        about,
        f"It is registered; what we ask is answered with: {words or error}",
        "Sign in once, by hand.",
    )


# ---- the rest


def _userinfo(connection: Connection, metadata: Metadata) -> Looked:
    if connection.userinfo and not metadata.userinfo_endpoint:
        return Looked(
            State.LOOK,
            "userinfo",
            "It has no userinfo endpoint.",
            "Mail address and name must be in the ID token then.",
        )
    asked = "asked" if connection.userinfo else "not asked; all must be in the ID token"
    return Looked(State.FINE, "userinfo", f"Userinfo is {asked}.")


def _end_of_session(connection: Connection, metadata: Metadata) -> Looked:
    if Logout.TERMINATE in connection.logout:
        there = connection.end_session
        says = f"Who signs out here goes to {there}, without a token."
        return Looked(State.FINE, "sign-out", says, "Sign out once, by hand.")
    if Logout.RP not in connection.logout:
        return Looked(State.FINE, "sign-out", "Who signs out here stays signed in there.")
    if connection.end_session or metadata.end_session_endpoint:
        return Looked(State.FINE, "sign-out", "Who signs out here is signed out there.")
    return Looked(
        State.LOOK,
        "sign-out",
        "It does not say where people sign out (end_session_endpoint).",
        "They stay signed in there. Name the address with --end-session, if it has one.",
    )


async def _two_steps(party: RelyingParty, connection: Connection, metadata: Metadata) -> Looked:
    """Whether people could prove two steps there: as far as the provider says it by itself."""
    about, wanted = "two steps", ", ".join(connection.two_steps)
    if not connection.can_prove:
        return Looked(
            State.FINE,
            about,
            "It is not asked for two steps.",
            "Where `extra check` of the blueprint needs them: --step-up and --two-steps.",
        )
    match connection.step_up:
        case StepUp.POLICY:
            return await _other_policy(party, connection)
        case StepUp.CLAIMS if not metadata.takes_claims:
            return Looked(
                State.LOOK,
                about,
                "It does not say that it takes `claims` (claims_parameter_supported).",
                "Without it the claim is not heard; perhaps --step-up acr_values.",
            )
        case StepUp.PROMPT:
            return Looked(
                State.LOOK,
                about,
                f"Whoever signs in again must come back with {connection.level_claim} {wanted}.",
                "Its own rules must ask the second step at every sign-in; prove it once, by hand.",
            )
    unknown = [one for one in connection.two_steps if one not in metadata.levels]
    if (
        connection.level_claim == "acr"
        and metadata.levels
        and len(unknown) == len(connection.two_steps)
    ):
        return Looked(
            State.WRONG,
            about,
            f"It knows none of {wanted}; it does know {', '.join(metadata.levels)}.",
            "Name what it gives to who proved two steps with --two-steps.",
        )
    if connection.level_claim == "acr" and not metadata.levels:
        return Looked(
            State.LOOK,
            about,
            f"It does not say which levels it has (acr_values_supported); we ask {wanted}.",
            "Prove it once, by hand.",
        )
    return Looked(State.FINE, about, f"{wanted} is asked, by {connection.step_up}.")


async def _other_policy(party: RelyingParty, connection: Connection) -> Looked:
    try:
        await party.providers.metadata(connection.proving)
    except Refused as refused:
        what, _ = EXPLAINED[refused.check]
        return Looked(
            State.WRONG,
            "two steps",
            f"The policy {connection.two_steps[0]} has no description: {what}",
            "Make that policy in the same tenant, and name it with --two-steps.",
        )
    return Looked(State.FINE, "two steps", f"By the policy {connection.two_steps[0]}.")


# ---- what became of those who tried


def lately_refused(refused: Sequence[Deed]) -> Iterator[Looked]:
    """What can only be seen when somebody signs in: why people were refused, and how often.

    refused: the newest first, as `Deeds.refused_at` has them.
    """
    known = {check.value: check for check in EXPLAINED}
    reasons = Counter(one.more for one in refused if one.more in known)
    last = {one.more: one.at for one in reversed(refused)}
    for reason, count in reasons.items():
        what, mend = EXPLAINED[known[reason]]
        at = last[reason].astimezone(UTC)
        often = "Once" if count == 1 else f"{count} times"
        says = f"{often} this week, last on {at:%d-%m-%Y at %H:%M} UTC: {what}"
        yield Looked(State.LOOK, f"refused: {reason}", says, mend)


# ---- words


def _wrong(refused: Refused, seen: str = "", more: str = "") -> Looked:
    """Why, and where or how it was seen."""
    what, mend = EXPLAINED[refused.check]
    cause = refused.__cause__
    details = [seen, cause.staff if isinstance(cause, SystemFault) else ""]
    told = "; ".join(one for one in details if one)
    says = f"{what} ({told})" if told else what
    return Looked(State.WRONG, refused.check.value, says, f"{mend} {more}".strip())


def _words(said: Mapping[str, object]) -> str:
    """What a party says of an error of ours, cut to a sensible length."""
    parts = (_printable(said.get(name)) for name in ("error", "error_description"))
    return ": ".join(part for part in parts if part)[:_LONGEST]


def _printable(said: object) -> str:
    text = " ".join(said.split()) if isinstance(said, str) else ""
    return text[:_LONGEST] if text.isprintable() else ""


def _read(answer: Response) -> Mapping[str, object]:
    try:
        return read_json(answer.body)
    except ValueError:
        return {}
