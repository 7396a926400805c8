"""Looks a connection over without anybody signing in: what holds, what does not, what to change."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum

from balie.identity.connections.client_proof import public_part, read_key
from balie.identity.connections.connection import ClientProof, Connection, Logout, StepUp
from balie.identity.connections.provider import Metadata
from balie.identity.connections.refusals import EXPLAINED, Check, Refused
from balie.identity.connections.relying_party import RelyingParty


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
    try:
        metadata = await party.providers.metadata(connection)
        yield Looked(State.FINE, "discovery", f"{connection.discovery} is of {connection.issuer}")
        keys = await party.providers.keys(connection)
        yield Looked(State.FINE, "keys", f"{len(keys)} can sign: {', '.join(metadata.algorithms)}")
    except Refused as refused:
        yield _wrong(refused)
        return
    yield await _client(party, connection, metadata)
    yield _userinfo(connection, metadata)
    if Logout.RP in connection.logout:
        yield _end_of_session(connection, metadata)
    yield await _two_steps(party, connection, metadata)
    if connection.preset == "azure-b2c" and not connection.reset:
        yield Looked(
            State.LOOK,
            "reset",
            "Who chooses Forgot password at a classic sign-in policy comes back empty-handed.",
            "Add a connection for the reset policy, and name it here with --reset.",
        )


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
        return _wrong(refused)
    match said.get("error"):
        case "invalid_grant":
            return Looked(State.FINE, "client", f"It knows us as {connection.client_id}.")
        case "invalid_client" | "unauthorized_client":
            return _wrong(Refused(Check.CLIENT))
    return Looked(
        State.LOOK,
        "client",
        f"It does not say whether it knows us: it refuses a made-up code with status {status}.",
        "Sign in once, by hand.",
    )


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


def _wrong(refused: Refused) -> Looked:
    what, mend = EXPLAINED[refused.check]
    return Looked(State.WRONG, refused.check.value, what, mend)
