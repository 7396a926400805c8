"""Part -> Sheet: which lane is where, and every card in its place.

The grid is known: one column per step, one lane under the other. Only how high a lane must be is
measured, so no layout engine is needed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from balie.blueprint.drawing import cards, leads, risers, sentences, ways
from balie.blueprint.drawing.content import Content, Step
from balie.blueprint.drawing.legend import header, reading_guide
from balie.blueprint.drawing.parts import Part, whole
from balie.blueprint.drawing.sheet import (
    Arrow,
    Band,
    Border,
    Box,
    Card,
    Column,
    Glyph,
    Ink,
    Look,
    Point,
    Riser,
    Sheet,
    Sign,
    Stroke,
)
from balie.blueprint.drawing.speech import Speech, speech

MARGIN = 28
GAP = 30  # between two columns
CORE = 200  # the width of the cards behind the scenes
ASIDE = 30  # beside a card of people in sight, where the customer's arrow passes
LEFT_ARROW = 14
WORK_ARROW = 30
TRACK = 42
FACE_STEP = 11  # how far one step of feeling goes up
FEELING = 64


@dataclass(frozen=True, slots=True)
class Pieces:
    """The cards of one step, built but not placed; each pile begins at 0."""

    step: Step
    heading: Card
    holds: tuple[Card, ...]
    customer: Card
    people: tuple[Card, ...]
    screen: Card | None
    tasks: tuple[Card, ...]
    failures: tuple[Card, ...]
    questions: tuple[Card, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lanes:
    """Where each lane begins, from top to bottom, and where the lines are."""

    phases: float
    headings: float
    feeling: float
    holds: float
    customer: float
    customer_height: float
    interaction: float
    people: float
    screen: float
    visibility: float
    backstage: float
    internal: float
    systems: float
    wrong: float
    questions: float
    legend: float


@dataclass(frozen=True, slots=True)
class Tracks:
    """The systems on this sheet, from top to bottom. numbers: of a system in the whole story, which
    gives it its mark. places: of its track here."""

    names: tuple[tuple[int, str], ...]
    numbers: cards.Numbers
    places: cards.Numbers
    height: float

    def middle(self, place: int) -> float:
        """The height of a track's line, from the top of the first."""
        return place * self.height + TRACK / 2


@dataclass(frozen=True, slots=True)
class Grid:
    """The widths: of the gutter with the lanes' names, of a column, and of its strip for lines."""

    gutter: float
    column: float
    strip: float
    columns: int
    tracks: Tracks

    def x(self, number: int) -> float:
        """Where a column begins."""
        return MARGIN + self.gutter + number * (self.column + GAP)

    @property
    def width(self) -> float:
        """Of the whole sheet."""
        return self.x(self.columns) - GAP + MARGIN

    @property
    def core(self) -> float:
        """The width of the cards behind the scenes, and of a pill."""
        return self.column - self.strip


def lay_out(content: Content) -> Sheet:
    """The whole story on one sheet, every text and line in its place."""
    return lay_out_part(whole(content))


def lay_out_part(part: Part, core: float = CORE) -> Sheet:
    """A part of the story on one sheet. core: how wide the cards behind the scenes are."""
    content = part.content
    said = speech(content.language)
    grid = _grid(part, said, core)
    routed, told = ways.planned(part.ways)
    led = leads.of(part, told, said)
    pieces = tuple(
        _pieces(step, lead, said, grid) for step, lead in zip(part.steps, led, strict=True)
    )
    guide = reading_guide(part, said, grid.width - 2 * MARGIN)
    lanes = _lanes(pieces, ways.height(routed), grid.tracks)
    columns = tuple(
        _column(content, piece, number, lanes, grid) for number, piece in enumerate(pieces)
    )
    customers = tuple(_customer_box(lanes, grid, number) for number in range(len(pieces)))
    return Sheet(
        width=grid.width,
        height=lanes.legend + guide.box.height + MARGIN,
        language=content.language,
        title=sentences.title(content, said),
        about=sentences.about(part, said),
        bands=_bands(lanes, grid.tracks),
        borders=_borders(lanes, said),
        cards=(
            *header(part, said, grid.width - 2 * MARGIN, MARGIN),
            *_phases(part, said, lanes, grid),
            *_names(said, lanes, grid, pieces),
            guide.moved(MARGIN, lanes.legend),
        ),
        curve=_curve(pieces, lanes, grid),
        columns=columns,
        arrows=ways.arrows(routed, customers),
        has_light=bool(content.light),
        number=part.number,
    )


# ---- measuring


def _grid(part: Part, said: Speech, core: float) -> Grid:
    tracks = _tracks(part)
    strip = 7 + risers.APART * max(1, len(tracks.names))
    borders = ("interaction", "visibility", "internal")
    widest = max(cards.tag(said.say("lines", key), cards.TINY_STRONG).box.width for key in borders)
    gutter = widest + risers.LEFT_MOST * risers.LEFT_APART
    return Grid(gutter, core + strip, strip, max(1, len(part.steps)), tracks)


def _tracks(part: Part) -> Tracks:
    """A system's own names for what is lit stand under its pill: then all tracks are higher."""
    lines = max((cards.lit_lines(use) for step in part.steps for use in step.uses), default=0)
    return Tracks(
        names=tuple((number, system.name) for number, system in part.systems),
        numbers={system.id: number for number, system in enumerate(part.content.systems)},
        places={system.id: place for place, (_, system) in enumerate(part.systems)},
        height=TRACK + lines * cards.LIT_LINE,
    )


def _pieces(step: Step, led: Sequence[str], said: Speech, grid: Grid) -> Pieces:
    room, numbers = grid.column, grid.tracks.numbers
    return Pieces(
        step=step,
        heading=cards.heading(step, room),
        holds=cards.side_by_side((cards.slip(paper, room) for paper in step.holds), 6, room),
        customer=cards.customer(step.does, led, room, lit=step.lit),
        people=cards.stacked((cards.task(task, numbers, room - ASIDE) for task in step.people), 8),
        screen=None if step.screen is None else cards.screen(step.screen, numbers, room),
        tasks=cards.stacked((cards.task(task, numbers, grid.core) for task in step.backstage), 8),
        failures=cards.stacked(
            (
                cards.failure(fail, numbers, said.say("says", "quoted", text=fail.says), room)
                for fail in step.failures
            ),
            12,
        ),
        questions=cards.stacked((cards.question(text, room) for text in step.questions), 8),
    )


def _most(pieces: Sequence[Pieces], pile: Callable[[Pieces], Sequence[Card]]) -> float:
    return max((cards.height(pile(piece)) for piece in pieces), default=0.0)


def _lanes(pieces: Sequence[Pieces], channels: float, shown: Tracks) -> Lanes:
    phases = MARGIN + 62
    headings = phases + 36
    feeling = headings + _most(pieces, lambda piece: (piece.heading,)) + 8
    has_feeling = any(piece.step.feeling is not None for piece in pieces)
    holds = feeling + (FEELING + 8 if has_feeling else 8)
    customer = holds + _most(pieces, lambda piece: piece.holds) + 20 + channels
    customer_height = _most(pieces, lambda piece: (piece.customer,))
    interaction = customer + customer_height + 24
    people_height = _most(pieces, lambda piece: piece.people)
    people = interaction + 26
    screen = people + (people_height + 26 if people_height else 8)
    screens = _most(pieces, lambda piece: () if piece.screen is None else (piece.screen,))
    visibility = screen + (screens + 26 if screens else 8)
    backstage = visibility + 26
    tasks_height = _most(pieces, lambda piece: piece.tasks)
    internal = backstage + (tasks_height + 26 if tasks_height else 8)
    tracks = internal + 38
    wrong = tracks + len(shown.names) * shown.height + 28
    questions = wrong + _most(pieces, lambda piece: piece.failures) + 20
    has_questions = any(piece.questions for piece in pieces)
    asked = _most(pieces, lambda piece: piece.questions) + 20 if has_questions else 0
    return Lanes(
        phases=phases,
        headings=headings,
        feeling=feeling,
        holds=holds,
        customer=customer,
        customer_height=customer_height,
        interaction=interaction,
        people=people,
        screen=screen,
        visibility=visibility,
        backstage=backstage,
        internal=internal,
        systems=tracks,
        wrong=wrong,
        questions=questions,
        legend=questions + asked + 8,
    )


# ---- one column


def _column(content: Content, piece: Pieces, number: int, lanes: Lanes, grid: Grid) -> Column:
    x = grid.x(number)
    tasks = _moved(piece.tasks, x, lanes.backstage)
    people = _moved(piece.people, x + ASIDE, lanes.people)
    screen = None if piece.screen is None else piece.screen.moved(x, lanes.screen)
    found = _risers(piece.step, screen, tasks, lanes, Box(x, 0, grid.core, 0), grid.tracks)
    screen = None if screen is None else _marked_up_to(screen, found)
    return Column(
        step=piece.step.id,
        label=sentences.step(content, piece.step),
        about=sentences.details(content, piece.step),
        cards=(
            piece.heading.moved(x, lanes.headings),
            *_face(piece.step, x + grid.column / 2, lanes.feeling),
            *_moved(piece.holds, x, lanes.holds),
            _customer(piece, lanes, grid, number),
            *people,
            *(() if screen is None else (screen,)),
            *tasks,
            *_pills(content, piece.step, x, lanes, grid),
            *_moved(piece.failures, x, lanes.wrong),
            *_moved(piece.questions, x, lanes.questions),
        ),
        risers=found,
        arrows=_arrows(piece, x, screen, tasks, people, lanes),
    )


def _marked_up_to(screen: Card, found: Sequence[Riser]) -> Card:
    """The stroke of the marker goes on within the screen, up to the highest row that is lit."""
    rows = [card.box for card in _marks(screen)]
    ends = [riser.x for riser in found if riser.lit and riser.from_screen and riser.hook is None]
    if not rows:
        return screen
    top = min(row.middle for row in rows)
    strokes = (
        Card(look=Look.MARKER, box=Box(x - 4.5, top, 9, screen.box.bottom - top), lit=True)
        for x in ends
    )
    return replace(screen, inner=(*strokes, *screen.inner))


def _marks(card: Card) -> Iterator[Card]:
    """Every stroke of the marker in a card."""
    for inner in card.inner:
        if inner.look is Look.MARKER:
            yield inner
        yield from _marks(inner)


def _moved(pile: Iterable[Card], x: float, y: float) -> tuple[Card, ...]:
    return tuple(card.moved(x, y) for card in pile)


def _customer_box(lanes: Lanes, grid: Grid, number: int) -> Box:
    """All customer cards are equally high, so that the way through them is level."""
    return Box(grid.x(number), lanes.customer, grid.column, lanes.customer_height)


def _customer(piece: Pieces, lanes: Lanes, grid: Grid, number: int) -> Card:
    box = _customer_box(lanes, grid, number)
    placed = piece.customer.moved(box.x, box.y)
    return replace(placed, box=box)


def _face(step: Step, x: float, top: float) -> tuple[Card, ...]:
    if step.feeling is None:
        return ()
    y = _face_y(step.feeling, top)
    face = Sign(Glyph.FACE, x, y, step.feeling)
    return (Card(look=Look.BARE, box=Box(x - 10, y - 10, 20, 20), signs=(face,)),)


def _face_y(feeling: int, top: float) -> float:
    return top + FEELING / 2 - max(-2, min(2, feeling)) * FACE_STEP


def _curve(pieces: Sequence[Pieces], lanes: Lanes, grid: Grid) -> tuple[Point, ...]:
    return tuple(
        (grid.x(number) + grid.column / 2, _face_y(piece.step.feeling, lanes.feeling))
        for number, piece in enumerate(pieces)
        if piece.step.feeling is not None
    )


def _track(lanes: Lanes, tracks: Tracks, system: str) -> float:
    """The height of a system's track."""
    return lanes.systems + tracks.middle(tracks.places[system])


def _pills(content: Content, step: Step, x: float, lanes: Lanes, grid: Grid) -> tuple[Card, ...]:
    names = {system.id: system.name for system in content.systems}
    numbers = grid.tracks.numbers
    return tuple(
        cards.pill(use, names[use.system], numbers[use.system], grid.core).moved(
            x, _track(lanes, grid.tracks, use.system) - 14
        )
        for use in step.uses
    )


def _risers(
    step: Step,
    screen: Card | None,
    tasks: Sequence[Card],
    lanes: Lanes,
    work: Box,
    tracks: Tracks,
) -> tuple[Riser, ...]:
    asked = () if step.screen is None else step.screen.questions
    answered = {system for question in asked for system in question.systems}
    links = tuple(
        risers.Link(
            system=tracks.numbers[use.system],
            place=tracks.places[use.system],
            bottom=_track(lanes, tracks, use.system),
            on_screen=bool(use.reads) or use.system in answered,
            reads=bool(use.reads),
            writes=bool(use.writes),
            lit=bool(use.lit),
        )
        for use in step.uses
    )
    return risers.route(links, tasks, None if screen is None else screen.box, work)


def _arrows(
    piece: Pieces,
    x: float,
    screen: Card | None,
    tasks: Sequence[Card],
    people: Sequence[Card],
    lanes: Lanes,
) -> tuple[Arrow, ...]:
    foot = lanes.customer + lanes.customer_height
    found: list[Arrow] = []
    if people:
        middle = people[0].box.x + people[0].box.width / 2
        found.append(ways.meeting(middle, foot, people[0].box.y))
    if screen is None:
        return tuple(found)
    asks = piece.step.screen is not None and bool(piece.step.screen.questions)
    seen = ways.customer_to_screen(x + LEFT_ARROW, foot, screen.box.y, both=asks)
    found.append(replace(seen, lit=piece.step.lit))
    if tasks:
        end = tasks[0].box.y
        found.append(ways.handed_on(x + WORK_ARROW, screen.box.bottom, end, both=True))
    return tuple(found)


# ---- around the columns


def _phases(part: Part, said: Speech, lanes: Lanes, grid: Grid) -> tuple[Card, ...]:
    placed: list[Card] = []
    step = 0
    for phase, goes_on in part.phases:
        left = grid.x(step)
        step += phase.steps
        name = said.say("says", "continued", phase=phase.name) if goes_on else phase.name
        card = cards.phase(name, grid.x(step) - GAP - left)
        placed.append(card.moved(left, lanes.phases))
    return tuple(placed)


def _names(said: Speech, lanes: Lanes, grid: Grid, pieces: Sequence[Pieces]) -> tuple[Card, ...]:
    """The names of the lanes that are there, in the gutter."""
    shown = {
        "feeling": (
            lanes.feeling + FEELING / 2 - 8,
            any(p.step.feeling is not None for p in pieces),
        ),
        "holds": (lanes.holds + 4, any(piece.holds for piece in pieces)),
        "customer": (lanes.customer + 10, True),
        "people": (lanes.people + 8, any(piece.people for piece in pieces)),
        "screen": (lanes.screen + 5, any(piece.screen for piece in pieces)),
        "backstage": (lanes.backstage + 8, any(piece.tasks for piece in pieces)),
        "systems": (lanes.internal + 18, bool(grid.tracks.names)),
        "wrong": (lanes.wrong, any(piece.failures for piece in pieces)),
        "questions": (lanes.questions, any(piece.questions for piece in pieces)),
    }
    room = grid.gutter - 24
    named = tuple(
        cards.lane(said.say("lanes", key), room, Ink.ALARM if key == "wrong" else Ink.MUTED).moved(
            MARGIN, y
        )
        for key, (y, is_there) in shown.items()
        if is_there
    )
    tracks = (
        cards.track(name, number, room).moved(MARGIN, lanes.systems + grid.tracks.middle(place) - 8)
        for place, (number, name) in enumerate(grid.tracks.names)
    )
    return (*named, *tracks)


def _bands(lanes: Lanes, shown: Tracks) -> tuple[Band, ...]:
    """Light on the stage, dusk behind it; every other track a shade darker."""
    foot = lanes.wrong - 14
    tracks = (
        Band(lanes.systems + place * shown.height, lanes.systems + (place + 1) * shown.height, 4)
        for place in range(0, len(shown.names), 2)
    )
    return (
        Band(lanes.interaction, lanes.visibility, 1),
        Band(lanes.visibility, lanes.internal, 2),
        Band(lanes.internal, foot, 3),
        *tracks,
    )


def _borders(lanes: Lanes, said: Speech) -> tuple[Border, ...]:
    lines = (
        (lanes.interaction, Stroke.DASHED, "interaction"),
        (lanes.visibility, Stroke.SOLID, "visibility"),
        (lanes.internal, Stroke.DOTTED, "internal"),
    )
    return tuple(
        Border(y, stroke, cards.tag(said.say("lines", key), cards.TINY_STRONG).moved(8, y - 9))
        for y, stroke, key in lines
    )
