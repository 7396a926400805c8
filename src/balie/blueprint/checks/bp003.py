"""A text that is cut off by a comment."""

import re
from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Written
from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.source import Mapping, Sequence, Span, Text
from balie.blueprint.tree import File

ABOUT = About(
    code="BP003",
    severity=Severity.WARNING,
    title="A text is cut off at a #",
    why="Behind a space, # starts a comment: customers would never read what stands after it.",
    example=Change("story.yaml", "title: My loan\n", "title: My loan #1\n"),
    near_miss=Change("story.yaml", "title: My loan\n", "title: My loan  # of one book\n"),
)

CUT = re.compile(r"\S (#[^\s#][^\n]*)")


def check(written: Written) -> Iterator[Finding]:
    file = written.file
    if not CUT.search(file.text):
        return
    cuts = {
        (number, match.start(1)): match[1].rstrip()
        for number, line in enumerate(file.lines, 1)
        for match in CUT.finditer(line)
    }
    for text in _texts(file):
        comment = cuts.get((text.at.line, text.at.end))
        if comment is not None and len(text) == text.at.end - text.at.column:
            yield _cut(text, comment)


def _texts(file: File) -> Iterator[Text]:
    waiting = [file.tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Text):
            yield node
        elif isinstance(node, Sequence):
            waiting.extend(reversed(node.items))
        elif isinstance(node, Mapping):
            waiting.extend(value for _, value in reversed(node.entries))


def _cut(text: Text, comment: str) -> Finding:
    at = text.at
    start = at.end + 1
    return ABOUT.finding(
        f'everything after # is a comment: customers would read "{text}"',
        Place(Span(at.file, at.line, start, start + len(comment)), "nobody reads this"),
        Place(at, "the text ends here"),
        help_=(
            f'did you mean "{text} {comment}"? Put it in quotes',
            "a comment has a space after its #",
        ),
    )
