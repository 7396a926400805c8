"""The drawing in sentences: its title, what it is about, and each step for who cannot see it."""

from collections.abc import Iterable, Iterator

from balie.blueprint.drawing.content import Content, Failure, Step, Task
from balie.blueprint.drawing.parts import Part
from balie.blueprint.drawing.speech import Speech, speech


def title(content: Content, said: Speech) -> str:
    """The name of the drawing."""
    return f"{content.service}: {said.say('says', 'drawing')}"


def about(part: Part, said: Speech) -> str:
    """What the service is about, how big it is, and which sheet of it this is."""
    content = part.content
    size = said.say("says", "about", steps=len(content.steps), systems=len(content.systems))
    count = len(part.sheets)
    sheet = said.say("says", "sheet", number=part.number, count=count) if count > 1 else ""
    light = said.say("says", "light", field=content.light) if content.light else ""
    return _sentences((content.about, size, _capital(sheet), _capital(light)))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def sheet(part: Part) -> str:
    """All that a sheet says."""
    content = part.content
    said = speech(content.language)
    told = (f"{step(content, one)} {details(content, one)}" for one in part.steps)
    return " ".join((_sentence(title(content, said)), about(part, said), *told))


def step(content: Content, one: Step) -> str:
    """What a step is: its place, its title, for whom, and what the customer does."""
    said = speech(content.language)
    head = said.say(
        "step",
        "head",
        number=one.number,
        count=len(content.steps),
        phase=one.phase,
        title=one.title,
    )
    whom = said.say("step", "whom", people=", ".join(one.whom)) if one.whom else ""
    return _sentences((head, whom, said.say("step", "does", text=one.does)))


def details(content: Content, one: Step) -> str:
    """The rest of a step, lane by lane."""
    said = speech(content.language)
    screen = one.screen
    lanes = (
        ("holds", ", ".join(slip.text for slip in one.holds)),
        ("feels", "" if one.feeling is None else said.say("feelings", str(one.feeling))),
        ("people", _tasks(one.people)),
        ("shows", "" if screen is None else ", ".join(row.text for row in screen.rows)),
        ("asks", "" if screen is None else ", ".join(row.text for row in screen.questions)),
        ("backstage", _tasks(one.backstage)),
    )
    return _sentences(
        (
            *(said.say("step", key, text=text) for key, text in lanes if text),
            *_uses(content, one, said),
            *_failures(one.failures, said),
            *one.questions,
            *_ways(content, one, said),
        )
    )


def _sentences(texts: Iterable[str]) -> str:
    return " ".join(_sentence(text) for text in texts if text)


def _sentence(text: str) -> str:
    """With one full stop at its end."""
    stripped = text.rstrip(".")
    return stripped if stripped.endswith(("?", "!", "?”", "!”")) else f"{stripped}."


def _tasks(tasks: Iterable[Task]) -> str:
    return "; ".join(", ".join((task.text, *(note.text for note in task.notes))) for task in tasks)


def _uses(content: Content, one: Step, said: Speech) -> Iterator[str]:
    names = {system.id: system.name for system in content.systems}
    for use in one.uses:
        for key, fields in (("reads", use.reads), ("writes", use.writes)):
            if fields:
                yield said.say("step", key, system=names[use.system], fields=", ".join(fields))


def _failures(failures: Iterable[Failure], said: Speech) -> Iterator[str]:
    for fail in failures:
        quoted = said.say("says", "quoted", text=fail.says) if fail.says else ""
        parts = (fail.title, quoted, fail.remedy)
        yield said.say("step", "wrong", text=", ".join(part for part in parts if part))


def _ways(content: Content, one: Step, said: Speech) -> Iterator[str]:
    for way in content.ways:
        if way.start == one.number - 1:
            target = content.steps[way.end].title
            text = (
                said.say("says", "leads_to", answer=way.answer, step=target)
                if way.answer
                else target
            )
            yield said.say("step", "next", text=text)
