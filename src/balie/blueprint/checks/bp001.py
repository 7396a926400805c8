"""A word that is written twice."""

from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Written, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.source import Text

ABOUT = About(
    code="BP001",
    severity=Severity.ERROR,
    title="A word is written twice",
    why="YAML lets the second one win without a sound. When the word says whose a row is, "
    "that decides who sees it.",
    example=Change(
        "things.yaml",
        "    owner: memberId = me.person\n",
        "    owner: memberId = me.person\n    owner: memberId = me.member\n",
    ),
    near_miss=Change(
        "things.yaml",
        "    purpose: [lend]\n    list: [number, loan",
        "    personal: contact\n    purpose: [lend]\n    list: [number, loan",
    ),
)

DECIDES_WHO_SEES = ("owner", "seen by", "where", "linked by")


def check(written: Written) -> Iterator[Finding]:
    for under, mapping in written.mappings:
        seen: dict[str, Text] = {}
        for key, _ in mapping.entries:
            if key in seen:
                yield _twice(key, seen[key], under)
            else:
                seen[key] = key


def _twice(second: Text, first: Text, under: Text | None) -> Finding:
    return ABOUT.finding(
        f'"{second}" is written twice',
        place(second, "the second one would silently win"),
        place(first, "written here first"),
        why=_why(second, under),
        help_=("keep one of them",),
    )


def _why(word: Text, under: Text | None) -> str:
    if word not in DECIDES_WHO_SEES or under is None:
        return ""
    article = "an" if under[:1] in "aeiou" else "a"
    return f"one of the two decides who sees {article} {under}"
