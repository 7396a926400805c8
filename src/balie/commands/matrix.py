"""The access matrix on paper and as a table: CSV for programs, PDF to print and to sign off."""

import csv
import io
from collections.abc import Callable, Iterator

from balie.backstage.access_matrix import Line, Mark, Matrix, Section
from balie.commands.printing import as_text

Say = Callable[..., str]

HEADS = (
    "step", "page", "address", "doing", "what", "name", "who", "may", "rows", "beside"
)  # fmt: skip


def as_csv(matrix: Matrix, say: Say) -> str:
    """A line for each page, thing and subject; the same for the same blueprint. UTF-8, commas."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADS)
    for section in matrix.sections:
        for line in section.lines:
            for subject, mark in zip(matrix.subjects, line.marks, strict=True):
                if bool(section.address) != subject.is_staff:  # staff do work, and open no pages
                    writer.writerow(map(_plain, _cells(section, line, subject.id, mark, say)))
    return out.getvalue()


def _cells(section: Section, line: Line, who: str, mark: Mark, say: Say) -> tuple[str, ...]:
    return (
        section.step,
        section.title,
        section.address,
        say(f"matrix.{line.doing}"),
        line.about,
        line.label,
        who,
        say(f"matrix.may_{mark.value}"),
        "; ".join(section.rows),
        "; ".join(line.beside),
    )


def _plain(text: str) -> str:
    """No cell begins as a formula does, for whoever opens it in a spreadsheet."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


# ---- on paper


_PAPER = '#set page(paper: "a4", flipped: true, margin: (x: 12mm, top: 12mm, bottom: 14mm))'
_NUMBERS = "#counter(page).display() / #counter(page).final().first()"


def as_typst(matrix: Matrix, say: Say, day: str, language: str) -> str:
    """The source of a document on sheets of A4, landscape, whose heads return on every sheet."""
    customers = [one for one in matrix.subjects if not one.is_staff]
    teams = [one for one in matrix.subjects if one.is_staff]
    title = say("matrix.title", service=matrix.service)
    said = say("matrix.about", version=matrix.version[:12], day=day)
    pages = [one for one in matrix.sections if one.address]
    work = [one for one in matrix.sections if not one.address]
    parts = [
        f"#set document(title: {as_text(title)}, date: none)",
        f"#set text(lang: {as_text(language)}, font: {as_text('Inter')}, size: 8pt)",
        _PAPER,
        f"#set page(footer: context [#set text(6.5pt); #{as_text(said)} #h(1fr) {_NUMBERS}])",
        "#set par(leading: 0.45em)",
        f"#heading(level: 1, {as_text(title)})",
        f"#par({as_text(said)})",
        *(f"#par({as_text(say(f'matrix.legend_{name}'))})" for name in ("marks", "rows", "if")),
        "#v(4pt)",
        _table([one.label for one in customers], pages, say, first=0),
    ]
    if work and teams:
        parts += [
            "#pagebreak(weak: true)",
            f"#heading(level: 2, {as_text(say('matrix.staff'))})",
            f"#par({as_text(say('matrix.legend_staff'))})",
            "#v(4pt)",
            _table([one.label for one in teams], work, say, first=len(customers)),
        ]
    return "\n".join(parts) + "\n"


def _table(names: list[str], sections: list[Section], say: Say, first: int) -> str:
    columns = f"columns: (3fr, {', '.join(['auto'] * len(names))}, 4fr)"
    lines = "\n".join(_row(row) for one in sections for row in _rows(one, names, say, first))
    heads = (say("matrix.what"), *names, say("matrix.beside"))
    return (
        f"#table({columns}, stroke: 0.4pt + luma(170), inset: (x: 4pt, y: 2.6pt),\n"
        "  fill: (_, y) => if y == 0 { luma(225) },\n"
        f"  align: (x, _) => if x > 0 and x <= {len(names)} {{ center + horizon }} else "
        "{ left + horizon },\n"
        f"  table.header({', '.join(f'strong({as_text(head)})' for head in heads)}),\n{lines}\n)"
    )


def _rows(section: Section, names: list[str], say: Say, first: int) -> Iterator[list[str]]:
    whole = len(names) + 2
    title = f"strong({as_text(section.title)}) + {as_text(f'  {section.address}')}"
    about = f" + linebreak() + {_small(section.rows)}" if section.rows else ""
    yield [f"table.cell(colspan: {whole}, fill: luma(242), breakable: false, {title}{about})"]
    for line in section.lines:
        marks = line.marks[first : first + len(names)]
        told = f"{as_text(say(f'matrix.{line.doing}'))} + {as_text(': ')} + {as_text(line.label)}"
        named = f"text(6pt, fill: luma(90), {as_text(f'  {line.about}')})"
        yield [
            f"{{ {told} + {named} }}",
            *(_mark(mark, say) for mark in marks),
            _small(line.beside),
        ]


def _row(cells: list[str]) -> str:
    return f"  {', '.join(cells)},"


def _mark(mark: Mark, say: Say) -> str:
    word = as_text(say(f"matrix.may_{mark.value}"))
    return f"text(fill: luma(120), {word})" if mark is Mark.NO else f"strong({word})"


def _small(lines: tuple[str, ...]) -> str:
    return f"text(6.5pt, {' + linebreak() + '.join(map(as_text, lines)) or as_text('')})"
