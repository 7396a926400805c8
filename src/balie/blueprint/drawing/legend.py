"""The title over the drawing, and how to read it under it."""

from collections.abc import Iterable

from balie.blueprint.drawing import measure
from balie.blueprint.drawing.cards import SMALL, STRONG
from balie.blueprint.drawing.measure import Style
from balie.blueprint.drawing.parts import Part
from balie.blueprint.drawing.sheet import Box, Card, Glyph, Ink, Look, Sign, Written
from balie.blueprint.drawing.speech import Speech

NAME = Style(26, 700)
ABOUT = Style(13)
BETWEEN = 26  # two entries of the legend
LINE = 24
TILE = 9  # of the small map of the story

EXPLAINED = (
    ("slip", Glyph.SLIP),
    ("mail", Glyph.LETTER),
    ("feeling", Glyph.FACE),
    ("person", Glyph.PERSON),
    ("itself", Glyph.GEAR),
    ("wait", Glyph.HOURGLASS),
    ("decision", Glyph.DIAMOND),
    ("list", Glyph.LIST),
    ("figure", Glyph.BARS),
    ("without_system", Glyph.NO_MARK),
)


def header(part: Part, said: Speech, room: float, margin: float) -> tuple[Card, ...]:
    """Name, version, which sheet it is, and what it is about."""
    content = part.content
    name = measure.clip(content.service, NAME, room)
    aside = _aside(part, said)
    left = margin + measure.width(name, NAME) + 18
    end = left + measure.width(aside, ABOUT) + BETWEEN
    tiles = _map(part, margin + room, margin + 8) if len(part.sheets) > 1 else ()
    fits = bool(tiles) and tiles[0].box.x > end
    clear = tiles[0].box.x - BETWEEN if fits else margin + room
    about = measure.clip(content.about, ABOUT, room)
    return (
        *(tiles if fits else ()),
        Card(
            look=Look.BARE,
            box=Box(margin, margin, room, 50),
            written=(
                Written(name, margin, margin + 24, NAME),
                *_fitting(aside, left, clear, margin + 24),
                Written(about, margin, margin + 46, ABOUT, Ink.MUTED),
            ),
        ),
    )


def _aside(part: Part, said: Speech) -> str:
    """What kind of drawing it is, of which version, and which sheet."""
    content, count = part.content, len(part.sheets)
    version = said.say("says", "version", version=content.version) if content.version else ""
    sheet = said.say("says", "sheet", number=part.number, count=count) if count > 1 else ""
    light = said.say("says", "light", field=content.light) if content.light else ""
    parts = (said.say("says", "drawing"), version, sheet, light)
    return " · ".join(each for each in parts if each)


def _map(part: Part, right: float, top: float) -> tuple[Card, ...]:
    """A tile for each step of the story, phase by phase; those on this sheet are dark."""
    tiles: list[Card] = []
    x, step = 0.0, 0
    for phase in part.content.phases:
        for _ in range(phase.steps):
            look = Look.HERE if part.has(step) else Look.ELSEWHERE
            tiles.append(Card(look=look, box=Box(x, top, TILE, TILE)))
            x, step = x + TILE + 3, step + 1
        x += 5
    return tuple(tile.moved(right - x + 8, 0) for tile in tiles)


def _fitting(text: str, left: float, right: float, y: float) -> tuple[Written, ...]:
    if measure.width(text, ABOUT) > right - left:
        return ()
    return (Written(text, left, y, ABOUT, Ink.MUTED),)


Entry = tuple[tuple[Sign, ...], tuple[Written, ...], float]
"""A glyph, its words and their width together, at 0."""


def reading_guide(part: Part, said: Speech, room: float) -> Card:
    """One row, or as many as are needed, that explains every mark and glyph."""
    x, y = measure.width(said.say("legend", "title"), STRONG) + BETWEEN, 0.0
    first = Written(said.say("legend", "title"), 0, 15, STRONG, Ink.MUTED)
    signs: list[Sign] = []
    written: list[Written] = [first]
    for glyphs, words, long in _entries(part, said):
        if x + long > room:
            x, y = 0.0, y + LINE
        signs += [sign.moved(x, y) for sign in glyphs]
        written += [word.moved(x, y) for word in words]
        x += long + BETWEEN
    box = Box(0, 0, room, y + LINE)
    return Card(look=Look.BARE, box=box, written=tuple(written), signs=tuple(signs))


def _entries(part: Part, said: Speech) -> Iterable[Entry]:
    """Of what is on this drawing, and of nothing else."""
    for number, system in part.systems:
        yield _entry((Sign(Glyph.MARK, 6, 11, number),), 18, system.name, Ink.PLAIN, STRONG)
    there = _there(part)
    for arrow, key in (("↑ 2", "reads"), ("↓ 1", "writes")):
        if key in there:
            yield _counted(arrow, said.say("legend", key))
    for key, glyph in EXPLAINED:
        if key in there:
            yield _entry((Sign(glyph, 8, 11, 1),), 24, said.say("legend", key), Ink.MUTED, SMALL)


def _there(part: Part) -> frozenset[str]:
    """What there is to explain: words of the legend."""
    found: set[str] = set()
    for step in part.steps:
        found |= {"mail" if slip.is_mail else "slip" for slip in step.holds}
        found |= set() if step.feeling is None else {"feeling"}
        found |= {"without_system" for fail in step.failures if fail.system is None}
        found |= {task.doer.value for task in (*step.people, *step.backstage)}
        found |= {"reads" for use in step.uses if use.fields_read}
        found |= {"writes" for use in step.uses if use.fields_written}
        rows = () if step.screen is None else (*step.screen.rows, *step.screen.questions)
        found |= {row.kind.value for row in rows}
    return frozenset(found)


def _entry(glyphs: tuple[Sign, ...], left: float, text: str, ink: Ink, style: Style) -> Entry:
    return glyphs, (Written(text, left, 15, style, ink),), left + measure.width(text, style)


def _counted(arrow: str, text: str) -> Entry:
    left = measure.width(arrow, STRONG) + 8
    words = (Written(arrow, 0, 15, STRONG), Written(text, left, 15, SMALL, Ink.MUTED))
    return (), words, left + measure.width(text, SMALL)
