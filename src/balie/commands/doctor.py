"""`balie doctor`: looks an installation over, and says of each part how it is and what to do."""

import argparse
import asyncio
import dataclasses
import json
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from pkgutil import resolve_name

from balie.site import configuration, installation
from balie.site.blueprints import Checked, checked
from balie.site.configuration import Configuration, WrongSetting
from balie.site.examination import connections
from balie.site.examination.deployment import fit
from balie.site.examination.mailing import mailing
from balie.site.examination.observation import (
    Examine,
    Observation,
    Verdict,
    broken,
    examined,
    fine,
    look,
)
from balie.site.examination.surroundings import told, without_waiting
from balie.site.refusal import Refusal, WrongUse

EXAMPLES = """\
examples:
  balie doctor blueprints/shop              with the settings of balie run
  balie doctor blueprints/shop --within 20  for systems that are slow
  balie doctor blueprints/shop --deploy     also: is it fit for real customers?
  balie doctor blueprints/shop --json       for programs

It asks your systems, your database and your mail server, changes none of them, sends no mail, and
prints no secret. It can be run while the portal runs.
exit codes: 0 nothing is broken; 1 something is, and is told; 2 wrong use
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the `balie` command line."""
    parser = subparsers.add_parser(
        "doctor",
        help="look an installation over, before and while it runs",
        description="Looks at the program, the settings, the address, the folder and the database, "
        "the mail server, and at every system: whether it lets us in, and still is what its "
        "contract says. Each is fine, to be looked at, or broken, with what to do.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("path", type=Path, metavar="PATH", help="the blueprint's folder")
    parser.add_argument(
        "--within",
        type=float,
        default=10.0,
        metavar="SECONDS",
        help="for each of them (default 10)",
    )
    parser.add_argument(
        "--deploy",
        action="store_true",
        help="look also whether it is fit for real customers: https, keys, files, staff, audit",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object, for programs")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Looks. 0: nothing is broken; 1: something is. Raises WrongUse without such a folder."""
    seen = _seen(args.path, args.within, args.deploy)
    print(_as_json(seen) if args.json else _as_text(seen))
    return 1 if any(one.verdict is Verdict.BROKEN for one in seen) else 0


def _seen(path: Path, within: float, deploy: bool) -> tuple[Observation, ...]:
    try:
        found = checked(path)
    except WrongUse:
        raise
    except Refusal:
        return (broken("blueprint", f"{path} has errors", f"balie check {path}"),)
    blueprint = fine("blueprint", f"{found.blueprint.service}: nothing keeps it from running")
    try:
        chosen = configuration.read(os.environ)
    except WrongSetting as wrong:
        return (blueprint, broken("settings", f"{wrong.name} cannot be used", told(wrong)))
    here = without_waiting(chosen, found.blueprint)
    seen = (blueprint, *here, *asyncio.run(_asked(found, chosen, within)))
    return (*seen, *_fit(chosen)) if deploy else seen


def _fit(chosen: Configuration) -> Sequence[Observation]:
    """Whether it is fit for real customers."""
    if chosen.embedded and not chosen.database_file.is_file():
        return fit(chosen)
    installation.set_up(chosen.values)
    name = "balie.site.examination.guarded:guarded"  # can be imported only now
    look_at: Callable[[Configuration], Sequence[Observation]] = resolve_name(name)
    return (*fit(chosen), *look_at(chosen))


async def _asked(found: Checked, chosen: Configuration, within: float) -> tuple[Observation, ...]:
    """All that others have to answer, at once."""
    asked: dict[str, Examine] = {
        "database": partial(_database, chosen),
        "mail server": partial(mailing, chosen, within),
    }
    if chosen.cache_url.startswith("redis"):
        asked["Redis"] = partial(_redis, chosen)
    for about, system in connections.examinations(found, chosen).items():
        asked[about] = partial(connections.reached, found, chosen, system)
    return await examined(asked, within)


async def _database(chosen: Configuration) -> Sequence[Observation]:
    if chosen.embedded and not chosen.database_file.is_file():
        says = "there is none yet: no people, nothing kept"
        return (look("database", says, "The first  balie run  makes it."),)
    return await asyncio.to_thread(_kept, chosen)


def _kept(chosen: Configuration) -> Sequence[Observation]:
    installation.set_up(chosen.values)
    name = "balie.site.examination.keeping:database"  # can be imported only now
    look_at: Callable[[Configuration], Sequence[Observation]] = resolve_name(name)
    return look_at(chosen)


async def _redis(chosen: Configuration) -> Sequence[Observation]:
    try:
        ping: Callable[[str], None] = resolve_name("balie.site.scale:ping")
    except ImportError:
        return ()  # told with the program
    try:
        await asyncio.to_thread(ping, chosen.cache_url)
    except OSError:
        return (broken("Redis", "does not answer", "Whether it runs; BALIE_CACHE_URL."),)
    return (fine("Redis", "answers"),)


# ---- told


def _as_text(seen: Sequence[Observation]) -> str:
    width = max(len(one.about) for one in seen)
    lines = []
    for one in seen:
        lines.append(f"{one.verdict.value:<12}  {one.about:<{width}}  {one.says}")
        lines += [f"{'':<12}  {'':<{width}}    {line}" for line in one.do.splitlines()]
    return "\n".join(lines)


def _as_json(seen: Sequence[Observation]) -> str:
    is_broken = any(one.verdict is Verdict.BROKEN for one in seen)
    told = {"broken": is_broken, "seen": [dataclasses.asdict(one) for one in seen]}
    return json.dumps(told, ensure_ascii=False, indent=2)
