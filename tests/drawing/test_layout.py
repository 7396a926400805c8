"""The layout: whatever a blueprint says, nothing lies over anything else."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from balie.blueprint.drawing.content import (
    Content,
    Doer,
    Failure,
    Note,
    Phase,
    Row,
    RowKind,
    Screen,
    Slip,
    Step,
    System,
    Task,
    Use,
    Way,
)
from balie.blueprint.drawing.layout import lay_out
from balie.blueprint.drawing.paper import A3, A4, Paper, on_paper
from balie.blueprint.drawing.parts import MOST, parts
from balie.blueprint.drawing.sheet import Look, Sheet
from balie.blueprint.drawing.tell import tell
from balie.blueprint.drawing.ways import planned
from balie.blueprint.reader import read
from tests.drawing.rules import (
    arrows_over_each_other,
    arrows_through_cards,
    crossing_arrows,
    crossing_risers,
    overlapping_cards,
    overlapping_texts,
    risers_through_cards,
    texts_outside,
    texts_outside_their_card,
    unconnected,
)
from tests.examples import examples

BLUEPRINTS = sorted((Path(__file__).parents[2] / "blueprints").glob("*/story.yaml"))


def check(sheet: Sheet) -> None:
    assert overlapping_texts(sheet) == []
    assert texts_outside(sheet) == []
    assert texts_outside_their_card(sheet) == []
    assert overlapping_cards(sheet) == []
    assert risers_through_cards(sheet) == []
    assert crossing_risers(sheet) == []
    assert arrows_over_each_other(sheet) == []
    assert crossing_arrows(sheet) == []
    assert arrows_through_cards(sheet) == []


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("story", BLUEPRINTS, ids=lambda story: story.parent.name)
def test_every_example_is_laid_out_cleanly(story: Path, language: str):
    blueprint = read(story.parent).blueprint
    assert blueprint is not None
    sheet = lay_out(tell(blueprint, language))
    check(sheet)
    assert [column.step for column in sheet.columns] == [step.id for step in blueprint.steps]
    assert [unconnected(column) for column in sheet.columns] == [set() for _ in blueprint.steps]


# ---- any content at all

WORDS = st.text(
    st.sampled_from("abcdefghijklmnopqrstuvwxyzéABCDEFGHIJ ‹›“”0123456789€-,./?!漢"),
    max_size=60,
).map(lambda text: " ".join(text.split()) or "x")
LONG = st.one_of(
    WORDS, st.just("Donaudampfschifffahrtsgesellschaftskapitänsmützenverkäuferin " * 2)
)


def chosen(systems: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    """Some of the systems, in their order."""
    return st.sets(st.sampled_from(systems)).map(
        lambda some: tuple(s for s in systems if s in some)
    )


@st.composite
def rows(draw: st.DrawFn, systems: Sequence[str]) -> Row:
    return Row(draw(LONG), draw(chosen(systems)), draw(st.sampled_from(RowKind)))


@st.composite
def screens(draw: st.DrawFn, systems: Sequence[str]) -> Screen:
    return Screen(
        address=draw(LONG),
        headline=draw(st.one_of(st.just(""), LONG)),
        stages=draw(st.integers(0, 12)),
        rows=draw(st.lists(rows(systems), max_size=15).map(tuple)),
        questions=draw(st.lists(rows(systems), max_size=5).map(tuple)),
        conditions=draw(st.lists(LONG, max_size=2).map(tuple)),
        button=draw(st.one_of(st.just(""), LONG)),
        age=draw(st.one_of(st.just(""), WORDS)),
    )


@st.composite
def tasks(draw: st.DrawFn, systems: Sequence[str]) -> Task:
    notes = st.builds(Note, LONG, st.booleans())
    return Task(
        draw(st.sampled_from(Doer)),
        draw(LONG),
        draw(st.lists(notes, max_size=3).map(tuple)),
        draw(chosen(systems)),
    )


@st.composite
def steps(draw: st.DrawFn, systems: Sequence[str], number: int) -> Step:
    use = st.integers(0, 120)
    screen = draw(st.one_of(st.none(), screens(systems)))
    backstage = draw(st.lists(tasks(systems), max_size=4).map(tuple))
    on_screen = [] if screen is None else [*screen.rows, *screen.questions]
    touched = {s for some in (*on_screen, *backstage) for s in some.systems}
    return Step(
        id=f"step-{number}",
        number=number,
        phase="x",
        title=draw(LONG),
        whom=draw(st.lists(WORDS, max_size=4).map(tuple)),
        promises=draw(st.lists(WORDS, max_size=2).map(tuple)),
        feeling=draw(st.one_of(st.none(), st.integers(-2, 2))),
        holds=draw(st.lists(st.builds(Slip, LONG, st.booleans()), max_size=4).map(tuple)),
        does=draw(LONG),
        people=draw(st.lists(tasks(systems), max_size=2).map(tuple)),
        screen=screen,
        backstage=backstage,
        uses=tuple(
            Use(system, ("a",), ("b",), draw(use), draw(use))
            for system in systems
            if system in touched
        ),
        failures=draw(
            st.lists(
                st.builds(Failure, st.sampled_from([None, *systems]), LONG, LONG, LONG), max_size=3
            ).map(tuple)
        ),
        questions=draw(st.lists(LONG, max_size=2).map(tuple)),
    )


@st.composite
def contents(draw: st.DrawFn, most: int = 5) -> Content:
    systems = [f"s{number}" for number in range(draw(st.integers(1, 7)))]
    count = draw(st.integers(1, most))
    places = st.integers(0, count - 1)
    ways = st.builds(Way, places, places, st.one_of(st.just(""), LONG))
    return Content(
        service=draw(LONG),
        about=draw(LONG),
        version="0123abcd",
        language=draw(st.sampled_from(["nl", "en", "fy"])),
        systems=tuple(System(system, draw(WORDS)) for system in systems),
        phases=(Phase(draw(LONG), count),),
        steps=tuple(draw(steps(systems, number + 1)) for number in range(count)),
        ways=draw(st.lists(ways, max_size=2 * most, unique=True).map(tuple)),
        light=draw(st.sampled_from(["", "Status (order.status)"])),
    )


@settings(max_examples=examples(30), deadline=None, suppress_health_check=list(HealthCheck))
@given(contents())
def test_whatever_is_drawn_nothing_lies_over_anything_else(content: Content):
    check(lay_out(content))


@settings(max_examples=examples(8), deadline=None, suppress_health_check=list(HealthCheck))
@given(contents(most=9), st.sampled_from([A3, A4]))
def test_sheets_of_paper_keep_every_step_once_and_nothing_overlaps(content: Content, paper: Paper):
    cut = parts(content)
    assert [step for part in cut for step in part.steps] == list(content.steps)
    assert all(len(part.steps) <= MOST for part in cut)
    for part in cut:
        sheet = on_paper(part, paper)
        check(sheet)
        assert sheet.width / sheet.height == pytest.approx(paper.width / paper.height)


def phases(*sizes: int) -> Content:
    """A story with phases of so many steps."""
    steps = tuple(blank(number) for number in range(1, sum(sizes) + 1))
    ways = (Way(0, len(steps) - 1, "no"), Way(0, 1))
    named = tuple(Phase(f"p{size}", size) for size in sizes)
    return Content(
        service="s",
        about="",
        version="",
        language="en",
        systems=(),
        phases=named,
        steps=steps,
        ways=ways,
    )


def blank(number: int) -> Step:
    return Step(
        id=f"s{number}",
        number=number,
        phase="p",
        title=f"Step {number}",
        whom=(),
        promises=(),
        feeling=None,
        holds=(),
        does="x",
        people=(),
        screen=None,
        backstage=(),
        uses=(),
        failures=(),
        questions=(),
    )


@pytest.mark.parametrize(
    ("sizes", "sheets"),
    [
        ((3,), [3]),
        ((1, 2, 2, 6, 1, 3), [5, 6, 4]),
        ((8,), [4, 4]),
        ((25,), [5] * 5),
        ((6, 1), [6, 1]),
    ],
)
def test_a_story_is_cut_between_phases_into_few_and_equal_sheets(
    sizes: tuple[int, ...], sheets: list[int]
):
    assert [len(part.steps) for part in parts(phases(*sizes))] == sheets


def test_a_way_to_another_sheet_is_told_on_both_cards():
    first, last = parts(phases(4, 4))
    told = [
        [text.text for card in on_paper(part, A3).columns[place].cards for text in card.written]
        for part, place in ((first, 0), (last, 3))
    ]
    assert "→ 8. Step 8 (sheet 2): no" in told[0]
    assert "← 1. Step 1 (sheet 1): no" in told[1]


def test_of_two_ways_that_would_cross_one_is_told():
    drawn, told = planned([Way(0, 2), Way(1, 3)])
    assert [(each.way.start, each.way.end) for each in drawn] == [(0, 2)]
    assert told == (Way(1, 3),)


def test_a_sketch_with_only_customer_actions_has_its_three_lines(tmp_path: Path):
    (tmp_path / "story.yaml").write_text(
        "service: Schets\nlanguage: nl\nstory:\n  - phase: Begin\n    steps:\n"
        "      - {step: a, title: Ik kijk, customer does: Kijkt rond}\n"
        "      - {step: b, title: Ik kies, customer does: Kiest iets}\n",
        "utf-8",
    )
    blueprint = read(tmp_path).blueprint
    assert blueprint is not None
    sheet = lay_out(tell(blueprint, "nl"))
    check(sheet)
    assert len(sheet.borders) == 3
    assert {card.look for column in sheet.columns for card in column.cards} == {
        Look.BARE,
        Look.CUSTOMER,
    }
    assert len(sheet.arrows) == 1
