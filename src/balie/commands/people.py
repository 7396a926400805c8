"""`balie people`: who may sign in, beside the customers whom the systems know."""

import argparse
import csv
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name

from balie.access.viewer import ADMINISTRATORS
from balie.blueprint.reader import read
from balie.site import configuration, installation
from balie.site.blueprints import checked, language_of
from balie.site.refusal import Refusal

EXAMPLES = """\
A file of people is CSV with a heading; only `mail` is needed. Roles are teams of the blueprint
(`people: staff:`), with spaces between them; whoever has one is staff. With BALIE_BLUEPRINT set,
roles are compared with its teams.

  mail,name,staff roles
  mila@example.com,Mila,returns service
  info@example.com,Bicycle shop,

examples:
  balie people import people.csv       adds them, or brings them up to date
  balie people close mila@example.com  signs her out everywhere and lets her in no more
  balie people invite bo@example.com contact c-17       she becomes that contact when she accepts
  balie people links mila@example.com  who she is to the systems, by what and since when
  balie people unlink mila@example.com contact          she is no contact of theirs any more
  balie people unlink mila@example.com contact c-17     only not this one
  balie people reset-second-step mila@example.com       her phone is gone: she gets a new one
  balie people remove-demo             takes the people of the demo away

exit codes: 0 done; 1 refused, and says why; 2 wrong use
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file of people."""

    mail: str
    name: str
    staff_roles: tuple[str, ...]


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the `balie` command line."""
    parser = subparsers.add_parser(
        "people",
        help="say who may sign in",
        description="Customers whom a system knows sign in by themselves. Others, and staff, "
        "are said here.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    importing = actions.add_parser("import", help="add people, or bring them up to date")
    importing.add_argument("file", type=Path, metavar="FILE", help="CSV: mail,name,staff roles")
    importing.set_defaults(run=import_people)
    closing = actions.add_parser("close", help="sign somebody out everywhere, for good")
    closing.add_argument("mail", metavar="MAIL")
    closing.set_defaults(run=close)
    linking = actions.add_parser("links", help="show who somebody is to the systems")
    linking.add_argument("mail", metavar="MAIL")
    linking.set_defaults(run=links)
    unlinking = actions.add_parser("unlink", help="take away who somebody is to the systems; their "
                                   "mail address does not bring it back")  # fmt: skip
    unlinking.add_argument("mail", metavar="MAIL")
    unlinking.add_argument("name", metavar="NAME", help="a name of me")
    unlinking.add_argument("key", metavar="KEY", nargs="?", default="", help="else all of them")
    unlinking.set_defaults(run=unlink)
    resetting = actions.add_parser("reset-second-step", help="take somebody's passkeys, app and "
                                   "recovery codes away, and sign them out everywhere")  # fmt: skip
    resetting.add_argument("mail", metavar="MAIL")
    resetting.set_defaults(run=reset_second_step)
    inviting = actions.add_parser("invite", help="send a mail with which somebody becomes known")
    inviting.add_argument("mail", metavar="MAIL", help="where it goes, and who may take it up")
    inviting.add_argument("name", metavar="NAME", help="a name of me")
    inviting.add_argument("key", metavar="KEY", help="of the row that they become")
    inviting.add_argument("--blueprint", type=Path, metavar="PATH", help="else BALIE_BLUEPRINT")
    inviting.add_argument("--language", metavar="LANGUAGE", help="of the mail, such as nl")
    inviting.set_defaults(run=invite)
    ending = actions.add_parser("end-mail-links", help="no link in any mail to somebody opens "
                                "anything without signing in any more")  # fmt: skip
    ending.add_argument("mail", metavar="MAIL")
    ending.set_defaults(run=end_mail_links)
    removing = actions.add_parser("remove-demo", help="take the people of the demo away")
    removing.set_defaults(run=remove_demo)


def import_people(args: argparse.Namespace) -> int:
    """Adds the people of a file, all of them or none."""
    rows = list(_rows(args.file))
    _refuse_unknown_roles(rows, configuration.read(os.environ).blueprint)
    installation.ready(os.environ)
    enrol: Callable[[list[tuple[str, str, tuple[str, ...]]]], int] = resolve_name(
        "balie.identity.people:enrol_all"
    )
    new = enrol([(row.mail, row.name, row.staff_roles) for row in rows])
    print(f"{len(rows)} people, of whom {new} are new. They sign in with a code by mail.")
    return 0


def close(args: argparse.Namespace) -> int:
    """Closes somebody's account."""
    installation.ready(os.environ)
    close_account: Callable[[str], bool] = resolve_name("balie.identity.people:close_account")
    if not close_account(args.mail):
        print(f"Nobody here has the address {args.mail}.", file=sys.stderr)
        return 1
    print(f"{args.mail} is signed out everywhere and cannot sign in.")
    return 0


def links(args: argparse.Namespace) -> int:
    """Shows who somebody is to the systems."""
    installation.ready(os.environ)
    find: Callable[[str], Sequence[Sequence[str]] | None] = resolve_name(
        "balie.identity.linking.links:told_of"
    )
    found = find(args.mail)
    if found is None:
        print(f"Nobody here has the address {args.mail}.", file=sys.stderr)
        return 1
    for row in found:
        print("  ".join(text for text in row if text))
    if not found:
        print(f"{args.mail} is nobody to the systems.")
    return 0


def unlink(args: argparse.Namespace) -> int:
    """Takes away who somebody is to the systems."""
    prepared = installation.ready(os.environ)
    end: Callable[..., int] = resolve_name("balie.site.linking:unlink")
    count = end(prepared, args.mail, args.name, args.key)
    if not count:
        print(f"{args.mail} has no such link.", file=sys.stderr)
        return 1
    print(f"{count} of {args.name}: {args.mail} is that no more. The next page knows it.")
    return 0


def reset_second_step(args: argparse.Namespace) -> int:
    """Lets somebody in again whose second step is gone."""
    prepared = installation.ready(os.environ)
    reset: Callable[..., int | None] = resolve_name("balie.site.second_steps:reset")
    count = reset(prepared, args.mail)
    if count is None:
        print(f"Nobody here has the address {args.mail}.", file=sys.stderr)
        return 1
    print(f"{count} second steps of {args.mail} are gone, and every sign-in of theirs has ended.")
    print("Make sure first that it is really them: with one step they get a new second one.")
    return 0


def invite(args: argparse.Namespace) -> int:
    """Invites somebody to become known."""
    prepared = installation.ready(os.environ)
    found = checked(args.blueprint or prepared.blueprint)
    language = language_of(found.blueprint, args.language)
    if args.name not in found.blueprint.me.names or args.name == "roles":
        known = [name for name in found.blueprint.me.names if name != "roles"]
        raise Refusal("PEOPLE", f"me has no {args.name!r}.", [f"It has:  {', '.join(known)}"])
    send: Callable[..., None] = resolve_name("balie.site.linking:invite_to_link")
    send(prepared, found.blueprint, language, args.mail, args.name, args.key)
    print(f"{args.mail} has a mail with a link that works once, for two weeks.")
    return 0


def end_mail_links(args: argparse.Namespace) -> int:
    """Ends what links in mails open."""
    prepared = installation.ready(os.environ)
    end: Callable[..., int] = resolve_name("balie.site.linking:end_mail_links")
    print(f"{end(prepared, args.mail)} links in mails to {args.mail} work no more.")
    return 0


def remove_demo(args: argparse.Namespace) -> int:
    """Takes the people of the demo away."""
    del args  # it has none
    installation.ready(os.environ)
    remove: Callable[[], int] = resolve_name("balie.site.demo:remove_demo_people")
    print(f"{remove()} people of the demo were taken away.")
    return 0


def _rows(file: Path) -> Iterator[Row]:
    """The people of a file. Raises Refusal with the line that cannot be read."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            for number, line in enumerate(reader, start=2):
                yield _row(line, f"{file}:{number}")
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Refusal("PEOPLE", f"{file} cannot be read: {error}", [EXAMPLES]) from error


def _row(line: dict[str, str | None], where: str) -> Row:
    mail = (line.get("mail") or "").strip().lower()
    before, at, after = mail.partition("@")
    if not (before and at and "." in after) or " " in mail:
        raise Refusal(
            "PEOPLE",
            f"{where}: {mail!r} is no mail address; nobody was added.",
            ["The first line says:  mail,name,staff roles"],
        )
    roles = (line.get("staff roles") or "").replace(";", " ").split()
    return Row(mail, (line.get("name") or "").strip(), tuple(roles))


def _refuse_unknown_roles(rows: Sequence[Row], folder: Path | None) -> None:
    """Raises Refusal for a role that the blueprint has no team for, when the blueprint is known."""
    blueprint = read(folder).blueprint if folder else None
    if blueprint is None:
        return
    teams = blueprint.people.staff
    for row in rows:
        unknown = [role for role in row.staff_roles if role not in {*teams, ADMINISTRATORS}]
        if unknown:
            raise Refusal(
                "PEOPLE",
                f"{row.mail}: the blueprint has no team {unknown[0]!r}; nobody was added.",
                [f"Its teams are:  {', '.join(teams)}"],
            )
