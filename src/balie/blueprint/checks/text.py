"""The checks of the text itself, before there is a model."""

from collections.abc import Iterable
from itertools import islice

from balie.blueprint.checks.check import Written
from balie.blueprint.checks.found import text_checks
from balie.blueprint.finding import Finding
from balie.blueprint.tree import File

MOST = 100
"""Findings of one check in one file: who gets more of them has another problem first."""


def look(files: Iterable[File]) -> list[Finding]:
    """What the text checks find in these files."""
    return [
        finding
        for written in map(Written, files)
        for found in text_checks()
        for finding in islice(found.check(written), MOST)
    ]
