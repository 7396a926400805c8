"""Content -> an HTML table: what a screen reader wants, and what fits a spreadsheet."""

from collections.abc import Iterable

from balie.blueprint.drawing.content import Content
from balie.blueprint.drawing.lanes import Lines, as_html, lanes
from balie.blueprint.drawing.speech import Speech, speech
from balie.blueprint.drawing.xml import element, escaped


def table(content: Content) -> str:
    """One `<table>` with a caption; a lane that says nothing at all is left out."""
    said = speech(content.language)
    rows = [
        _row(lane.name, cells)
        for lane in lanes(content, said)
        if any(cells := [lane.tells(step) for step in content.steps])
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
    return element("td", as_html(lines)) if lines else "<td></td>"
