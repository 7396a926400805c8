"""Findings as people, programs and code reviews read them."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.source import Span
from balie.blueprint.tree import LINES

WIDEST = 88
"""Characters of a source line that are shown; of a longer one, those around the place."""

COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}


def as_text(findings: Iterable[Finding], texts: Mapping[str, str], colour: bool = False) -> str:
    """Each finding with the lines that it is about. texts: file -> its text."""
    lines = _Lines(texts)
    paint = _Paint(colour=colour)
    return "\n".join(
        "".join(f"{line.rstrip()}\n" for line in _lines_of(finding, lines, paint))
        for finding in findings
    )


class _Lines:
    """The lines of every file, split once."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._split: dict[str, list[str]] = {}

    def line(self, at: Span) -> str:
        if at.file not in self._split:
            self._split[at.file] = LINES.split(self._texts.get(at.file, ""))
        lines = self._split[at.file]
        return lines[at.line - 1] if 0 < at.line <= len(lines) else ""


class _Paint:
    """Colours for a terminal, or none."""

    def __init__(self, *, colour: bool) -> None:
        self.colour = colour

    def __call__(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text


def _lines_of(finding: Finding, lines: _Lines, paint: _Paint) -> Iterator[str]:
    width = max(len(str(place.at.line)) for place in finding.where)
    gutter = " " * (width + 2)
    tint = COLOURS[finding.severity]
    code = paint(f"{finding.severity}[{finding.code}]", f"1;{tint}")
    yield f"{code}: {paint(_shown(finding.message), '1')}"
    file = None
    for number, place in enumerate(finding.where):
        if place.at.file != file:
            yield f"{gutter}┌─ {place.at}"
            yield f"{gutter}│"
            file = place.at.file
        else:
            yield f"{gutter}·"
        yield from _source(place, lines, width, number == 0, paint, tint)
    if finding.why or finding.help:
        yield f"{gutter}│"
    if finding.why:
        yield f"{gutter}= why: {finding.why}"
    for first, line in zip([True] + [False] * len(finding.help), finding.help, strict=False):
        yield f"{gutter}= help: {_shown(line)}" if first else f"{gutter}{' ' * 8}{_shown(line)}"


def _source(
    place: Place, lines: _Lines, width: int, is_first: bool, paint: _Paint, tint: str
) -> Iterator[str]:
    at = place.at
    line, start = _clipped(lines.line(at), at)
    marks = ("^" if is_first else "-") * max(1, min(at.end - at.column, len(line) - start))
    says = f"{marks} {place.label}"
    yield f" {at.line:>{width}} │ {_shown(line)}"
    yield f"{' ' * (width + 2)}│ {' ' * start}{paint(says, tint if is_first else '34')}"


def _clipped(line: str, at: Span) -> tuple[str, int]:
    """What is shown of a line, and where in that the place begins (from 0)."""
    start = at.column - 1
    if len(line) <= WIDEST:
        return line, start
    first = max(0, min(start - 20, at.end - WIDEST + 1)) if at.end > WIDEST else 0
    shown = line[first : first + WIDEST]
    before, after = "…" if first else "", "…" if first + WIDEST < len(line) else ""
    return f"{before}{shown}{after}", start - first + len(before)


UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def _shown(text: str) -> str:
    """A text without characters that would do something to a terminal."""
    return UNSEEN.sub(" ", text)


def as_json(findings: Iterable[Finding]) -> str:
    """A list for programs: positions count from 1, and `end` is exclusive."""
    return json.dumps([_plain(finding) for finding in findings], ensure_ascii=False, indent=2)


def _plain(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code,
        "severity": str(finding.severity),
        "message": finding.message,
        "where": [_plain_place(place) for place in finding.where],
        "why": finding.why,
        "help": list(finding.help),
    }


def _plain_place(place: Place) -> dict[str, object]:
    at = place.at
    return {
        "file": at.file,
        "line": at.line,
        "column": at.column,
        "end": at.end,
        "label": place.label,
    }


GITHUB = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def as_github(findings: Iterable[Finding], folder: str = "") -> str:
    """Annotations for a review: GitHub shows each beside its line. folder: before file names."""
    return "".join(f"{_annotation(finding, folder)}\n" for finding in findings)


def _annotation(finding: Finding, folder: str) -> str:
    at = finding.where[0].at
    path = f"{folder.rstrip('/')}/{at.file}" if folder else at.file
    place = f"file={_property(path)},line={at.line},col={at.column},endColumn={at.end}"
    text = "\n".join((finding.message, *finding.help))
    return f"::{GITHUB[finding.severity]} {place},title={finding.code}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
