"""`balie organisations`: who belongs to which organisation, as Balie itself keeps it."""

import argparse
import csv
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from pkgutil import resolve_name

from balie.blueprint.model import Blueprint
from balie.blueprint.reader import read
from balie.site import configuration, installation
from balie.site.refusal import Refusal

EXAMPLES = """\
A file of memberships is CSV with a heading. A role is a kind of customer that `belongs to` an
organisation; days are written 2027-01-31, and `until` is the first day without it. An
administrator is `yes`, or `below`: of the organisations right below it too. With BALIE_BLUEPRINT
set to the folder of the blueprint.

  mail,name,organisation,role,administrator,from,until
  anna@example.com,Anna,a1,,yes,,
  bram@example.com,Bram,a1,buyer,,2027-01-01,2027-07-01

examples:
  balie organisations import members.csv        all of them, or none
  balie organisations list --json               every organisation that Balie knows of
  balie organisations members a1                who is what there
  balie organisations remove a1 bram@example.com    out at the next request
  balie organisations name a1 "Van Dalen" --parent a0
  balie organisations domain a1 vandalen.example    who has such an address may ask to join
  balie organisations domains --json                all of them, and those that wait for you

exit codes: 0 done; 1 refused, and says why; 2 wrong use
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the `balie` command line."""
    parser = subparsers.add_parser(
        "organisations",
        help="say who belongs to which organisation",
        description="What systems say of organisations needs nothing here. This is Balie's own "
        "list: it counts where the blueprint says  memberships: roles: [..., local].",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    importing = actions.add_parser("import", help="give memberships, out of a file")
    importing.add_argument("file", type=Path, metavar="FILE")
    importing.set_defaults(run=import_members)
    listing = actions.add_parser("list", help="every organisation that Balie knows of")
    listing.add_argument("--json", action="store_true", help="as JSON")
    listing.set_defaults(run=list_all)
    members = actions.add_parser("members", help="who is what in an organisation")
    members.add_argument("organisation", metavar="KEY")
    members.add_argument("--json", action="store_true", help="as JSON")
    members.set_defaults(run=list_members)
    removing = actions.add_parser("remove", help="take somebody out of an organisation")
    removing.add_argument("organisation", metavar="KEY")
    removing.add_argument("mail", metavar="MAIL")
    removing.set_defaults(run=remove)
    naming = actions.add_parser("name", help="say what an organisation is called")
    naming.add_argument("organisation", metavar="KEY")
    naming.add_argument("name", metavar="NAME")
    naming.add_argument("--parent", default="", metavar="KEY", help="the organisation above it")
    naming.set_defaults(run=name)
    domain = actions.add_parser(
        "domain", help="let people with a mail address of this domain ask to join"
    )
    domain.add_argument("organisation", metavar="KEY")
    domain.add_argument("domain", metavar="DOMAIN")
    domain.add_argument("--remove", action="store_true", help="not any more")
    domain.set_defaults(run=let_ask)
    domains = actions.add_parser("domains", help="every such domain, and who asked for one")
    domains.add_argument("--json", action="store_true", help="as JSON")
    domains.set_defaults(run=list_domains)


def import_members(args: argparse.Namespace) -> int:
    """Gives the memberships of a file, all of them or none."""
    blueprint, rows = _blueprint(), _rows(args.file)
    prepared = installation.ready(os.environ)
    give: Callable[..., int] = resolve_name("balie.site.organisations:import_members")
    print(f"{give(prepared, blueprint, rows)} memberships were given.")
    return 0


def list_all(args: argparse.Namespace) -> int:
    """Lists organisations."""
    installation.ready(os.environ)
    listed: Callable[[], Sequence[Mapping[str, str]]] = resolve_name(
        "balie.site.organisations:listed"
    )
    found = listed()
    if args.json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
        return 0
    for one in found:
        print("  ".join(text for text in one.values() if text))
    return 0


def list_members(args: argparse.Namespace) -> int:
    """Lists the people of an organisation."""
    installation.ready(os.environ)
    members: Callable[[str], Sequence[Mapping[str, object]]] = resolve_name(
        "balie.site.organisations:members_of"
    )
    found = members(args.organisation)
    if args.json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
        return 0
    for one in found:
        roles = one["roles"]
        told = list(roles) if isinstance(roles, tuple) else []
        said = [str(one["email"]), *told, "administrator" if one["is_administrator"] else ""]
        print("  ".join(text for text in said if text))
    return 0


def remove(args: argparse.Namespace) -> int:
    """Takes somebody out."""
    prepared = installation.ready(os.environ)
    take_out: Callable[..., bool] = resolve_name("balie.site.organisations:take_out")
    if not take_out(prepared, args.organisation, args.mail):
        print(f"Nobody here has the address {args.mail}.", file=sys.stderr)
        return 1
    print(f"{args.mail} is nothing in {args.organisation} any more, at the next request.")
    return 0


def name(args: argparse.Namespace) -> int:
    """Names an organisation."""
    installation.ready(os.environ)
    keep: Callable[[str, str, str], None] = resolve_name(
        "balie.site.organisations:name_organisation"
    )
    keep(args.organisation, args.name, args.parent)
    print(f"{args.organisation} is called {args.name}.")
    return 0


def let_ask(args: argparse.Namespace) -> int:
    """Lets a mail domain count for an organisation, or not any more."""
    prepared = installation.ready(os.environ)
    if args.remove:
        drop: Callable[..., bool] = resolve_name("balie.site.organisations:drop_domain")
        if not drop(prepared, args.organisation, args.domain):
            print(f"{args.domain} is not of {args.organisation}.", file=sys.stderr)
            return 1
        print(f"Nobody asks to join {args.organisation} by {args.domain} any more.")
        return 0
    count: Callable[..., None] = resolve_name("balie.site.organisations:let_domain_count")
    count(prepared, args.organisation, args.domain)
    print(f"Whoever has an address of {args.domain} may ask to join {args.organisation}.")
    return 0


def list_domains(args: argparse.Namespace) -> int:
    """Lists mail domains."""
    installation.ready(os.environ)
    found: Sequence[Mapping[str, str]] = resolve_name("balie.site.organisations:domains")()
    if args.json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
        return 0
    for one in found:
        waits = "" if one["counts"] else "waits for you"
        print("  ".join(text for text in (one["key"], one["domain"], waits) if text))
    return 0


def _blueprint() -> Blueprint:
    folder = configuration.read(os.environ).blueprint
    blueprint = read(folder).blueprint if folder else None
    if blueprint is None:
        raise Refusal(
            "ORGANISATIONS",
            "There is no blueprint to compare roles with.",
            ["Set  BALIE_BLUEPRINT  to its folder."],
        )
    return blueprint


def _rows(file: Path) -> Sequence[Mapping[str, str]]:
    """The lines of a file. Raises Refusal when it cannot be read."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return [
                {key: value or "" for key, value in line.items() if isinstance(key, str)}
                for line in csv.DictReader(lines)
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Refusal("ORGANISATIONS", f"{file} cannot be read: {error}", [EXAMPLES]) from error
