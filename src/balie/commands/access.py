"""`balie access`: what somebody may see and do, and why; the same of everybody, for auditors."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from balie.access.reasons import Verdict
from balie.access.sentences import Sentences, known_by, place, sentences
from balie.access.viewer import Knowledge, Viewer, Visitor
from balie.backstage.access_matrix import matrix_of
from balie.backstage.who_may import Ground, May, MayOpen, ground_of, who_may, whoever_is
from balie.backstage.why import Explainer, Finding, Why, said
from balie.blueprint.model import EVERYBODY
from balie.commands.as_somebody import Heard, connected, rehearsed, visitor_with
from balie.commands.matrix import as_csv, as_typst
from balie.commands.printing import document_as_pdf
from balie.site import configuration, logs
from balie.site.blueprints import Checked, checked, language_of
from balie.site.refusal import WrongUse

_MATRICES = (".csv", ".pdf")
EXAMPLES = """\
examples:
  balie access blueprints/shop --as buyer                     a kind of customer, whoever they are
  balie access blueprints/shop --as bram@example.nl           somebody, as the systems know them
  balie access blueprints/shop --as bram@example.nl --at /orders/1042
  balie access blueprints/shop --as bram@example.nl --at /orders/1042 --rehearse
  balie access blueprints/shop --as buyer --json | jq '.pages[] | select(.yes | not)'
  balie access blueprints/shop --matrix who-may-what.pdf      everybody and everything, to print
  balie access blueprints/shop --matrix - | head              the same as CSV
  balie access blueprints/shop --as bram@example.nl --matrix bram.csv

With --at the page is opened as that person; where its row is not theirs, it is looked up by its
key, to tell "not there" from "somebody else's". Nothing of somebody else's row is told.
exit codes: 0 done, and with --at: they see it; 1 with --at: they do not; 2 wrong use
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the `balie` command line."""
    parser = subparsers.add_parser(
        "access",
        help="what somebody may see and do, and why",
        description="Explains of every page, form, field and document whether somebody may see or "
        "do it, and which places of the blueprint say so.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("path", type=Path, metavar="BLUEPRINT", help="the blueprint's folder")
    parser.add_argument(
        "--as",
        dest="person",
        metavar="PERSON",
        help='a mail address, a kind of customer, or "everybody" for whoever does not sign in',
    )
    parser.add_argument(
        "--matrix", metavar="FILE", help="who may do what, of all: .csv, .pdf, or - to print CSV"
    )
    parser.add_argument("--language", metavar="nl", help="of the matrix; default: the blueprint's")
    parser.add_argument("--at", metavar="ADDRESS", help="only what is there: /orders/1042")
    parser.add_argument(
        "--rehearse", action="store_true", help="start rehearsed systems for it, and stop them"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object, for programs")
    parser.set_defaults(run=run)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is printed. why: of one address."""

    person: str
    viewer: Viewer
    pages: tuple[MayOpen, ...]
    say: Sentences
    why: Why | None = None


def run(args: argparse.Namespace) -> int:
    """Explains. Raises Refusal when it cannot be done, WrongUse when it was asked wrongly."""
    _refuse_without_meaning(args)
    found = checked(args.path)
    if args.matrix is not None:
        return _matrix(found, args)
    if args.at is not None and not args.at.startswith("/"):
        raise WrongUse("ADDRESS", f"{args.at} is no address.", ["It begins with /:  /orders"])
    told = _of_a_person(found, args) if "@" in args.person else _of_a_kind(found, args)
    print(_as_json(told) if args.json else _as_text(told), end="")
    return 1 if told.why is not None and not told.why.yes else 0


def _refuse_without_meaning(args: argparse.Namespace) -> None:
    """Raises WrongUse for a command that does not say what is wanted."""
    if args.matrix is None and args.person is None:
        raise WrongUse(
            "ACCESS",
            "Say of whom:  --as PERSON,  or of everybody:  --matrix FILE.",
            ["balie access --help shows examples."],
        )
    if args.matrix is not None and args.at is not None:
        raise WrongUse("MATRIX", "A matrix is of every address; --at is of one.", [])
    if args.matrix is not None and not (args.matrix == "-" or args.matrix.endswith(_MATRICES)):
        raise WrongUse(
            "MATRIX",
            f"I cannot tell from the name {args.matrix} what to write.",
            [f"Let it end in one of: {', '.join(_MATRICES)}, or say - to print it as CSV."],
        )


def _matrix(found: Checked, args: argparse.Namespace) -> int:
    """Writes who may do what. 0: written; 2: it cannot be."""
    language = language_of(found.blueprint, args.language)
    say = sentences(language, "")
    persons = None
    if args.person is not None:
        told = _of_a_person(found, args) if "@" in args.person else _of_a_kind(found, args)
        persons = {told.person: told.viewer}
    matrix = matrix_of(ground_of(found.blueprint, found.contracts), language, say, persons)
    if args.matrix == "-":
        sys.stdout.write(as_csv(matrix, say.told))
        return 0
    if args.matrix.endswith(".pdf"):
        today = date.today().isoformat()  # noqa: DTZ011 - the day where we are
        content = document_as_pdf(as_typst(matrix, say.told, today, language))
    else:
        content = as_csv(matrix, say.told).encode()
    try:
        Path(args.matrix).write_bytes(content)
    except OSError as error:
        print(f"{args.matrix} cannot be written: {error.strerror}", file=sys.stderr)
        return 2
    return 0


# ---- who


def _of_a_kind(found: Checked, args: argparse.Namespace) -> Told:
    """Whoever is of a kind: what the blueprint alone says. Raises WrongUse for an unknown one."""
    kinds = [*map(str, found.blueprint.people.customers), EVERYBODY]
    if args.person not in kinds:
        raise WrongUse(
            "PERSON",
            f'The blueprint has no kind of customer "{args.person}".',
            [f"Its kinds are:  {', '.join(kinds)}", "Somebody in person:  --as bram@example.nl"],
        )
    ground = ground_of(found.blueprint, found.contracts)
    say = sentences("en", sentences("en", "").say("somebody"))
    viewer = whoever_is(found.blueprint, args.person, say.say("whoever"))
    pages = who_may(ground, viewer)
    if args.at is None:
        return Told(person=args.person, viewer=viewer, pages=pages, say=say)
    pages = tuple(page for page in pages if page.address == args.at)
    seen = any(page.may.verdict.yes for page in pages)
    finding = Finding.SEEN if seen else Finding.NOT_FOR_THEM if pages else Finding.NO_ADDRESS
    why = Why(viewer=viewer, address=args.at, finding=finding, place=next(iter(pages), None))
    return Told(person=args.person, viewer=viewer, pages=pages, say=say, why=why)


def _of_a_person(found: Checked, args: argparse.Namespace) -> Told:
    """Somebody, as the systems know them now."""
    with ExitStack() as stack:
        chosen = rehearsed(found, stack) if args.rehearse else configuration.read(os.environ)
        logs.begin(chosen.log, sys.stderr)
        visitor = visitor_with(args.person.strip().lower(), chosen, is_rehearsed=args.rehearse)
        return asyncio.run(_asked(found, chosen, visitor, args.at))


async def _asked(
    found: Checked, chosen: configuration.Configuration, visitor: Visitor, at: str | None
) -> Told:
    ground, why = ground_of(found.blueprint, found.contracts), None
    async with AsyncExitStack() as closing:
        with_systems = connected(found, chosen, Heard(), closing)
        if at is None:
            viewer = await with_systems.service.recognised(visitor)
            pages = who_may(ground, viewer)
        else:
            explainer = Explainer(
                service=with_systems.service, ground=ground, connectors=with_systems.connectors
            )
            why = await explainer.why(at, visitor, str(found.blueprint.language))
            viewer, pages = why.viewer, () if why.place is None else (why.place,)
    say = sentences("en", visitor.email, known_by=_known(ground, viewer))
    return Told(person=visitor.email, viewer=viewer, pages=pages, say=say, why=why)


def _known(ground: Ground, viewer: Viewer) -> dict[str, str]:
    return dict(known_by(ground.blueprint, viewer.kinds))


# ---- as text


def _as_text(told: Told) -> str:
    parts = filter(None, [_head(told), *(_page(told, page) for page in told.pages)])
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _head(told: Told) -> list[str]:
    viewer = told.viewer
    lines = [] if told.why is None else [said(told.why, told.say), ""]
    kinds = ", ".join(sorted(viewer.kinds)) or "no kind of customer"
    how = told.say.known_by.get("roles", "")
    known = f"{kinds} ({how})" if how else kinds
    if "@" in told.person:
        lines.append(f"{told.person} is {known if viewer.kinds_known else 'unknown now'}")
    for name, mine in viewer.me.items() if "@" in told.person else ():
        values = " / ".join(mine.values) if mine.knowledge is Knowledge.KNOWN else ""
        how = told.say.known_by.get(name, "")
        lines.append(
            f"  me.{name:<12}{values or mine.knowledge.value}{f'  ({how})' if how else ''}"
        )
    if told.why is not None and told.why.row is not None:
        lines += ["", "the row", *(f"  {line}" for line in told.say.all(told.why.row.reasons))]
    return lines


def _page(told: Told, page: MayOpen) -> list[str]:
    lines = [f"{_yes(page.may.verdict)}  {page.address}  {page.may.label} ({page.step})"]
    lines += _indented(_because(told, page.may))
    if page.may.verdict.yes:
        lines += _indented(tuple(_rows(told, page)))
        lines += [line for part in page.parts for line in _part(told, part)]
    return lines


def _rows(told: Told, page: MayOpen) -> Iterator[str]:
    for thing, rows in page.rows:
        yield from (f"{thing}: {line}" for line in told.say.all(rows.reasons))


def _part(told: Told, part: May) -> Iterator[str]:
    yield f"     {_yes(part.verdict)}  {part.doing.value:<9}{part.about}  {part.label}"
    because = () if part.verdict.yes else told.say.all(part.verdict.deciding)
    conditions = (f"{c.word}: {c.text} ({place(c.at)})" for c in part.conditions)
    yield from (f"            {line}" for line in (*because, *conditions))


def _because(told: Told, may: May) -> tuple[str, ...]:
    conditions = (f"{c.word}: {c.text} ({place(c.at)})" for c in may.conditions)
    return (*told.say.all(may.verdict.deciding), *conditions)


def _indented(lines: tuple[str, ...]) -> list[str]:
    return [f"     {line}" for line in lines]


def _yes(verdict: Verdict) -> str:
    return "yes" if verdict.yes else "no "


# ---- as JSON


def _as_json(told: Told) -> str:
    plain = {
        "person": told.person,
        "kinds": sorted(told.viewer.kinds),
        "kinds_known": told.viewer.kinds_known,
        "me": {name: list(mine.values) for name, mine in told.viewer.me.items()},
        "pages": [_plain_page(told, page) for page in told.pages],
    }
    if told.why is not None:
        row = told.why.row
        plain["at"] = {
            "address": told.why.address,
            "yes": told.why.yes,
            "finding": told.why.finding.value,
            "says": said(told.why, told.say),
            "row": [] if row is None else list(told.say.all(row.reasons)),
        }
    return json.dumps(plain, ensure_ascii=False, indent=2) + "\n"


def _plain_page(told: Told, page: MayOpen) -> dict[str, object]:
    return {
        "step": page.step,
        "address": page.address,
        **_plain(told, page.may),
        "rows": {thing: list(told.say.all(rows.reasons)) for thing, rows in page.rows},
        "parts": [_plain(told, part) for part in page.parts],
    }


def _plain(told: Told, may: May) -> dict[str, object]:
    return {
        "doing": may.doing.value,
        "about": may.about,
        "label": str(may.label),
        "yes": may.verdict.yes,
        "why": list(told.say.all(may.verdict.deciding)),
        "conditions": [
            {"word": c.word, "text": c.text, "place": place(c.at)} for c in may.conditions
        ],
    }
