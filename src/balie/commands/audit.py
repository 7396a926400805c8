"""`balie audit`: who did what, and whether nobody changed that since."""

import argparse
import csv
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from pkgutil import resolve_name

import msgspec

from balie.site import installation

_COLUMNS = ("chain", "line", "at", "who", "what", "about", "record", "more", "organisation")

EXAMPLES = """\
Each line of the audit holds a digest of itself and of the line before it, made with a key of
BALIE_KEYS. Whoever owns the database but not the keys cannot change, take away or add a line
without `verify` telling it. Only lines at the very end leave no gap: a seal tells of those. The
carrier keeps one each hour in BALIE_STATE; keep one somewhere else too.

examples:
  balie audit verify                       whole, or which line is not
  balie audit seal >> /backup/audit-seals  how far it is now, to keep elsewhere
  balie audit verify --seal /backup/audit-seals
  balie audit list --who mila@example.com --since 2026-11-01
  balie audit list --about sanne@example.com --json
  balie audit export --csv > audit.csv     all of it, the oldest first
  balie audit archive --before 2025-01-01 audit-until-2025
                                           takes the oldest lines out, into a file to be kept; the
                                           rest goes on being proved
  balie audit verify --archive audit-until-2025    with the lines of that file

exit codes: 0 whole, or done; 1 something is wrong with it, and is told; 2 wrong use
"""

_SAYS = {
    "changed": "line {number} was changed after it was written",
    "moved": "line {number} is not in its place: it was written as line {until}",
    "missing": "{lines} missing",
    "unlinked": "line {number} does not follow on the line before it",
    "cut": "{lines} missing at the end: a seal says that they were there",
    "no key": "line {number} was made with a key that is not in BALIE_KEYS",
    "no archive": "what is kept of an archive does not hold: it was changed",
    "no seal": "a seal does not hold: it was changed, or its key is not in BALIE_KEYS",
}


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the `balie` command line."""
    parser = subparsers.add_parser(
        "audit",
        help="who did what, and whether nobody changed that",
        description="Who signed in, sent, looked and decided, and whether that is as it was "
        "written.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    verifying = actions.add_parser("verify", help="look whether it is whole")
    verifying.add_argument("--seal", type=Path, action="append", default=[], metavar="FILE",
                           help="with seals that were kept elsewhere; may be repeated")  # fmt: skip
    verifying.add_argument("--archive", type=Path, action="append", default=[], metavar="FILE",
                           help="with lines that were taken out; may be repeated")  # fmt: skip
    verifying.add_argument("--json", action="store_true", help="for programs")
    verifying.set_defaults(run=verify)
    sealing = actions.add_parser("seal", help="print how far it is now, to keep elsewhere")
    sealing.set_defaults(run=seal)
    listing = actions.add_parser("list", help="the newest lines")
    _add_choice(listing)
    listing.add_argument("--most", type=int, default=100, metavar="NUMBER", help="100 without it")
    listing.add_argument("--json", action="store_true", help="for programs")
    listing.set_defaults(run=show)
    exporting = actions.add_parser("export", help="all lines, the oldest first")
    _add_choice(exporting)
    exporting.add_argument(
        "--csv", action="store_true", help="CSV; without it, a line of JSON each"
    )
    exporting.set_defaults(run=export)

    archiving = actions.add_parser("archive", help="take the oldest lines out, into a file")
    archiving.add_argument("--before", type=_moment, required=True, metavar="DATE",
                           help="older lines go; at least 30 days ago")  # fmt: skip
    archiving.add_argument("file", type=Path, metavar="FILE", help="must be new")
    archiving.set_defaults(run=archive)


def _add_choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--who", default="", help="who did it: a mail address, or an id")
    parser.add_argument("--about", default="", help="about whom or what: a mail address, or an id")
    parser.add_argument("--what", action="append", default=[], help="a word; may be repeated")
    parser.add_argument("--since", type=_moment, metavar="DATE", help="such as 2026-11-01")


def verify(args: argparse.Namespace) -> int:
    """Looks the audit over. 0: it is whole; 1: it is not."""
    configuration = installation.ready(os.environ)
    look: Callable[..., object] = resolve_name("balie.site.auditing:look_over")
    told: dict[str, object] = msgspec.to_builtins(look(configuration, args.seal, args.archive))
    found = msgspec.convert(told["findings"], list[dict[str, str | int]])
    if args.json:
        print(json.dumps({"whole": not found, **told}))
    else:
        print("\n".join(_as_text(told, found)))
    return 1 if found else 0


def _as_text(told: Mapping[str, object], found: Sequence[Mapping[str, str | int]]) -> Iterable[str]:
    chains, seals = _counted(told["chains"], "chain"), _counted(told["seals"], "seal")
    said = f"{_counted(told['lines'], 'line')} in {chains}, compared with {seals}"
    if told["archived"]:
        said += f"; {_counted(told['archived'], 'line')} were taken out before"
    if not found:
        yield f"The audit is whole: {said}."
        return
    yield f"The audit is NOT whole: {said}."
    yield from (f"  chain {one['lane']}: {_sentence(one)}" for one in found)
    if told["more"]:
        yield "  and more"


def _counted(number: object, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"


def _sentence(finding: Mapping[str, str | int]) -> str:
    number, until = finding["number"], finding["until"]
    lines = f"line {number} is" if number == until else f"lines {number} to {until} are"
    return _SAYS[str(finding["fault"])].format(number=number, until=until, lines=lines)


def archive(args: argparse.Namespace) -> int:
    """Takes the oldest lines out. 0: they are in the file; 1: nothing is that old."""
    configuration = installation.ready(os.environ)
    take_out: Callable[..., int] = resolve_name("balie.site.auditing:archive")
    count = take_out(configuration, args.before, args.file)
    if not count:
        print("No line is that old: nothing was taken out.", file=sys.stderr)
        return 1
    print(f"{_counted(count, 'line')} are in {args.file} now, and not in the database any more.")
    print("Keep the file: what is in it is shown nowhere else.")
    return 0


def seal(args: argparse.Namespace) -> int:
    """Prints a seal of now."""
    del args
    configuration = installation.ready(os.environ)
    make: Callable[..., bytes] = resolve_name("balie.site.auditing:sealed_now")
    print(make(configuration).decode())
    return 0


def show(args: argparse.Namespace) -> int:
    """Lists the newest lines."""
    lines = list(_lines(args, args.most))
    if args.json:
        print(json.dumps(lines, indent=2))
        return 0
    for line in lines:
        told = (line["about"], line["record"], line["more"])
        print(f"{line['at']}  {line['who'] or 'balie':<32}  {line['what']:<16} {' '.join(told)}")
    if not lines:
        print("No line of the audit is so.", file=sys.stderr)
    return 0


def export(args: argparse.Namespace) -> int:
    """Writes all lines to standard output, the oldest first."""
    if args.csv:
        out = io.StringIO()
        writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        print(out.getvalue(), end="")
    for line in _lines(args, None):
        print(_row(line) if args.csv else json.dumps(line))
    return 0


def _row(line: Mapping[str, str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([_harmless(line[name]) for name in _COLUMNS])
    return out.getvalue()


def _harmless(cell: str) -> str:
    """No cell is taken for a formula by a spreadsheet."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell


def _lines(args: argparse.Namespace, most: int | None) -> Iterable[Mapping[str, str]]:
    configuration = installation.ready(os.environ)
    listed: Callable[..., Iterable[Mapping[str, str]]] = resolve_name("balie.site.auditing:listed")
    wanted = {"who": args.who, "about": args.about, "since": args.since, "what": args.what}
    return listed(configuration, most=most, **wanted)


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date, such as 2026-11-01") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
