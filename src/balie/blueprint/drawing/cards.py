"""Every card of the drawing, built at (0, 0) and as high as its texts need."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from balie.blueprint.drawing import measure
from balie.blueprint.drawing.content import (
    Doer,
    Failure,
    Note,
    Row,
    RowKind,
    Screen,
    Slip,
    Step,
    Task,
    Use,
)
from balie.blueprint.drawing.measure import Style
from balie.blueprint.drawing.sheet import Anchor, Box, Card, Glyph, Ink, Look, Sign, Written

TITLE = Style(16, 600)
STRONG = Style(12, 600)
ACTION = Style(13, 500)
BODY = Style(12)
SMALL = Style(11)
SMALL_STRONG = Style(11, 600)
TINY_STRONG = Style(10.5, 600)
HEADLINE = Style(12.5, 600)

ROWS_SHOWN = 12  # of a screen; the table shows them all
MARK_WIDTH = 12
TEXT_LEFT = 31  # beside a person, a gear, an hourglass

GLYPHS = {
    Doer.PERSON: Glyph.PERSON,
    Doer.ITSELF: Glyph.GEAR,
    Doer.WAIT: Glyph.HOURGLASS,
    Doer.DECISION: Glyph.DIAMOND,
}
LOOKS = {
    Doer.PERSON: Look.PERSON,
    Doer.ITSELF: Look.ITSELF,
    Doer.WAIT: Look.WAIT,
    Doer.DECISION: Look.DECISION,
}
ROW_GLYPHS = {RowKind.LIST: Glyph.LIST, RowKind.FIGURE: Glyph.BARS}

Marked = TypeVar("Marked", Written, Sign)

Numbers = Mapping[str, int]
"""A system's name in the blueprint -> its number, which gives it its mark and its track."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines of text under each other, and where they end."""

    written: tuple[Written, ...]
    bottom: float


def paragraph(
    lines: Iterable[str],
    x: float,
    top: float,
    style: Style,
    ink: Ink = Ink.PLAIN,
    leading: float = 15,
) -> Paragraph:
    """Lines of text from `top` down, `leading` apart."""
    written = tuple(
        Written(line, x, top + number * leading + style.size, style, ink)
        for number, line in enumerate(lines)
    )
    return Paragraph(written, top + len(written) * leading)


def stacked(cards: Iterable[Card], gap: float) -> tuple[Card, ...]:
    """Cards under each other, from 0 down."""
    placed: list[Card] = []
    y = 0.0
    for card in cards:
        placed.append(card.moved(0, y))
        y += card.box.height + gap
    return tuple(placed)


def side_by_side(cards: Iterable[Card], gap: float, room: float) -> tuple[Card, ...]:
    """Cards beside each other as long as there is room, then on."""
    placed: list[Card] = []
    x = y = bottom = 0.0
    for card in cards:
        if x and x + card.box.width > room:
            x, y = 0.0, bottom + gap
        placed.append(card.moved(x, y))
        x += card.box.width + gap
        bottom = max(bottom, y + card.box.height)
    return tuple(placed)


def height(cards: Sequence[Card]) -> float:
    """How far down a pile of cards from 0 reaches."""
    return max((card.box.bottom for card in cards), default=0.0)


def marks(systems: Iterable[str], numbers: Numbers, x: float, y: float) -> tuple[Sign, ...]:
    """The marks of systems beside each other, from x on."""
    return tuple(
        Sign(Glyph.MARK, x + place * MARK_WIDTH, y, numbers[system])
        for place, system in enumerate(systems)
    )


# ---- above the line of interaction


def heading(step: Step, room: float) -> Card:
    """Number, for whom, title, promises."""
    whom = measure.clip(" · ".join(step.whom), SMALL, room - 20)
    number = Written(str(step.number), 0, 11, SMALL_STRONG, Ink.MUTED)
    left = measure.width(number.text, SMALL_STRONG) + 8
    title = paragraph(measure.wrap(step.title, TITLE, room, 3), 0, 18, TITLE, leading=20)
    promises = [measure.clip(promise, SMALL, room) for promise in step.promises]
    under = paragraph(promises, 0, title.bottom + 3, SMALL, Ink.MUTED)
    return Card(
        look=Look.BARE,
        box=Box(0, 0, room, under.bottom),
        written=(
            number,
            Written(whom, left, 11, SMALL, Ink.MUTED),
            *title.written,
            *under.written,
        ),
    )


def slip(paper: Slip, room: float) -> Card:
    """A slip of paper: what the customer holds."""
    left = 26 if paper.is_mail else 9
    lines = measure.wrap(paper.text, SMALL, room - left - 14, 2)
    text = paragraph(lines, left, 4, SMALL)
    wide = max(measure.width(line, SMALL) for line in lines) + left + 14
    letter = (Sign(Glyph.LETTER, 14, 11.5),) if paper.is_mail else ()
    box = Box(0, 0, wide, text.bottom + 4)
    return Card(look=Look.SLIP, box=box, written=text.written, signs=letter, lit=paper.lit)


def customer(does: str, leads: Iterable[str], room: float, *, lit: bool = False) -> Card:
    """What the customer does. leads: where it leads to or comes from without a line."""
    inner = room - TEXT_LEFT - 8
    text = paragraph(measure.wrap(does, ACTION, inner, 4), TEXT_LEFT, 8, ACTION, leading=17)
    lines = [line for lead in leads for line in measure.wrap(lead, SMALL, inner, 2)]
    led = paragraph(lines, TEXT_LEFT, text.bottom + 2, SMALL, Ink.MUTED, leading=14)
    return Card(
        look=Look.CUSTOMER,
        box=Box(0, 0, room, max(40, (led if lines else text).bottom + 9)),
        written=(*text.written, *led.written),
        signs=(Sign(Glyph.BIG_PERSON, 16, 19, ink=Ink.PLAIN),),
        lit=lit,
    )


# ---- the screen


def screen(shown: Screen, numbers: Numbers, room: float) -> Card:
    """A small browser: its address, then what it shows and asks."""
    address = measure.clip(shown.address, SMALL, room - 52)
    card = Card(
        look=Look.SCREEN,
        box=Box(0, 0, room, 32),
        written=(Written(address, 42, 16, SMALL, Ink.ADDRESS),),
        lit=False,
    )
    card = _marked(card, _with_headline(card, shown.headline), lit=shown.headline_lit)
    card = _marked(card, _with_stages(card, shown.stages), lit=shown.stages_lit)
    card = _with_rows(card, shown.rows, numbers)
    card = _with_questions(card, shown.questions, numbers)
    card = _with_button(card, shown.button)
    for reason in shown.conditions:
        card = _with_small_print(card, reason)
    return _with_small_print(card, shown.age) if shown.age else card


def _grown(card: Card, by: float) -> Card:
    return replace(card, box=replace(card.box, height=card.box.height + by))


def _marked(before: Card, after: Card, *, lit: bool) -> Card:
    """With a stroke of the marker over what was added."""
    if not lit or before == after:
        return after
    top = before.box.height - 1
    room = Box(5, top, after.box.width - 10, after.box.height - 2 - top)
    marker = Card(look=Look.MARKER, box=room, lit=True)
    return replace(
        after,
        inner=(*after.inner, marker),
        written=_lit_since(before.written, after.written),
        signs=_lit_since(before.signs, after.signs),
    )


def _lit_since(before: Sequence[Marked], after: Sequence[Marked]) -> tuple[Marked, ...]:
    """Those that came since are lit."""
    old = len(before)
    return tuple(replace(each, lit=each.lit or place >= old) for place, each in enumerate(after))


def _with_text(card: Card, text: Paragraph, below: float) -> Card:
    """A paragraph more, and so much room under it."""
    longer = replace(card, written=(*card.written, *text.written))
    return _grown(longer, text.bottom + below - card.box.height)


def _with_headline(card: Card, headline: str) -> Card:
    if not headline:
        return card
    lines = measure.wrap(headline, HEADLINE, card.box.width - 20, 2)
    text = paragraph(lines, 10, card.box.height - 2, HEADLINE, leading=16)
    return _with_text(card, text, 6)


def _with_stages(card: Card, stages: int) -> Card:
    if not stages:
        return card
    y = card.box.height + 4
    apart = min(30, (card.box.width - 40) / max(1, stages - 1))
    dots = tuple(
        Sign(Glyph.STAGE, 16 + number * apart, y, 0 if number == 0 else round(apart))
        for number in range(stages)
    )
    return _grown(replace(card, signs=(*card.signs, *dots)), 16)


def _with_rows(card: Card, rows: Sequence[Row], numbers: Numbers) -> Card:
    if not rows:
        return card
    marked = max(1, *(len(row.systems) for row in rows)) if len(rows) > 1 else 1
    left = 14 + marked * MARK_WIDTH
    shown = _shown(rows)
    for row in shown:
        card = _marked(card, _with_row(card, row, left, numbers), lit=row.lit)
    if len(rows) > len(shown):
        more = paragraph((f"+ {len(rows) - len(shown)}",), left, card.box.height, BODY, Ink.MUTED)
        card = _with_text(card, more, 3)
    return _grown(card, 8)


def _shown(rows: Sequence[Row]) -> Sequence[Row]:
    """As many as there is room for; what is lit is always among them."""
    first, rest = rows[:ROWS_SHOWN], rows[ROWS_SHOWN:]
    return (*first, *(row for row in rest if row.lit))


def _with_row(card: Card, row: Row, left: float, numbers: Numbers) -> Card:
    y = card.box.height
    glyph = ROW_GLYPHS.get(row.kind)
    side = () if glyph is None else (Sign(glyph, card.box.width - 16, y + 8),)
    room = card.box.width - left - (28 if side else 8)
    text = paragraph(measure.wrap(row.text, BODY, room, 2), left, y + 0.5, BODY)
    return _grown(
        replace(
            card,
            written=(*card.written, *text.written),
            signs=(*card.signs, *marks(row.systems, numbers, 14, y + 8.5), *side),
        ),
        text.bottom + 2.5 - y,
    )


def _with_questions(card: Card, questions: Sequence[Row], numbers: Numbers) -> Card:
    if not questions:
        return card
    for question in questions:
        field = _question(question, numbers, card.box.width - 16)
        placed = field.moved(8, card.box.height)
        card = _grown(replace(card, inner=(*card.inner, placed)), field.box.height + 3)
    return _grown(card, 6)


def _question(question: Row, numbers: Numbers, room: float) -> Card:
    """A field to fill in, with the marks of the systems that the answer goes to."""
    start = room - 12 - (len(question.systems) - 1) * MARK_WIDTH
    glyph = ROW_GLYPHS.get(question.kind)
    side = () if glyph is None else (Sign(glyph, start - 16, 10),)
    end = start - (28 if side else 8)
    text = Written(measure.clip(question.text, BODY, end - 7), 7, 14, BODY)
    return Card(
        look=Look.QUESTION,
        box=Box(0, 0, room, 20),
        written=(text,),
        signs=(*marks(question.systems, numbers, start, 10), *side),
        lit=question.lit,
        inner=(Card(look=Look.MARKER, box=Box(2, 2, room - 4, 16), lit=True),)
        if question.lit
        else (),
    )


def _with_button(card: Card, label: str) -> Card:
    if not label:
        return card
    text = measure.clip(label, STRONG, card.box.width - 38)
    wide = measure.width(text, STRONG) + 22
    button = Card(
        look=Look.BUTTON,
        box=Box(0, 0, wide, 24),
        written=(Written(text, wide / 2, 16, STRONG, Ink.ON_DARK, Anchor.MIDDLE),),
    )
    placed = button.moved(8, card.box.height - 2)
    return _grown(replace(card, inner=(*card.inner, placed)), 31)


def _with_small_print(card: Card, text: str) -> Card:
    """A line under a hairline: how old it may be, or when the form may be used."""
    y = card.box.height - 4
    lines = measure.wrap(text, SMALL, card.box.width - 24, 3)
    said = paragraph(lines, 12, y + 2, SMALL, Ink.MUTED, leading=14)
    ruled = replace(card, signs=(*card.signs, Sign(Glyph.RULE, 8, y, round(card.box.width) - 16)))
    return _with_text(ruled, said, 8)


# ---- people at work


def task(work: Task, numbers: Numbers, room: float) -> Card:
    """Somebody's work, or what happens by itself, is waited for, or is decided."""
    aside = len(work.systems) * MARK_WIDTH
    inner = room - TEXT_LEFT - 9
    style = STRONG if work.doer is Doer.DECISION else BODY
    text = paragraph(measure.wrap(work.text, style, inner - aside, 4), TEXT_LEFT, 8, style)
    written, bottom = list(text.written), text.bottom
    for note in work.notes:
        said = _note(note, inner, bottom)
        written += said.written
        bottom = said.bottom
    return Card(
        look=LOOKS[work.doer],
        box=Box(0, 0, room, max(36, bottom + 8)),
        written=tuple(written),
        signs=(
            Sign(GLYPHS[work.doer], 16, 18),
            *marks(work.systems, numbers, room - 2 - aside, 15),
        ),
        systems=tuple(numbers[system] for system in work.systems),
        lit=work.lit,
    )


def _note(note: Note, room: float, top: float) -> Paragraph:
    style = SMALL_STRONG if note.is_limit else SMALL
    ink = Ink.ALARM if note.is_limit else Ink.MUTED
    return paragraph(measure.wrap(note.text, style, room, 3), TEXT_LEFT, top, style, ink, 14)


# ---- systems, and when it goes wrong


LIT_LINE = 15
LIT_LINES = 2


def lit_lines(use: Use) -> int:
    """How many lines the system's own fields take under its pill, when they are lit."""
    return min(LIT_LINES, len(use.lit))


def pill(use: Use, name: str, number: int, room: float) -> Card:
    """A system in a column, with how many fields go up from it and down to it.

    Under it, when they are in the light, the names that the system itself has for them.
    """
    counts = " ".join(
        f"{arrow}{fields}"
        for arrow, fields in (("↑", use.fields_read), ("↓", use.fields_written))
        if fields
    )
    said = measure.clip(name, STRONG, room - 46 - measure.width(counts, STRONG))
    return Card(
        look=Look.PILL,
        box=Box(0, 0, room, 28),
        written=(
            Written(said, 26, 18.2, STRONG),
            Written(counts, room - 13, 18.2, STRONG, Ink.SYSTEM, Anchor.END),
        ),
        signs=(Sign(Glyph.MARK, 15, 14, number),),
        inner=tuple(_own_names(use, room)),
        system=number,
        lit=bool(use.lit),
    )


def _own_names(use: Use, room: float) -> Iterator[Card]:
    """A system's names for what is lit, on strokes of the marker."""
    lines = lit_lines(use)
    more = len(use.lit) - lines
    for place, name in enumerate(use.lit[:lines]):
        rest = f"  + {more}" if more and place == lines - 1 else ""
        said = (
            measure.clip(name, SMALL_STRONG, room - 26 - measure.width(rest, SMALL_STRONG)) + rest
        )
        wide = measure.width(said, SMALL_STRONG) + 10
        yield Card(
            look=Look.MARKER,
            box=Box(13, 30 + place * LIT_LINE, wide, LIT_LINE - 1),
            written=(Written(said, 18, 40.5 + place * LIT_LINE, SMALL_STRONG),),
            lit=True,
        )


def failure(fail: Failure, numbers: Numbers, quoted: str, room: float) -> Card:
    """What goes wrong, the very sentence that customers read, and what is done about it."""
    inner = room - 16
    title = paragraph(measure.wrap(fail.title, STRONG, inner, 2), 16, 0, STRONG, Ink.ALARM)
    says = measure.wrap(quoted, BODY, inner, 5) if fail.says else ()
    said = paragraph(says, 16, title.bottom + 2, BODY)
    remedy = measure.wrap(fail.remedy, SMALL, inner, 4)
    done = paragraph(remedy, 16, said.bottom + 2, SMALL, Ink.MUTED, 14)
    mark = (
        Sign(Glyph.NO_MARK, 5, 8)
        if fail.system is None
        else Sign(Glyph.MARK, 5, 8, numbers[fail.system])
    )
    return Card(
        look=Look.BARE,
        box=Box(0, 0, room, done.bottom),
        written=(*title.written, *said.written, *done.written),
        signs=(mark,),
    )


def question(text: str, room: float) -> Card:
    """An open question."""
    mark = Written("?", 2, 12, STRONG, Ink.MUTED)
    said = paragraph(measure.wrap(text, BODY, room - 16, 6), 16, 0, BODY, Ink.MUTED)
    box = Box(0, 0, room, said.bottom)
    return Card(look=Look.BARE, box=box, written=(mark, *said.written))


# ---- names


def tag(text: str, style: Style = SMALL_STRONG, room: float = math.inf) -> Card:
    """A name on a line."""
    text = measure.clip(text, style, room - 14)
    wide = measure.width(text, style) + 14
    return Card(
        look=Look.TAG,
        box=Box(0, 0, wide, 18),
        written=(Written(text, wide / 2, 12.8, style, Ink.PLAIN, Anchor.MIDDLE),),
    )


def phase(name: str, room: float) -> Card:
    """The bar over the steps of a phase."""
    said = measure.clip(name, STRONG, room - 20)
    return Card(
        look=Look.PHASE,
        box=Box(0, 0, room, 24),
        written=(Written(said, 10, 16.3, STRONG, Ink.ON_DARK),),
    )


def track(name: str, system: int, room: float) -> Card:
    """The name of a system's track, in the gutter."""
    text = Written(measure.clip(name, SMALL, room - 14), 14, 12, SMALL)
    mark = Sign(Glyph.MARK, 5, 8, system)
    return Card(look=Look.BARE, box=Box(0, 0, room, 16), written=(text,), signs=(mark,))


def lane(name: str, room: float, ink: Ink) -> Card:
    """The name of a lane, in the gutter."""
    text = paragraph(measure.wrap(name, STRONG, room, 4), 0, 0, STRONG, ink)
    return Card(look=Look.BARE, box=Box(0, 0, room, text.bottom), written=text.written)
