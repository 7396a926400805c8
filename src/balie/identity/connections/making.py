"""Makes a connection out of what somebody of staff filled in, or says what is wrong with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from balie.identity.connections.client_proof import public_part, read_key
from balie.identity.connections.connection import (
    LOCAL,
    NAME,
    ClientProof,
    Connection,
    TrustEmail,
    is_address,
    well_known,
)
from balie.identity.connections.presets import PRESETS


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was filled in. secret: "" leaves the one that is kept."""

    name: str
    preset: str
    issuer: str
    client_id: str
    discovery: str = ""
    title: str = ""
    policy: str = ""
    secret: str = field(default="", repr=False)
    trust_email: str = TrustEmail.CLAIM.value
    mail_domains: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()


def wrong_with(
    said: Said, before: Connection | None, others: Sequence[Connection], plain: frozenset[str]
) -> Mapping[str, str]:
    """Field -> the word for what is wrong with it; nothing when all is right.

    before: the connection that is changed. others: all that there are. plain: hosts that may be
    asked without https.
    """
    return dict(_faults(said, before, [one for one in others if one.name != said.name], plain))


def made(said: Said, before: Connection | None) -> Connection:
    """The connection that was said; what no form asks stays as it was, or is as the preset says."""
    preset = PRESETS[said.preset]
    is_of_the_same_kind = before is not None and before.preset == said.preset
    kept = before if before is not None and is_of_the_same_kind else _as_the_preset_says(said)
    return replace(
        kept,
        issuer=said.issuer,
        discovery=said.discovery or well_known(said.issuer),
        client_id=said.client_id,
        title=said.title,
        policy=said.policy if preset.needs_policy or said.policy else "",
        secret=said.secret or ("" if before is None else before.secret),
        trust_email=TrustEmail(said.trust_email),
        mail_domains=said.mail_domains,
        organisations=said.organisations,
    )


def _as_the_preset_says(said: Said) -> Connection:
    preset = PRESETS[said.preset]
    return Connection(
        name=said.name,
        preset=said.preset,
        issuer=said.issuer,
        discovery=said.discovery,
        client_id=said.client_id,
        proof=preset.proof,
        scopes=preset.scopes,
        uid=preset.uid,
        userinfo=preset.userinfo,
        logout=preset.logout,
        step_up=preset.step_up,
        two_steps=preset.two_steps,
        level_claim=preset.level_claim,
    )


def _faults(
    said: Said, before: Connection | None, others: Sequence[Connection], plain: frozenset[str]
) -> Iterable[tuple[str, str]]:
    preset = PRESETS.get(said.preset)
    is_another = before is not None and before.name != said.name
    if is_another or not NAME.fullmatch(said.name) or said.name == LOCAL:
        yield "name", "name"
    if preset is None:
        yield "preset", "required"
        return
    if not is_address(said.issuer, plain):
        yield "issuer", "address"
    if said.discovery and not is_address(said.discovery, plain):
        yield "discovery", "address"
    elif preset.needs_discovery and not said.discovery:
        yield "discovery", "required"
    if not said.client_id:
        yield "client_id", "required"
    if preset.needs_policy and not said.policy:
        yield "policy", "required"
    yield from _secret_faults(said, before, preset.proof)
    if said.trust_email not in {*TrustEmail}:
        yield "trust_email", "required"
    for one in others:
        if {*one.mail_domains} & {*said.mail_domains}:
            yield "mail_domains", "leads_elsewhere"
        if {*one.organisations} & {*said.organisations}:
            yield "organisations", "leads_elsewhere"


def _is_where_it_was(said: Said, before: Connection) -> bool:
    """Whether a kept secret would go where it went before: nobody gets it by changing addresses."""
    discovery = said.discovery or well_known(said.issuer)
    return (said.issuer, discovery) == (before.issuer, before.discovery)


def _secret_faults(
    said: Said, before: Connection | None, usual: ClientProof
) -> Iterable[tuple[str, str]]:
    proof = before.proof if before is not None and before.preset == said.preset else usual
    is_kept = before is not None and bool(before.secret) and _is_where_it_was(said, before)
    if proof is ClientProof.NONE:
        return
    if not said.secret and not is_kept:
        yield "secret", "required"
    if said.secret and proof is ClientProof.KEY:
        try:
            public_part(read_key(said.secret))
        except ValueError:
            yield "secret", "key"
