"""`balie check`: what is wrong with a blueprint, where, why, and how to mend it."""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from balie.blueprint.check import check, in_order
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.model import Blueprint
from balie.blueprint.reader import Reading, read
from balie.blueprint.report import as_github, as_json, as_text
from balie.site.blueprints import folder_of
from balie.site.contracts import described
from balie.words.languages import spoken

EXAMPLES = """\
examples:
  balie check blueprints/shop             findings with their lines, and a line of counts
  balie check blueprints/shop --strict    warnings fail too
  balie check blueprints/shop --json      a list for programs; positions count from 1
  balie check blueprints/shop --github    annotations beside the lines of a pull request

A warning that is meant is answered in the blueprint:  accepts: [BP204 because ...]
exit codes: 0 nothing is wrong; 1 there are errors (with --strict: or warnings); 2 wrong use
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the `balie` command line."""
    parser = subparsers.add_parser(
        "check",
        help="say what is wrong with a blueprint, where, and how to mend it",
        description="Checks a blueprint's text, its meaning, and whether its systems have what "
        "it asks of them according to their own contracts. Nothing is asked over a network.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("path", type=Path, metavar="PATH", help="the blueprint's folder")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print a list, for programs")
    form.add_argument("--github", action="store_true", help="print annotations for GitHub")
    parser.add_argument("--strict", action="store_true", help="let warnings fail too")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Checks. 0: nothing is wrong; 1: something is. Raises WrongUse without such a folder."""
    reading = read(folder_of(args.path))
    findings = _findings(reading)
    if args.json:
        print(as_json(findings))
    elif args.github:
        sys.stdout.write(as_github(findings, args.path.as_posix()))
    else:
        _tell(reading, findings, args.path)
    return 1 if _fails(findings, strict=args.strict) else 0


def _findings(reading: Reading) -> tuple[Finding, ...]:
    """All that is wrong, in the order of the text; of an unreadable one what reading said."""
    if reading.blueprint is None:
        return in_order(reading.findings)
    systems = described(reading.blueprint)
    so_far = (*reading.findings, *systems.findings)
    return check(reading.blueprint, systems.contracts, so_far, languages=frozenset(spoken()))


def _fails(findings: Sequence[Finding], *, strict: bool) -> bool:
    failing = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    return any(finding.severity in failing for finding in findings)


def _tell(reading: Reading, findings: Sequence[Finding], path: Path) -> None:
    if findings:
        print(as_text(findings, reading.texts, colour=_is_colourful()))
    print(f"{path}: {_counts(findings)}{_size(reading.blueprint)}")


def _is_colourful() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _counts(findings: Sequence[Finding]) -> str:
    """`2 errors, 1 warning`, or that nothing was found."""
    found = Counter(finding.severity for finding in findings)
    words = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "remark"}
    said = [_many(found[severity], word) for severity, word in words.items() if found[severity]]
    return ", ".join(said) or "nothing is wrong"


def _size(blueprint: Blueprint | None) -> str:
    if blueprint is None:
        return ""
    sizes = (
        _many(len(blueprint.steps), "step"),
        _many(len(blueprint.things), "thing"),
        _many(len(blueprint.systems), "system"),
        _many(_open_questions(blueprint), "open question"),
    )
    return f" ({', '.join(sizes)})"


def _open_questions(blueprint: Blueprint) -> int:
    of_steps = sum(len(step.open_questions) for step in blueprint.steps)
    fields = (field for thing in blueprint.things.values() for field in thing.fields.values())
    return of_steps + sum(len(field.open_questions) for field in fields)


def _many(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
