"""Where a card leads to and comes from when no line says so: another sheet, or a line too many."""

from collections.abc import Iterator, Sequence

from balie.blueprint.drawing.content import Way
from balie.blueprint.drawing.parts import Part
from balie.blueprint.drawing.speech import Speech


def of(part: Part, told: Sequence[Way], said: Speech) -> tuple[tuple[str, ...], ...]:
    """For each step of a sheet, in words. told: the ways on this sheet that have no line."""
    first = part.first
    without_line = {Way(way.start + first, way.end + first, way.answer) for way in told}
    ways = [
        way
        for way in part.content.ways
        if way in without_line or part.has(way.start) is not part.has(way.end)
    ]
    return tuple(
        tuple(_of_step(part, ways, number, said)) for number in range(part.first, part.end)
    )


def _of_step(part: Part, ways: Sequence[Way], step: int, said: Speech) -> Iterator[str]:
    """Lines such as "→ 9. I get my money back (sheet 2): yes"."""
    for way in ways:
        if way.start == step:
            manner = "goes_with" if way.answer else "goes"
            yield said.say("says", manner, step=_named(part, way.end, said), answer=way.answer)
        elif way.end == step:
            manner = "comes_with" if way.answer else "comes"
            yield said.say("says", manner, step=_named(part, way.start, said), answer=way.answer)


def _named(part: Part, step: int, said: Speech) -> str:
    """A step by its number and title, with its sheet when that is another one."""
    title = part.content.steps[step].title
    if part.has(step):
        return said.say("says", "numbered", number=step + 1, title=title)
    sheet = part.sheet_of(step)
    return said.say("says", "elsewhere", number=step + 1, title=title, sheet=sheet)
