"""Content -> an HTML table: what a screen reader wants, and what fits a spreadsheet."""

from collections.abc import Callable, Iterable, Sequence

from balie.blueprint.drawing.content import Content, Row, Step, Task
from balie.blueprint.drawing.speech import Speech, speech
from balie.blueprint.drawing.xml import element, escaped

Lines = Sequence[str]
Lane = tuple[str, Callable[[Step], Lines]]
"""The name of a row, and what it says of a step."""


def table(content: Content) -> str:
    """One `<table>` with a caption; a lane that says nothing at all is left out."""
    said = speech(content.language)
    rows = [
        _row(name, cells)
        for name, tells in _lanes(content, said)
        if any(cells := [tells(step) for step in content.steps])
    ]
    caption = said.say("table", "caption", service=content.service)
    return element(
        "table",
        element("caption", escaped(caption)),
        element("thead", _phases(content, said), _titles(content, said)),
        element("tbody", *rows),
        class_="blueprint-table",
        lang=content.language,
    )


def _phases(content: Content, said: Speech) -> str:
    corner = element("th", escaped(said.say("table", "phase")), scope="row")
    return element(
        "tr",
        corner,
        *(
            element("th", escaped(phase.name), scope="colgroup", colspan=phase.steps)
            for phase in content.phases
        ),
    )


def _titles(content: Content, said: Speech) -> str:
    corner = element("th", escaped(said.say("table", "lane")), scope="col")
    return element(
        "tr",
        corner,
        *(
            element("th", escaped(f"{step.number}. {step.title}"), scope="col")
            for step in content.steps
        ),
    )


def _row(name: str, cells: Iterable[Lines]) -> str:
    head = element("th", escaped(name), scope="row")
    return element("tr", head, *(_cell(lines) for lines in cells))


def _cell(lines: Lines) -> str:
    if not lines:
        return "<td></td>"
    if len(lines) == 1:
        return element("td", escaped(lines[0]))
    items = (element("li", escaped(line)) for line in lines)
    return element("td", element("ul", *items))


def _lanes(content: Content, said: Speech) -> tuple[Lane, ...]:
    names = {system.id: system.name for system in content.systems}
    return (
        (said.say("table", "whom"), lambda step: step.whom),
        (said.say("table", "promise"), lambda step: step.promises),
        (said.say("lanes", "feeling"), lambda step: _feeling(step, said)),
        (said.say("lanes", "holds"), lambda step: [slip.text for slip in step.holds]),
        (said.say("lanes", "customer"), lambda step: [step.does]),
        (said.say("lanes", "people"), lambda step: [_task(task, names) for task in step.people]),
        (said.say("lanes", "screen"), lambda step: _screen(step, names)),
        (
            said.say("lanes", "backstage"),
            lambda step: [_task(task, names) for task in step.backstage],
        ),
        (said.say("lanes", "systems"), lambda step: _systems(step, names, said)),
        (said.say("lanes", "wrong"), lambda step: _wrong(step, said)),
        (said.say("lanes", "questions"), lambda step: step.questions),
        (said.say("table", "next"), lambda step: _next(step, content, said)),
    )


def _feeling(step: Step, said: Speech) -> Lines:
    return () if step.feeling is None else (said.say("feelings", str(step.feeling)),)


def _task(task: Task, names: dict[str, str]) -> str:
    notes = "; ".join(note.text for note in task.notes)
    to = f" → {', '.join(names[system] for system in task.systems)}" if task.systems else ""
    return f"{task.text}{to} ({notes})" if notes else f"{task.text}{to}"


def _screen(step: Step, names: dict[str, str]) -> Lines:
    screen = step.screen
    if screen is None:
        return ()
    return (
        screen.address,
        *((screen.headline,) if screen.headline else ()),
        *(_field(row, "←", names) for row in screen.rows),
        *(_field(row, "→", names) for row in screen.questions),
        *((f"[{screen.button}]",) if screen.button else ()),
        *screen.only_while,
        *((screen.age,) if screen.age else ()),
    )


def _field(row: Row, arrow: str, names: dict[str, str]) -> str:
    """`Status ← CRM`: where it comes from; `Town → CRM, ERP`: where it goes."""
    systems = ", ".join(names[system] for system in row.systems)
    return f"{row.text} {arrow} {systems}" if systems else row.text


def _systems(step: Step, names: dict[str, str], said: Speech) -> Lines:
    return tuple(
        said.say("step", key, system=names[use.system], fields=", ".join(fields))
        for use in step.uses
        for key, fields in (("reads", use.reads), ("writes", use.writes))
        if fields
    )


def _wrong(step: Step, said: Speech) -> Lines:
    return tuple(
        ": ".join(
            part
            for part in (
                fail.title,
                said.say("says", "quoted", text=fail.says) if fail.says else "",
                fail.remedy,
            )
            if part
        )
        for fail in step.failures
    )


def _next(step: Step, content: Content, said: Speech) -> Lines:
    return tuple(
        said.say("says", "leads_to", answer=way.answer, step=content.steps[way.end].title)
        if way.answer
        else content.steps[way.end].title
        for way in content.ways
        if way.start == step.number - 1
    )
