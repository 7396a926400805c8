"""What each lane says of a step, line by line: for the table and for the cards."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from balie.blueprint.drawing.content import Content, Row, Step, Task, Use
from balie.blueprint.drawing.speech import Speech
from balie.blueprint.drawing.xml import element, escaped


@dataclass(frozen=True, slots=True)
class Line:
    """One line in a lane. lit: it is about the field in the light. leads: to a step, by its id."""

    text: str
    lit: bool = False
    leads: str = ""


Lines = Sequence[Line]


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane by its key and its name, and what it says of a step."""

    key: str
    name: str
    tells: Callable[[Step], Lines]


def lanes(content: Content, said: Speech) -> tuple[Lane, ...]:
    """Every lane, from the customer down."""
    names = {system.id: system.name for system in content.systems}
    return (
        Lane("whom", said.say("table", "whom"), lambda step: _plain(step.whom)),
        Lane("promise", said.say("table", "promise"), lambda step: _plain(step.promises)),
        Lane("feeling", said.say("lanes", "feeling"), lambda step: _feeling(step, said)),
        Lane(
            "holds",
            said.say("lanes", "holds"),
            lambda step: [Line(slip.text, slip.lit) for slip in step.holds],
        ),
        Lane("customer", said.say("lanes", "customer"), lambda step: [Line(step.does)]),
        Lane(
            "people",
            said.say("lanes", "people"),
            lambda step: [_task(task, names) for task in step.people],
        ),
        Lane("screen", said.say("lanes", "screen"), lambda step: tuple(_screen(step, names))),
        Lane(
            "backstage",
            said.say("lanes", "backstage"),
            lambda step: [_task(task, names) for task in step.backstage],
        ),
        Lane(
            "systems", said.say("lanes", "systems"), lambda step: tuple(_systems(step, names, said))
        ),
        Lane("wrong", said.say("lanes", "wrong"), lambda step: _wrong(step, said)),
        Lane("questions", said.say("lanes", "questions"), lambda step: _plain(step.questions)),
        Lane("next", said.say("table", "next"), lambda step: _next(step, content, said)),
    )


def as_html(lines: Lines, *, linked: str = "") -> str:
    """One line as it is, more as a list. linked: what the ids begin with that lines lead to."""
    if len(lines) == 1:
        return _line(lines[0], linked)
    return element("ul", *(element("li", _line(line, linked)) for line in lines))


def _line(line: Line, linked: str) -> str:
    text = escaped(line.text)
    if line.leads and linked:
        return element("a", text, href=f"#{linked}{line.leads}")
    return element("mark", text) if line.lit else text


def _plain(texts: Iterable[str]) -> Lines:
    return [Line(text) for text in texts]


def _feeling(step: Step, said: Speech) -> Lines:
    return () if step.feeling is None else (Line(said.say("feelings", str(step.feeling))),)


def _task(task: Task, names: dict[str, str]) -> Line:
    notes = "; ".join(note.text for note in task.notes)
    to = f" → {', '.join(names[system] for system in task.systems)}" if task.systems else ""
    return Line(f"{task.text}{to} ({notes})" if notes else f"{task.text}{to}", task.lit)


def _screen(step: Step, names: dict[str, str]) -> Iterator[Line]:
    screen = step.screen
    if screen is None:
        return
    yield Line(screen.address)
    if screen.headline:
        yield Line(screen.headline, screen.headline_lit)
    yield from (_field(row, "←", names) for row in screen.rows)
    yield from (_field(row, "→", names) for row in screen.questions)
    if screen.button:
        yield Line(f"[{screen.button}]")
    yield from map(Line, screen.conditions)
    if screen.age:
        yield Line(screen.age)


def _field(row: Row, arrow: str, names: dict[str, str]) -> Line:
    """`Status ← CRM`: where it comes from; `Town → CRM, ERP`: where it goes."""
    systems = ", ".join(names[system] for system in row.systems)
    return Line(f"{row.text} {arrow} {systems}" if systems else row.text, row.lit)


def _systems(step: Step, names: dict[str, str], said: Speech) -> Iterator[Line]:
    for use in step.uses:
        yield from _use(use, names[use.system], said)


def _use(use: Use, system: str, said: Speech) -> Iterator[Line]:
    for key, fields in (("reads", use.reads), ("writes", use.writes)):
        if fields:
            yield Line(said.say("step", key, system=system, fields=", ".join(fields)))
    if use.lit:
        yield Line(f"{system}: {', '.join(use.lit)}", lit=True)


def _wrong(step: Step, said: Speech) -> Lines:
    return [
        Line(
            ": ".join(
                part
                for part in (
                    fail.title,
                    said.say("says", "quoted", text=fail.says) if fail.says else "",
                    fail.remedy,
                )
                if part
            )
        )
        for fail in step.failures
    ]


def _next(step: Step, content: Content, said: Speech) -> Lines:
    ways = (way for way in content.ways if way.start == step.number - 1)
    return [_way(way.answer, content.steps[way.end], said) for way in ways]


def _way(answer: str, there: Step, said: Speech) -> Line:
    title = there.title
    text = said.say("says", "leads_to", answer=answer, step=title) if answer else title
    return Line(text, leads=there.id)
