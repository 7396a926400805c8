"""A word without a value."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Written, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.source import Text

ABOUT = About(
    code="BP002",
    severity=Severity.ERROR,
    title="A word has no value",
    why="Between { } a comma starts a new entry, so the rest of a sentence becomes a word of its "
    "own and the sentence is cut short.",
    example=Change("things.yaml", "name: Lending you books,", "name: Lending you books, or films,"),
    near_miss=Change(
        "things.yaml", "name: Lending you books,", 'name: "Lending you books, or films",'
    ),
    leaves_unread=True,
)


def check(written: Written) -> Iterator[Finding]:
    for _, mapping in written.mappings:
        for key, value in mapping.entries:
            if isinstance(value, Text) and value.is_absent:
                yield _in_braces(key) if written.file.is_in_braces(mapping) else _on_its_line(key)


def _in_braces(key: Text) -> Finding:
    return ABOUT.finding(
        f'"{key}" has no value',
        place(key, "this looks like the rest of a sentence"),
        help_=('between { } a comma starts a new entry. Put the sentence in quotes:  "…, …"',),
    )


def _on_its_line(key: Text) -> Finding:
    return ABOUT.finding(
        f'"{key}" has no value',
        place(key, "nothing stands behind it"),
        help_=("write its value, or leave the word out",),
    )
