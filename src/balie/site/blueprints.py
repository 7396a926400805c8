"""A blueprint that may run: it is there, and nothing is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from balie.blueprint.check import check, has_errors, in_order
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.model import Blueprint
from balie.blueprint.reader import Reading, read
from balie.blueprint.report import as_text
from balie.site.contracts import described
from balie.site.refusal import Refusal, WrongUse
from balie.systems.contract import Contract
from balie.words.languages import spoken


@dataclass(frozen=True, slots=True)
class Checked:
    """A blueprint without errors, where it lies, and what its systems say of themselves."""

    folder: Path
    blueprint: Blueprint
    contracts: Mapping[str, Contract]


def checked(said: Path | None) -> Checked:
    """The blueprint of a folder. Raises WrongUse without one, Refusal when it may not run."""
    folder = folder_of(said)
    reading = read(folder)
    blueprint = readable(reading, folder)
    systems_say = described(blueprint)
    read_so_far = (*reading.findings, *systems_say.findings)
    findings = check(blueprint, systems_say.contracts, read_so_far, languages=frozenset(spoken()))
    if has_errors(findings):
        raise _refused(folder, findings, reading.texts)
    return Checked(folder, blueprint, systems_say.contracts)


def folder_of(said: Path | None) -> Path:
    """The folder that somebody named. Raises WrongUse when they named none, or it is not there."""
    if said is None:
        raise WrongUse(
            "BLUEPRINT",
            "I do not know which service is meant.",
            [
                "Say it on the command line:   balie run blueprints/my-service",
                "or in the environment:        BALIE_BLUEPRINT=blueprints/my-service",
            ],
        )
    if not said.is_dir():
        raise WrongUse(
            "BLUEPRINT",
            f"There is no folder {said}.",
            ["Give the folder that holds story.yaml, things.yaml and systems.yaml."],
        )
    return said


def readable(reading: Reading, folder: Path) -> Blueprint:
    """What was read. Raises Refusal, with all that is wrong, when that is no blueprint."""
    if reading.blueprint is None:
        raise _refused(folder, in_order(reading.findings), reading.texts)
    return reading.blueprint


def language_of(blueprint: Blueprint, asked: str | None) -> str:
    """The language that is asked for, or the blueprint's own. Raises WrongUse for another."""
    offered = [str(language) for language in (blueprint.language, *blueprint.also)]
    if asked is None:
        return offered[0]
    if asked not in offered:
        raise WrongUse(
            "LANGUAGE",
            f'This blueprint is written in {", ".join(offered)}, not in "{asked}".',
            [f"To add a language, write  words/{asked}.yaml:  balie new language {asked} PATH"],
        )
    return asked


def _refused(folder: Path, findings: Sequence[Finding], texts: Mapping[str, str]) -> Refusal:
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    return Refusal(
        "BLUEPRINT",
        f"{as_text(errors, texts)}\nThis blueprint cannot run yet.",
        [f"The whole list:  balie check {folder}"],
    )
