"""A file, or a folder, that cannot be used."""

from balie.blueprint.checks.check import About, Change, said_while_reading
from balie.blueprint.finding import Severity

ABOUT = About(
    code="BP006",
    severity=Severity.ERROR,
    title="A file cannot be used",
    why="A blueprint is a folder of its own, with text files in UTF-8 of a size that people can "
    "read. Nothing outside of the folder is ever read, but that a variant, which is a folder in "
    "a blueprint's folder, borrows the words, contracts and profiles of the one above.",
    example=Change("words/nl.yaml", "Mijn bibliotheek", "Mijn caf\udce9"),
    near_miss=Change("words/nl.yaml", "Mijn bibliotheek", "Mijn café"),
)

check = said_while_reading
