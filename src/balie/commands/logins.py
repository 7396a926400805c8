"""`balie logins`: with which other parties people may sign in."""

import argparse
import csv
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from pkgutil import resolve_name

import msgspec

from balie.identity.connections.client_proof import public_part, read_key
from balie.identity.connections.connection import (
    ClientProof,
    Connection,
    Logout,
    StepUp,
    TrustEmail,
)
from balie.identity.connections.examination import Looked
from balie.identity.connections.making import begun, made, wrong_with
from balie.identity.connections.presets import PRESETS
from balie.site import installation
from balie.site.configuration import Configuration
from balie.site.refusal import Refusal, WrongUse

_ENDS = {
    Logout.BACK: "back-channel logout",
    Logout.FRONT: "front-channel logout",
    Logout.REVOKE: "global revocation",
}

EXAMPLES = """\
The secret is read from a file or from standard input, never from the command line, and is kept
encrypted with BALIE_KEYS. A button appears where `logins:` of the blueprint names the connection;
people with an address of its mail domains go there by themselves.

examples:
  balie logins add acme --preset okta-org --issuer https://acme.okta.com \\
        --client-id 0oa1b2c3 --secret-file secret.txt --mail-domain acme.com
  balie logins add shop --preset azure-b2c --policy B2C_1_signin --client-id 7f… \\
        --issuer https://shop.b2clogin.com/<tenant id>/v2.0/ --secret-file - \\
        --two-steps B2C_1_mfa \\
        --discovery https://shop.b2clogin.com/shop.onmicrosoft.com/B2C_1_signin/v2.0/.well-known/openid-configuration
  balie logins add id --issuer https://id.example.com --client-id portal --secret-file - \\
        --step-up claims --two-steps urn:example:two   where `extra check` of the blueprint asks it
  balie logins test acme        looks whether it works, and says what to change where
  balie logins list --json
  balie logins remove acme
  balie logins move --from shop --to entra --map people.csv --dry-run     tells what would become
                                of everybody; without --dry-run it is done, --finish closes the old
  balie logins unlink mila@example.com    she is linked anew at her next sign-in there

exit codes: 0 done; 1 something is wrong, and is told; 2 wrong use
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the `balie` command line."""
    parser = subparsers.add_parser(
        "logins",
        help="with which other parties people sign in",
        description="Connections to parties of OpenID Connect: Okta, Auth0, OneWelcome, Azure AD "
        "B2C, Entra External ID, Keycloak and others.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add_adding(actions.add_parser("add", help="add a connection, or change one"))
    listing = actions.add_parser("list", help="the connections, without their secrets")
    listing.add_argument("--json", action="store_true", help="for programs")
    listing.set_defaults(run=show)
    testing = actions.add_parser("test", help="look whether a connection works")
    testing.add_argument("name", metavar="NAME")
    testing.add_argument("--json", action="store_true", help="for programs")
    testing.set_defaults(run=test)
    removing = actions.add_parser("remove", help="take a connection away")
    removing.add_argument("name", metavar="NAME")
    removing.set_defaults(run=remove)
    moving = actions.add_parser("move", help="move people from one connection to another")
    moving.add_argument("--from", dest="old", required=True, metavar="NAME")
    moving.add_argument("--to", dest="new", required=True, metavar="NAME")
    moving.add_argument("--map", type=Path, metavar="FILE", help="CSV: old,new (names of people "
                        "at the two, such as oid); others come by mail")  # fmt: skip
    moving.add_argument("--dry-run", action="store_true", help="change nothing, tell of everybody")
    moving.add_argument("--finish", action="store_true", help="then the old one lets nobody in")
    moving.add_argument("--json", action="store_true", help="for programs")
    moving.set_defaults(run=move)
    unlinking = actions.add_parser("unlink", help="forget who somebody is to other parties")
    unlinking.add_argument("mail", metavar="MAIL")
    unlinking.set_defaults(run=unlink)


def _add_adding(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="stands in addresses: a-z, 0-9 and -")
    parser.add_argument("--preset", choices=sorted(PRESETS), default="generic-oidc")
    parser.add_argument("--issuer", required=True, help="letter by letter as it names itself")
    parser.add_argument("--discovery", help="where its description is, when not below the issuer")
    parser.add_argument("--client-id", required=True)
    parser.add_argument(
        "--secret-file", metavar="FILE", help="secret or private key; - reads stdin"
    )
    parser.add_argument("--proof", type=ClientProof, choices=list(ClientProof), help="how we prove "
                        "that it is us; without it, as the preset does")  # fmt: skip
    parser.add_argument("--title", default="", help="what the button says; without it, the name")
    parser.add_argument("--scope", action="append", help="asked; may be repeated")
    parser.add_argument("--uid", help="the claim by which it knows people")
    parser.add_argument("--trust-email", type=TrustEmail, default=TrustEmail.CLAIM,
                        choices=list(TrustEmail), help="when its word on an address is enough; "
                        "else a code by mail proves it, once")  # fmt: skip
    parser.add_argument("--trusted-domain", action="append", default=[], help="for "
                        "--trust-email domains; may be repeated")  # fmt: skip
    parser.add_argument("--policy", default="", help="of Azure AD B2C: tokens must name it")
    parser.add_argument("--reset", default="", help="connection of the policy for forgotten "
                        "passwords (B2C)")  # fmt: skip
    parser.add_argument("--no-userinfo", action="store_true", help="all is in the ID token")
    parser.add_argument("--mail-domain", action="append", default=[], help="whoever has such an "
                        "address signs in there; may be repeated")  # fmt: skip
    parser.add_argument("--organisation", action="append", default=[], metavar="KEY",
                        help="who is invited to it signs in there; may be repeated")  # fmt: skip
    parser.add_argument("--logout", type=Logout, choices=list(Logout), action="append",
                        help="how ends of sessions are told; may be repeated")  # fmt: skip
    parser.add_argument("--end-session", default="", help="where people sign out there, when its "
                        "description does not say it")  # fmt: skip
    parser.add_argument("--step-up", type=StepUp, choices=list(StepUp), help="how two steps are "
                        "asked there; without it, as the preset does")  # fmt: skip
    parser.add_argument("--two-steps", action="append", metavar="VALUE", help="what its tokens say "
                        "of who proved them (acr; with --step-up policy: the policy); the first "
                        "is asked first; may be repeated")  # fmt: skip
    parser.add_argument("--level-claim", help="the claim that says it, when it is not acr: amr, "
                        "acrs, tfp")  # fmt: skip
    parser.add_argument("--max-age", type=_seconds, metavar="SECONDS", help="a proof that is "
                        "older is asked again")  # fmt: skip
    parser.add_argument("--claim", action="append", default=[], metavar="NAME=CLAIM", help="the "
                        "claim that says the key of a name of me; may be repeated")  # fmt: skip
    parser.set_defaults(run=add_one)


def _seconds(text: str) -> int:
    """A length of time in seconds. Raises ValueError, which argparse tells."""
    seconds = int(text)
    if not 0 <= seconds <= 12 * 60 * 60:
        raise ValueError(text)
    return seconds


def add_one(args: argparse.Namespace) -> int:
    """Adds or changes a connection."""
    secret, configuration = _secret(args.secret_file), installation.ready(os.environ)
    connection = _read(args, secret, _kept(configuration), configuration.private_logins)
    keep: Callable[[Configuration, Connection], bool] = resolve_name("balie.site.logins:keep_one")
    new = keep(configuration, connection)
    print(f"{connection.name} is {'there' if new else 'changed'}. Register at the provider:\n")
    print("\n".join(f"  {what:<24}{address}" for what, address in _ours(configuration, connection)))
    if connection.proof is ClientProof.KEY:
        key = public_part(read_key(connection.secret))
        print(f"  {'our public key':<24}{json.dumps({'keys': [key]})}")
    print(f"\nThen:  balie logins test {connection.name}")
    return 0


def show(args: argparse.Namespace) -> int:
    """Lists the connections."""
    configuration = installation.ready(os.environ)
    found = _kept(configuration)
    if args.json:
        print(json.dumps([_open_part(one) for one in found], indent=2))
        return 0
    for one in found:
        print(f"{one.name:<16}{one.preset:<20}{one.issuer}")
        for what, address in _ours(configuration, one):
            print(f"{'':<16}{what:<20}{address}")
    if not found:
        print("Nobody signs in with another party.  balie logins add --help")
    return 0


def test(args: argparse.Namespace) -> int:
    """Looks a connection over."""
    configuration = installation.ready(os.environ)
    connection = _named(configuration, args.name)
    look: Callable[..., Sequence[Looked]] = resolve_name("balie.site.logins:looked_over")
    found: Sequence[Mapping[str, str]] = msgspec.to_builtins(look(configuration, connection))
    if args.json:
        print(json.dumps(found, indent=2))
    else:
        for one in found:
            print(f"{one['state']:<7}{one['about']:<17} {one['says']}")
            if one["help"]:
                print(f"{'':<25}{one['help']}")
    return 1 if any(one["state"] == "wrong" for one in found) else 0


def remove(args: argparse.Namespace) -> int:
    """Takes a connection away."""
    installation.ready(os.environ)
    take: Callable[[str], bool] = resolve_name("balie.identity.connections.register:remove")
    if not take(args.name):
        print(f"There is no connection {args.name}.", file=sys.stderr)
        return 1
    print(f"{args.name} is gone. Who signed in with it stays signed in until their session ends.")
    return 0


def unlink(args: argparse.Namespace) -> int:
    """Forgets who somebody is to other parties."""
    installation.ready(os.environ)
    forget: Callable[[str], int | None] = resolve_name("balie.identity.people:unlink")
    count = forget(args.mail)
    if count is None:
        print(f"Nobody here has the address {args.mail}.", file=sys.stderr)
        return 1
    print(f"{count} links of {args.mail} are gone, and every sign-in of theirs has ended.")
    return 0


def move(args: argparse.Namespace) -> int:
    """Moves people. 0: all can sign in with the new one; 1: some cannot, and are told."""
    if args.dry_run and args.finish:
        raise WrongUse("LOGINS", "A dry run finishes nothing.", ["leave --finish or --dry-run"])
    configuration = installation.ready(os.environ)
    old, new = _named(configuration, args.old), _named(configuration, args.new)
    if old.issuer == new.issuer:
        raise WrongUse(
            "LOGINS",
            f"{old.name} and {new.name} are of one issuer: people are known to both already.",
            ["take the old one away:  balie logins remove NAME"],
        )
    run: Callable[..., Sequence[Mapping[str, str]]] = resolve_name("balie.site.logins:moved")
    names = _map(args.map) if args.map else {}
    told = run(configuration, old, new, names, dry=args.dry_run, finish=args.finish)
    if args.json:
        print(json.dumps(told, indent=2))
    else:
        for one in told:
            print(f"{one['mail'] or '-':<32}{one['subject']:<40}{one['outcome']}")
        ending = "Nothing was changed." if args.dry_run else ""
        print(f"{old.name} lets nobody in any more." if args.finish else ending)
    return 1 if any(one["outcome"].startswith("not moved") for one in told) else 0


def _map(file: Path) -> Mapping[str, str]:
    """Old name -> new name. Raises Refusal for a file that says anything twice."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = [
                (line.get("old") or "", line.get("new") or "") for line in csv.DictReader(lines)
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Refusal("LOGINS", f"{file} cannot be read: {error}", ["old,new"]) from error
    old, new = [row[0].strip() for row in rows], [row[1].strip() for row in rows]
    if not rows or not all((*old, *new)):
        raise Refusal("LOGINS", f"{file}: a name is missing; nobody was moved.",
                      ["The first line says:  old,new"])  # fmt: skip
    if len({*old}) < len(old) or len({*new}) < len(new):
        raise Refusal("LOGINS", f"{file}: a name is there twice; nobody was moved.",
                      ["Each old and each new name stands on one line."])  # fmt: skip
    return dict(zip(old, new, strict=True))


def _read(
    args: argparse.Namespace, secret: str, others: Sequence[Connection], plain: frozenset[str]
) -> Connection:
    """The connection that was said. Raises WrongUse for the first thing that is wrong with it."""
    usual = begun(args.preset, args.name)
    said = replace(
        usual,
        issuer=args.issuer,
        discovery=args.discovery or "",
        client_id=args.client_id,
        title=args.title,
        proof=args.proof or usual.proof,
        secret=secret,
        scopes=tuple(args.scope or usual.scopes),
        uid=args.uid or usual.uid,
        trust_email=args.trust_email,
        trusted_domains=_folded(args.trusted_domain),
        policy=args.policy,
        userinfo=usual.userinfo and not args.no_userinfo,
        mail_domains=_folded(args.mail_domain),
        organisations=tuple(args.organisation),
        logout=tuple(args.logout or usual.logout),
        reset=args.reset,
        end_session=args.end_session,
        step_up=args.step_up or usual.step_up,
        two_steps=tuple(args.two_steps or usual.two_steps),
        level_claim=args.level_claim or usual.level_claim,
        max_age="" if args.max_age is None else str(args.max_age),
        claims=tuple(args.claim),
    )
    for field, word in wrong_with(said, None, others, plain).items():
        problem, help_ = _WRONG.get((field, word)) or _WRONG["", word]
        told = "" if field == "secret" else getattr(said, field)
        named = {"field": f"--{field.replace('_', '-')}", "said": told}
        about = {"preset": args.preset, "proof": said.proof, **named}
        raise WrongUse("LOGINS", problem.format(**about), [help_.format(**about)])
    return made(said, None)


_WRONG: Mapping[tuple[str, str], tuple[str, str]] = {
    ("name", "name"): ("{said!r} is no name.", "a-z, 0-9 and -, at most 40; not local"),
    ("", "address"): (
        "{said!r} is no https address.",
        "http is only for hosts that BALIE_PRIVATE_LOGINS names.",
    ),
    ("", "required"): ("{field} is missing.", "balie logins add --help"),
    ("discovery", "required"): (
        "{preset} does not have its description below its issuer.",
        "--discovery https://….well-known/openid-configuration",
    ),
    ("policy", "required"): ("{preset} needs a policy.", "--policy B2C_1_signin"),
    ("secret", "required"): (
        "With {proof} I need a secret.",
        "--secret-file FILE, or --secret-file - to read standard input",
    ),
    ("secret", "no_secret"): ("With {proof} I need no secret.", "leave --secret-file away"),
    ("secret", "key"): ("The file holds no private key.", "openssl genrsa -out key.pem 2048"),
    ("trusted_domains", "required"): (
        "With --trust-email domains I need to know which.",
        "--trusted-domain acme.com",
    ),
    ("mail_domains", "leads_elsewhere"): (
        "An address at {said} leads to another connection already.",
        "A domain leads to one connection: balie logins list",
    ),
    ("organisations", "leads_elsewhere"): (
        "Whoever is invited to {said} signs in with another connection already.",
        "An organisation leads to one connection: balie logins list",
    ),
    ("logout", "one_way_out"): (
        "rp and terminate are two ways to sign out there.",
        "--logout rp, or --logout terminate",
    ),
    ("end_session", "required"): (
        "The address of terminate_session is in no description.",
        "--end-session https://…/terminate_session",
    ),
    ("two_steps", "required"): (
        "I need to know how its tokens say that two steps were proved.",
        "--two-steps VALUE; of Azure AD B2C the other policy: --two-steps B2C_1_mfa",
    ),
    ("max_age", "seconds"): ("{said!r} are no seconds.", "--max-age 600, at most 43200"),
    ("", "claim"): ("{said!r} is no name of a claim.", "{field} customer_id"),
    ("claims", "pairs"): ("{said} does not say which claim.", "--claim contact=customer_id"),
    ("claims", "twice"): ("{said}: a name of me is there twice.", "--claim contact=customer_id"),
}
"""What is wrong, by field and word or by the word alone, and how to mend it."""


def _secret(file: str | None) -> str:
    if file is None:
        return ""
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal("LOGINS", f"{file} cannot be read: {type(error).__name__}", []) from error
    return text.strip()


def _ours(configuration: Configuration, connection: Connection) -> Sequence[tuple[str, str]]:
    """Our own addresses that the provider must know."""
    here = f"{configuration.public_url}/accounts/with/{connection.name}"
    pages = {Logout.BACK: "logout", Logout.FRONT: "ended", Logout.REVOKE: "revoke"}
    ends = [(_ENDS[kind], f"{here}/{pages[kind]}/") for kind in connection.logout if kind in pages]
    after = ("after signing out", f"{configuration.public_url}/accounts/signed-out/")
    return [("callback", f"{here}/back/"), after, *ends]


def _kept(configuration: Configuration) -> Sequence[Connection]:
    find: Callable[[Configuration], Sequence[Connection]] = resolve_name("balie.site.logins:kept")
    return find(configuration)


def _named(configuration: Configuration, name: str) -> Connection:
    found = [one for one in _kept(configuration) if one.name == name]
    if not found:
        raise Refusal("LOGINS", f"There is no connection {name}.", ["balie logins list"])
    return found[0]


def _open_part(connection: Connection) -> dict[str, object]:
    """What may be shown: all but the secret."""
    said: dict[str, object] = msgspec.to_builtins(connection)
    del said["secret"]
    return said


def _folded(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(text.strip().lower().lstrip("@") for text in texts)
