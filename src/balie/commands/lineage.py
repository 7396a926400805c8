"""`balie lineage`: from which system which information comes, and where what is collected goes."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from balie.backstage.lineage.asking import Answer, answer, names, raw_names, system_side, whole
from balie.backstage.lineage.trails import Lineage, Trail, lineage_of
from balie.blueprint.links import Link
from balie.blueprint.spelling import did_you_mean
from balie.commands.register import as_csv, as_markdown, register
from balie.commands.whereabouts import as_text
from balie.site.blueprints import checked, language_of
from balie.site.refusal import WrongUse

EXAMPLES = """\
examples:
  balie lineage blueprints/shop                        every field, a line each
  balie lineage order.status blueprints/shop           one field: from where, to where, for whom
  balie lineage my-orders blueprints/shop              a step, or an address such as /orders/1042
  balie lineage erp.salesOrders blueprints/shop        a system, a table, or a field of one
  balie lineage me.customer blueprints/shop            how we know who somebody is
  balie lineage --to crm blueprints/shop               what we send there; --from: what we read
  balie lineage --csv blueprints/shop > register.csv   a table for a privacy officer

Options stand before the names, or after the folder.
Nothing is asked over a network: it follows from the blueprint and from the contracts in its folder.
exit codes: 0 told; 1 the blueprint has errors; 2 wrong use, or nothing has that name
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the `balie` command line."""
    parser = subparsers.add_parser(
        "lineage",
        help="say from which system which information comes, and where answers go",
        description="Follows information through a blueprint: from a field of a system over its "
        "conversions to the pages where customers read it, and from their answers to the systems; "
        "with who may see it and why. Says also of which fields only the rules make use.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "what",
        nargs="*",
        metavar="WHAT",
        help="a field, thing, step, address, system, table or raw field (default: all)",
    )
    parser.add_argument("path", type=Path, metavar="PATH", help="the blueprint's folder")
    way = parser.add_mutually_exclusive_group()
    way.add_argument(
        "--from",
        dest="source",
        metavar="NAME",
        help="what is read from this system, table or field",
    )
    way.add_argument(
        "--to", dest="target", metavar="NAME", help="what goes to this system, table or field"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object, for programs")
    form.add_argument("--csv", action="store_true", help="print a table for a spreadsheet")
    form.add_argument("--markdown", action="store_true", help="print the same table as Markdown")
    parser.add_argument("--language", metavar="nl", help="default: the blueprint's own")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Tells. 0: told. Raises Refusal for a blueprint with errors, WrongUse for an unknown name."""
    found = checked(args.path)
    language = language_of(found.blueprint, args.language)
    lineage = lineage_of(found.blueprint, found.contracts, language)
    answers = tuple(_answers(lineage, args))
    if args.json:
        sys.stdout.write(_as_json(lineage, answers))
    elif args.csv:
        sys.stdout.write(as_csv(register(lineage, answers)))
    elif args.markdown:
        sys.stdout.write(as_markdown(register(lineage, answers)))
    else:
        sys.stdout.write(as_text(lineage, answers))
    return 0


def _answers(lineage: Lineage, args: argparse.Namespace) -> Iterator[Answer]:
    for side, is_written in ((args.source, False), (args.target, True)):
        if side is not None:
            yield _there(system_side(lineage, side, is_written=is_written), raw_names(lineage))
    for what in args.what:
        yield _there(answer(lineage, what), names(lineage))
    if not args.what and args.source is None and args.target is None:
        yield whole(lineage)


def _there(found: Answer, known: Iterator[str]) -> Answer:
    """The answer. Raises WrongUse when nothing has this name."""
    if found.is_there:
        return found
    near = did_you_mean(found.what, dict.fromkeys(known))
    raise WrongUse(
        "NAME",
        f'Nothing in this blueprint or its contracts is called "{found.what}".',
        [*near, "All that is there:  balie lineage PATH"],
    )


def _as_json(lineage: Lineage, answers: Sequence[Answer]) -> str:
    told = {
        "service": str(lineage.blueprint.service),
        "version": lineage.blueprint.version,
        "answers": [
            {
                "what": one.what,
                "fields": [_field(lineage, trail) for trail in one.trails],
                "pages": [{"step": page.step.id, "address": page.address} for page in one.pages],
                "rules": [_link(lineage, link) for link in one.rules],
                "links": [_link(lineage, link) for link in one.raw],
            }
            for one in answers
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _field(lineage: Lineage, trail: Trail) -> Mapping[str, object]:
    more = {
        "id": trail.id,
        "at": str(trail.at),
        "becomes": trail.becomes,
        "seen_by": trail.kinds,
        "comes_from": [_link(lineage, link) for link in trail.sources],
        "goes_to": [_link(lineage, link) for link in trail.targets],
    }
    return {**_plain(trail, "links", "changes"), **more}


def _link(lineage: Lineage, link: Link) -> Mapping[str, object]:
    places = [place for place in lineage.places_of(link) if place.kinds]
    met = list(dict.fromkeys(place.address or place.step for place in places))
    return {**_plain(link), "address": link.address, "at": str(link.at), "seen_at": met}


def _plain(known: Trail | Link, *without: str) -> dict[str, object]:
    told: dict[str, object] = msgspec.to_builtins(known, enc_hook=str)
    return {name: value for name, value in told.items() if name not in without}
