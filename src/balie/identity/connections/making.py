"""Makes a connection out of what somebody of staff said, on a page or at the command line, or says
what is wrong with it: the same for both.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from balie.identity.connections.client_proof import public_part, read_key
from balie.identity.connections.connection import (
    LOCAL,
    NAME,
    ClientProof,
    Connection,
    Logout,
    StepUp,
    TrustEmail,
    is_address,
    well_known,
)
from balie.identity.connections.presets import PRESETS, Preset

LONGEST_AGE = 12 * 60 * 60
"""Seconds: as long as a sign-in lasts."""

_CLAIM = re.compile(r"[!-~]{1,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said, as it was typed. secret: "" leaves the one that is kept.

    claims: `name of me=claim`. max_age: seconds, "" for none.
    """

    name: str
    preset: str
    issuer: str = ""
    client_id: str = ""
    discovery: str = ""
    title: str = ""
    policy: str = ""
    secret: str = field(default="", repr=False)
    trust_email: str = TrustEmail.CLAIM.value
    trusted_domains: tuple[str, ...] = ()
    mail_domains: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    proof: str = ClientProof.BASIC.value
    scopes: tuple[str, ...] = ()
    uid: str = ""
    userinfo: bool = True
    logout: tuple[str, ...] = ()
    end_session: str = ""
    reset: str = ""
    step_up: str = StepUp.NONE.value
    two_steps: tuple[str, ...] = ()
    level_claim: str = ""
    max_age: str = ""
    claims: tuple[str, ...] = ()


def begun(preset: str, name: str = "") -> Said:
    """What is said by choosing a preset alone."""
    usual = PRESETS.get(preset) or PRESETS["generic-oidc"]
    return Said(
        name=name,
        preset=preset,
        proof=usual.proof.value,
        scopes=usual.scopes,
        uid=usual.uid,
        userinfo=usual.userinfo,
        logout=tuple(one.value for one in usual.logout),
        step_up=usual.step_up.value,
        two_steps=usual.two_steps,
        level_claim=usual.level_claim,
    )


def as_said(connection: Connection) -> Said:
    """What would be said to make this connection. Its secret is not."""
    age = connection.max_age
    return Said(
        name=connection.name,
        preset=connection.preset,
        issuer=connection.issuer,
        client_id=connection.client_id,
        discovery=connection.discovery,
        title=connection.title,
        policy=connection.policy,
        trust_email=connection.trust_email.value,
        trusted_domains=connection.trusted_domains,
        mail_domains=connection.mail_domains,
        organisations=connection.organisations,
        proof=connection.proof.value,
        scopes=connection.scopes,
        uid=connection.uid,
        userinfo=connection.userinfo,
        logout=tuple(one.value for one in connection.logout),
        end_session=connection.end_session,
        reset=connection.reset,
        step_up=connection.step_up.value,
        two_steps=connection.two_steps,
        level_claim=connection.level_claim,
        max_age="" if age is None else str(age),
        claims=tuple(f"{name}={claim}" for name, claim in connection.claims.items()),
    )


def wrong_with(
    said: Said, before: Connection | None, others: Sequence[Connection], plain: frozenset[str]
) -> Mapping[str, str]:
    """Field -> the word for what is wrong with it; nothing when all is right.

    before: the connection that is changed. others: all that there are. plain: hosts that may be
    asked without https.
    """
    preset = PRESETS.get(said.preset)
    if preset is None:
        return {"preset": "required"}
    apart = [one for one in others if one.name != said.name]
    return dict(
        (
            *_name_faults(said, before),
            *_address_faults(said, preset, plain),
            *_secret_faults(said, before),
            *_trust_faults(said, apart),
            *_logout_faults(said, plain),
            *_proof_faults(said, preset),
            *_claim_faults(said),
        )
    )


def made(said: Said, before: Connection | None) -> Connection:
    """The connection that was said, once nothing is wrong with it."""
    preset = PRESETS[said.preset]
    scopes = said.scopes or preset.scopes
    kept = "" if before is None else before.secret
    connection = Connection(
        name=said.name,
        preset=said.preset,
        issuer=said.issuer,
        discovery=said.discovery or well_known(said.issuer),
        client_id=said.client_id,
        title=said.title,
        proof=ClientProof(said.proof),
        secret="" if said.proof == ClientProof.NONE else said.secret or kept,
        scopes=scopes if "openid" in scopes else ("openid", *scopes),
        uid=said.uid or preset.uid,
        trust_email=TrustEmail(said.trust_email),
        trusted_domains=said.trusted_domains,
        policy=said.policy,
        userinfo=said.userinfo,
        mail_domains=said.mail_domains,
        organisations=said.organisations,
        logout=tuple(Logout(one) for one in said.logout),
        reset=said.reset,
        end_session=said.end_session,
        step_up=StepUp(said.step_up),
        two_steps=said.two_steps,
        level_claim=said.level_claim or preset.level_claim,
        max_age=int(said.max_age) if said.max_age else None,
        claims=dict(_pair(one) for one in said.claims),
    )
    if before is None:
        return connection
    return replace(connection, algorithms=before.algorithms, moved_to=before.moved_to)


Faults = Iterable[tuple[str, str]]


def _name_faults(said: Said, before: Connection | None) -> Faults:
    is_another = before is not None and before.name != said.name
    if is_another or not NAME.fullmatch(said.name) or said.name == LOCAL:
        yield "name", "name"


def _address_faults(said: Said, preset: Preset, plain: frozenset[str]) -> Faults:
    if preset.needs_policy and not said.policy:
        yield "policy", "required"
    if not is_address(said.issuer, plain):
        yield "issuer", "address"
    if said.discovery and not is_address(said.discovery, plain):
        yield "discovery", "address"
    elif preset.needs_discovery and not said.discovery:
        yield "discovery", "required"
    if not said.client_id:
        yield "client_id", "required"


def _secret_faults(said: Said, before: Connection | None) -> Faults:
    if said.proof not in {*ClientProof}:
        yield "proof", "required"
    elif said.proof == ClientProof.NONE:
        if said.secret:
            yield "secret", "no_secret"
    elif not said.secret:
        if before is None or not before.secret or not _is_where_it_was(said, before):
            yield "secret", "required"
    elif said.proof == ClientProof.KEY:
        try:
            public_part(read_key(said.secret))
        except ValueError:
            yield "secret", "key"


def _is_where_it_was(said: Said, before: Connection) -> bool:
    """Whether a kept secret would go where it went before, and as what it was: nobody gets it by
    changing addresses.
    """
    discovery = said.discovery or well_known(said.issuer)
    is_a_key = ClientProof.KEY in (said.proof, before.proof)
    return (said.issuer, discovery) == (before.issuer, before.discovery) and (
        said.proof == before.proof or not is_a_key
    )


def _trust_faults(said: Said, others: Sequence[Connection]) -> Faults:
    if said.trust_email not in {*TrustEmail}:
        yield "trust_email", "required"
    if said.trust_email == TrustEmail.DOMAINS and not said.trusted_domains:
        yield "trusted_domains", "required"
    for one in others:
        if {*one.mail_domains} & {*said.mail_domains}:
            yield "mail_domains", "leads_elsewhere"
        if {*one.organisations} & {*said.organisations}:
            yield "organisations", "leads_elsewhere"


def _logout_faults(said: Said, plain: frozenset[str]) -> Faults:
    if not {*said.logout} <= {*Logout}:
        yield "logout", "required"
    if {Logout.RP, Logout.TERMINATE} <= {*said.logout}:
        yield "logout", "one_way_out"
    if said.end_session and not is_address(said.end_session, plain):
        yield "end_session", "address"
    elif Logout.TERMINATE in said.logout and not said.end_session:
        yield "end_session", "required"


def _proof_faults(said: Said, preset: Preset) -> Faults:
    """A way of the preset itself may wait for its values; one that somebody chose may not."""
    if said.step_up not in {*StepUp}:
        yield "step_up", "required"
    elif said.step_up not in (StepUp.NONE, preset.step_up) and not said.two_steps:
        yield "two_steps", "required"
    if said.step_up == StepUp.POLICY and not said.policy:
        yield "policy", "required"
    is_number = said.max_age.isascii() and said.max_age.isdecimal() and len(said.max_age) <= 5
    if said.max_age and not (is_number and int(said.max_age) <= LONGEST_AGE):
        yield "max_age", "seconds"


def _claim_faults(said: Said) -> Faults:
    for name in ("uid", "level_claim"):
        claim = getattr(said, name)
        if claim and not _CLAIM.fullmatch(claim):
            yield name, "claim"
    pairs = [_pair(one) for one in said.claims]
    names = [name for name, _ in pairs]
    if not all(name and _CLAIM.fullmatch(claim) for name, claim in pairs):
        yield "claims", "pairs"
    elif len({*names}) < len(names):
        yield "claims", "twice"


def _pair(text: str) -> tuple[str, str]:
    name, _, claim = text.partition("=")
    return name.strip(), claim.strip()
