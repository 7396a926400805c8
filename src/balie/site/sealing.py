"""Seals of the audit: how far it was at a moment, kept beside the database and in the log."""

from pathlib import Path

import msgspec

from balie.site.configuration import Configuration
from balie.site.connecting import utc_now
from balie.site.logs import log_of
from balie.site.refusal import WrongUse
from balie.store.audit import Trail
from balie.store.chain import Seal
from balie.store.stamps import Stamps

log = log_of(__name__)


def trail_of(configuration: Configuration) -> Trail:
    """The audit of this installation."""
    return Trail(Stamps(configuration.keys), utc_now)


def keep_seal(configuration: Configuration) -> int:
    """Keeps a seal of now beside the database's files, and in the log. How many: none when nothing
    was added since the last one.
    """
    file, seal = seal_file(configuration), trail_of(configuration).seal()
    before = seals_in(file) if file.is_file() else []
    if not seal.heads or any(one.heads == seal.heads for one in before):
        return 0
    line = msgspec.json.encode(seal)
    made = file.with_suffix(".new")
    made.touch(mode=0o600)
    made.write_bytes(line + b"\n")
    made.replace(file)
    log.info("the audit is sealed", seal=line.decode())
    return 1


def seal_file(configuration: Configuration) -> Path:
    """Where the carrier keeps the newest seal."""
    return configuration.state / "audit-seal"


def seals_in(file: Path) -> list[Seal]:
    """The seals in a file, a line each. Raises WrongUse for anything else."""
    try:
        lines = file.read_bytes().splitlines()
        return [msgspec.json.decode(line, type=Seal) for line in lines if line.strip()]
    except (OSError, msgspec.DecodeError) as error:
        raise WrongUse(
            "SEAL",
            f"{file} holds no seals.",
            ["A line as `balie audit seal` prints it, or several."],
        ) from error
