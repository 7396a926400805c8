"""`balie run`: a blueprint as a portal that customers can use."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from pkgutil import resolve_name

from balie.rehearsal.launch import RehearsedSystem, launched, settings
from balie.site import configuration, installation, logs
from balie.site.blueprints import Checked, checked
from balie.site.configuration import Configuration

EXAMPLES = """\
examples:
  balie run --demo blueprints/shop     rehearsed systems, and people to sign in as
  balie run blueprints/shop            with your own systems; settings come from the environment
  balie run --port 8080 blueprints/shop

settings (environment), and what holds without them:
  BALIE_BLUEPRINT        the blueprint's folder, when it is not on the command line
  BALIE_STATE            the folder for our own files; var/balie
  BALIE_HOST, BALIE_PORT  what --host and --port say; 127.0.0.1 and 8000
  BALIE_PUBLIC_URL       the address that customers type; http://127.0.0.1:PORT
  BALIE_MAIL_URL         smtp://user:password@host:587?tls=starttls
  BALIE_MAIL_FROM        service@example.com
  BALIE_DATABASE_URL     postgresql://... for several processes; a file in the state folder
  BALIE_CACHE_URL        redis://... for several processes; a file in the state folder
  BALIE_KEYS             keys that encrypt, the first closes; one is made (not for PostgreSQL)
  BALIE_TRUSTED_PROXIES  addresses of your own proxies; none
  BALIE_PRIVATE_SYSTEMS  hosts of systems on your own network; none
  BALIE_LOG              debug, info or warning; warning
  BALIE_DEMO             "public" lets --demo run at a public address: everybody may sign in

exit codes: 0 stopped; 1 it does not start, and says why; 2 wrong use
"""
_DEMO_STATE = "var/balie-demo"

Serve = Callable[
    [Checked, Configuration, Mapping[str, RehearsedSystem], Callable[[str], None]], None
]


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the `balie` command line."""
    parser = subparsers.add_parser(
        "run",
        help="run a blueprint as a portal",
        description="Serves a blueprint: pages, API, sign-in and the pages of staff.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("path", type=Path, metavar="PATH", nargs="?", help="the blueprint's folder")
    parser.add_argument("--port", type=int, metavar="8000", help="where to listen")
    parser.add_argument("--host", metavar="127.0.0.1", help="which address to listen at")
    parser.add_argument(
        "--demo",
        "--rehearse",
        action="store_true",
        help="rehearse the systems on the ports after ours, with people to sign in as",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serves until stopped. First the blueprint, then the settings, then the systems.

    Raises Refusal when it does not start, WrongUse when there is no such folder.
    """
    environment = {**os.environ, **_said(args)}
    blueprint = environment.get("BALIE_BLUEPRINT")
    found = checked(Path(blueprint) if blueprint else None)
    wanted = configuration.read(environment)
    configuration.demands(wanted)
    logs.begin(wanted.log, sys.stderr)
    with _systems(found, wanted, is_demo=args.demo) as systems:
        _serve(found, {**environment, **_of_demo(found, systems)}, systems)
    return 0


def _serve(
    found: Checked, environment: Mapping[str, str], systems: Mapping[str, RehearsedSystem]
) -> None:
    had_keys = configuration.read(environment).keys
    chosen = installation.ready(environment)
    if not had_keys:
        print(f"A new key encrypts what is kept: {chosen.state / 'keys'}. Keep a copy of it.")
    serve: Serve = resolve_name("balie.site.serving:serve")  # can be imported only now
    serve(found, chosen, systems, lambda text: print(text, flush=True))


@contextmanager
def _systems(
    found: Checked, wanted: Configuration, *, is_demo: bool
) -> Iterator[Mapping[str, RehearsedSystem]]:
    """The rehearsed systems of a demo; none otherwise."""
    if not is_demo:
        yield {}
        return
    today = date.today()  # noqa: DTZ011 - the day where we are
    with launched(found.folder, first_port=wanted.port + 1, today=today) as systems:
        yield systems


def _said(args: argparse.Namespace) -> Mapping[str, str]:
    """What the command line says, as settings; it wins over the environment."""
    said = {
        "BALIE_BLUEPRINT": args.path and str(args.path),
        "BALIE_PORT": args.port and str(args.port),
        "BALIE_HOST": args.host,
        "BALIE_DEMO": _demo_as_said() if args.demo else None,
    }
    if args.demo and "BALIE_STATE" not in os.environ:
        said["BALIE_STATE"] = _DEMO_STATE
    return {name: value for name, value in said.items() if value}


def _demo_as_said() -> str:
    """A demo; for everybody when the environment says so."""
    said = os.environ.get("BALIE_DEMO", "").lower()
    return said if said == "public" else "1"


def _of_demo(found: Checked, systems: Mapping[str, RehearsedSystem]) -> Mapping[str, str]:
    """Where the rehearsed systems are, and their keys."""
    if not systems:
        return {}
    return {**settings(found.folder, systems), "BALIE_PRIVATE_SYSTEMS": "127.0.0.1"}
