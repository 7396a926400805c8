"""Content -> cards under each other: the same for a narrow screen, and for who listens."""

from collections.abc import Iterator, Sequence

from balie.blueprint.drawing.content import Content, Step
from balie.blueprint.drawing.lanes import Lane, as_html, lanes
from balie.blueprint.drawing.speech import speech
from balie.blueprint.drawing.xml import element, escaped

CARD_ID = "card-"


def phone(content: Content) -> str:
    """A section for each phase with an ordered list of cards, one for each step."""
    every = lanes(content, speech(content.language))
    sections = (
        element("section", element("h2", escaped(name)), _list(steps, every))
        for name, steps in _by_phase(content)
    )
    return element("div", *sections, class_="blueprint-cards", lang=content.language)


def _by_phase(content: Content) -> Iterator[tuple[str, Sequence[Step]]]:
    end = 0
    for phase in content.phases:
        start, end = end, end + phase.steps
        yield phase.name, content.steps[start:end]


def _list(steps: Sequence[Step], every: Sequence[Lane]) -> str:
    return element("ol", *(_card(step, every) for step in steps), start=steps[0].number)


def _card(step: Step, every: Sequence[Lane]) -> str:
    """A step: its title, and each lane that says something."""
    told = ((lane, lines) for lane in every if (lines := lane.tells(step)))
    described = (
        element(
            "div",
            element("dt", escaped(lane.name)),
            element("dd", as_html(lines, linked=CARD_ID)),
            class_=f"lane-{lane.key}",
        )
        for lane, lines in told
    )
    title = element("h3", escaped(f"{step.number}. {step.title}"))
    return element("li", title, element("dl", *described), id=f"{CARD_ID}{step.id}")
