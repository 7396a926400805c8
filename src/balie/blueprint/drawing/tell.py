"""A blueprint -> what its drawing says, in one language."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from balie.blueprint.drawing import content, flows
from balie.blueprint.drawing.content import Content, Doer, Note, Row, RowKind, Slip, Task
from balie.blueprint.drawing.light import PLACEHOLDER, Light
from balie.blueprint.drawing.phrases import Phrases
from balie.blueprint.drawing.speech import speech
from balie.blueprint.model import (
    Answer,
    Approve,
    Blueprint,
    FailPoint,
    FieldRef,
    Figure,
    Screen,
    Step,
    Work,
)

VERSION_SHOWN = 8  # characters of the hash


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells one blueprint in one language, with one field in the light or none."""

    phrases: Phrases
    light: Light


def tell(blueprint: Blueprint, language: str, field: str = "") -> Content:
    """Everything that the drawing and the table say of this blueprint.

    field: what is in the light, such as "order.status".
    """
    phrases = Phrases(blueprint, language, speech(language))
    teller = Teller(phrases, Light(blueprint, field))
    return Content(
        service=phrases.text(blueprint.service),
        about=phrases.text(blueprint.about),
        version=blueprint.version[:VERSION_SHOWN],
        language=language,
        systems=tuple(content.System(name, phrases.system(name)) for name in blueprint.systems),
        phases=tuple(
            content.Phase(phrases.text(phase.name), len(phase.steps))
            for phase in blueprint.story
            if phase.steps
        ),
        steps=tuple(
            _step(teller, step, number) for number, step in enumerate(blueprint.steps, start=1)
        ),
        ways=_ways(phrases),
        light=f"{phrases.name(field)} ({field})" if field else "",
    )


def _step(teller: Teller, step: Step, number: int) -> content.Step:
    phrases = teller.phrases
    return content.Step(
        id=str(step.id),
        number=number,
        phase=phrases.text(step.phase),
        title=phrases.text(step.title),
        whom=tuple(phrases.customer(kind) for kind in step.for_),
        promises=_promises(phrases, step),
        feeling=step.feels,
        holds=(
            *(Slip(phrases.text(text)) for text in step.customer_gets),
            *_mails(teller, step),
        ),
        does=phrases.text(step.customer_does),
        people=(*_approval(teller, step), *(_task(teller, work) for work in step.frontstage)),
        screen=None if step.screen is None else _screen(teller, step.screen),
        backstage=_backstage(teller, step),
        uses=flows.uses(phrases, step, teller.light),
        failures=tuple(_failure(phrases, fail) for fail in step.fails),
        questions=_questions(phrases, step),
    )


def _promises(phrases: Phrases, step: Step) -> tuple[str, ...]:
    promised = {
        "page_within": step.promise.page_within,
        "settled_within": step.promise.settled_within,
    }
    return tuple(
        phrases.speech.say("says", key, time=phrases.time(duration))
        for key, duration in promised.items()
        if duration is not None
    )


# ---- what the customer holds


def _mails(teller: Teller, step: Step) -> tuple[Slip, ...]:
    names = [tells.mail for tells in step.tells]
    if step.waits is not None and step.waits.mail is not None:
        names.append(step.waits.mail)
    return tuple(_mail(teller, name) for name in dict.fromkeys(names))


def _mail(teller: Teller, mail: str) -> Slip:
    """A mail by its subject, or by its name when it has no text yet."""
    phrases = teller.phrases
    written = phrases.blueprint.files.get(f"mails/{mail}.{phrases.language}.md", b"")
    text = written.decode("utf-8", "replace")
    key, _, subject = text.partition("\n")[0].partition(":")
    said = subject.strip() if key == "subject" else mail
    named = phrases.speech.say("says", "mail", mail=_filled(phrases, said))
    return Slip(named, is_mail=True, lit=teller.light.on_sentence(text))


def _filled(phrases: Phrases, text: str) -> str:
    """A text with names in the places where values will come: of a field, or the time."""
    return PLACEHOLDER.sub(lambda place: f"‹{_named(phrases, place)}›", text)


def _named(phrases: Phrases, place: re.Match[str]) -> str:
    """What comes there, in small letters unless the text begins with it."""
    if phrases.speech.knows("places", place[1]):
        return phrases.speech.say("places", place[1])
    name = phrases.name(place[1]).rstrip("?")
    return name.lower() if place.start() else name


# ---- the screen


def _screen(teller: Teller, screen: Screen) -> content.Screen:
    phrases, light = teller.phrases, teller.light
    age = screen.at_most_old
    return content.Screen(
        address=_address(phrases, screen),
        headline=_filled(phrases, phrases.text(screen.headline or "")),
        stages=_stages(phrases, screen),
        rows=(
            *(_figure(teller, figure) for figure in screen.figures),
            *(_shown(teller, ref) for ref in screen.shows),
        ),
        questions=tuple(_asked(teller, ref) for ref in screen.asks),
        conditions=(*_asked_if(phrases, screen), *_only_while(phrases, screen)),
        button=phrases.text(screen.button or ""),
        age=""
        if age is None
        else phrases.speech.say("says", "at_most_old", time=phrases.time(age)),
        headline_lit=light.on_sentence(screen.headline or ""),
        stages_lit=light.on_timeline(screen),
    )


def _asked_if(phrases: Phrases, screen: Screen) -> Iterator[str]:
    """When a question is asked that is not always asked."""
    for ref in screen.asks:
        field = phrases.field(str(ref.text))
        if field is not None and field.asked_if is not None:
            condition = phrases.condition(str(field.asked_if.text))
            said = phrases.speech.say("says", "if", condition=condition)
            yield f"{phrases.shown(ref)}: {said}"


def _only_while(phrases: Phrases, screen: Screen) -> Iterator[str]:
    for only in screen.only_while:
        text = _filled(phrases, phrases.text(only.otherwise_says))
        yield phrases.speech.say("says", "otherwise", text=text)


def _address(phrases: Phrases, screen: Screen) -> str:
    if not screen.address:
        return phrases.speech.say("says", "untitled")
    return _filled(phrases, screen.address)


def _stages(phrases: Phrases, screen: Screen) -> int:
    """How many stages the timeline has; the fallback is none."""
    field = None if screen.timeline is None else phrases.field(str(screen.timeline.text))
    return 0 if field is None else sum(stage.code is not None for stage in field.words)


def _shown(teller: Teller, ref: FieldRef) -> Row:
    phrases = teller.phrases
    systems = flows.sources(phrases.blueprint, ref)
    return Row(phrases.shown(ref), systems, _kind(phrases, ref), teller.light.on(ref))


def _asked(teller: Teller, ref: FieldRef) -> Row:
    phrases = teller.phrases
    systems = flows.destinations(phrases.blueprint, ref)
    return Row(phrases.shown(ref), systems, _kind(phrases, ref), teller.light.on(ref))


def _kind(phrases: Phrases, ref: FieldRef) -> RowKind:
    return RowKind.FIELD if phrases.nested(ref) is None else RowKind.LIST


def _figure(teller: Teller, figure: Figure) -> Row:
    phrases = teller.phrases
    systems = flows.counted(phrases.blueprint, figure.of)
    lit = teller.light.on_figure(figure)
    return Row(phrases.text(figure.name), systems, RowKind.FIGURE, lit)


# ---- the work


def _task(teller: Teller, work: Work) -> Task:
    phrases = teller.phrases
    sets = tuple(each.target for each in work.sets)
    looked_at = () if work.if_ is None else work.if_.names
    return Task(
        Doer.ITSELF if work.who is None else Doer.PERSON,
        phrases.text(work.does),
        _notes(phrases, work),
        flows.written(phrases.blueprint, sets, flows.table_of(work)),
        teller.light.on_any((*sets, *looked_at)),
    )


def _notes(phrases: Phrases, work: Work) -> tuple[Note, ...]:
    say = phrases.speech.say
    who = say("says", "by_itself") if work.who is None else phrases.colleague(work.who)
    time = work.within
    within = () if time is None else (say("says", "within", time=phrases.time(time)),)
    inboxes = phrases.blueprint.inboxes
    elsewhere: tuple[str, ...] = ()
    if inboxes is not None and work.within is not None and work.who in inboxes.teams:
        system = phrases.system(inboxes.makes.partition(".")[0])
        elsewhere = (say("says", "also_in", system=system),)
    notes = [Note(" · ".join((who, *within, *elsewhere)))]
    if work.if_ is not None:
        notes.append(Note(say("says", "if", condition=phrases.condition(str(work.if_.text)))))
    return tuple(notes)


def _backstage(teller: Teller, step: Step) -> tuple[Task, ...]:
    works = tuple(_task(teller, work) for work in step.backstage)
    return (*works, *_wait(teller, step), *_decision(teller, step))


def _approval(teller: Teller, step: Step) -> tuple[Task, ...]:
    """What colleagues of the customer do: it stands above the line of visibility."""
    return tuple(_approves(teller, approve) for approve in step.approve)


def _approves(teller: Teller, approve: Approve) -> Task:
    phrases, say = teller.phrases, teller.phrases.speech.say
    looked_at = () if approve.if_ is None else approve.if_.names
    notes: list[Note] = []
    if approve.if_ is not None:
        notes.append(Note(say("says", "if", condition=phrases.condition(str(approve.if_.text)))))
    if approve.within is not None:
        time = phrases.time(approve.within)
        notes.append(Note(say("says", "within", time=time), is_limit=True))
    if approve.then is not None:
        then = phrases.recovery(approve.then)
        notes.append(Note(phrases.goes_to(then, approve.then_goes_to)))
    whom = say("says", "approves", people=", ".join(map(phrases.customer, approve.by)))
    return Task(Doer.DECISION, whom, tuple(notes), lit=teller.light.on_any(looked_at))


def _wait(teller: Teller, step: Step) -> tuple[Task, ...]:
    if step.waits is None:
        return ()
    phrases = teller.phrases
    when, limit = step.waits.when, _limit(phrases, step)
    happening = phrases.happening(when)
    lit = teller.light.on_happening(when)
    match when.split():
        case [system, "tells", _]:
            name = phrases.system(system)
            text = phrases.speech.say("says", "waits_for_word", system=name)
            return (Task(Doer.WAIT, text, (Note(happening), *limit), lit=lit),)
        case _:
            text = phrases.speech.say("says", "waits", happening=happening)
            return (Task(Doer.WAIT, text, limit, lit=lit),)


def _limit(phrases: Phrases, step: Step) -> tuple[Note, ...]:
    """How long is waited at most, and what then."""
    waits = step.waits
    if waits is None or waits.at_most is None:
        return ()
    time = phrases.time(waits.at_most)
    notes = [Note(phrases.speech.say("says", "at_most", time=time), is_limit=True)]
    if waits.then is not None:
        then = phrases.recovery(waits.then)
        notes.append(Note(phrases.goes_to(then, waits.then_goes_to)))
    return tuple(notes)


def _decision(teller: Teller, step: Step) -> tuple[Task, ...]:
    if not step.decision:
        return ()
    phrases = teller.phrases
    notes = tuple(Note(_answer(phrases, answer)) for answer in step.decision)
    targets = tuple(each.target for answer in step.decision for each in answer.sets)
    text = phrases.speech.say("says", "decides")
    systems = flows.written(phrases.blueprint, targets, None)
    return (Task(Doer.DECISION, text, notes, systems, teller.light.on_any(targets)),)


def _answer(phrases: Phrases, answer: Answer) -> str:
    label = _label(phrases, answer)
    if answer.next is None:
        return label
    step = phrases.title(answer.next)
    return phrases.speech.say("says", "leads_to", answer=label, step=step)


def _label(phrases: Phrases, answer: Answer) -> str:
    return phrases.text(answer.button or answer.name)


# ---- when it goes wrong, and what is not known yet


def _failure(phrases: Phrases, fail: FailPoint) -> content.Failure:
    return content.Failure(
        system=fail.system if fail.system in phrases.blueprint.systems else None,
        title=phrases.happening(fail.when),
        says=_filled(phrases, phrases.text(fail.customer_reads or "")),
        remedy=phrases.remedy(fail),
    )


def _questions(phrases: Phrases, step: Step) -> tuple[str, ...]:
    """The open questions of a step and of the fields on its screen."""
    refs = () if step.screen is None else (*step.screen.shows, *step.screen.asks)
    fields = (phrases.field(str(ref.text)) for ref in refs)
    nested = (phrases.nested(ref) for ref in refs)
    within = (field for thing in nested if thing is not None for field in thing.fields.values())
    asked = (
        *step.open_questions,
        *(
            question
            for field in (*fields, *within)
            if field is not None
            for question in field.open_questions
        ),
    )
    return tuple(
        phrases.speech.say(
            "says",
            "question",
            who=phrases.colleague(question.to),
            question=phrases.text(question.question),
        )
        for question in asked
    )


# ---- the way through the steps


def _ways(phrases: Phrases) -> tuple[content.Way, ...]:
    steps = phrases.blueprint.steps
    numbers = {str(step.id): number for number, step in enumerate(steps)}
    found: list[content.Way] = []
    for number, step in enumerate(steps):
        if step.decision:
            found += [
                content.Way(number, numbers[answer.next], _label(phrases, answer))
                for answer in step.decision
                if answer.next in numbers
            ]
        else:
            following = _next(steps, number, numbers)
            found += [] if following is None else [content.Way(number, following)]
    return tuple(found)


def _next(steps: tuple[Step, ...], number: int, numbers: dict[str, int]) -> int | None:
    """The step after this one: as it says, else the one below in the same phase."""
    step = steps[number]
    if step.next is not None:
        return numbers.get(step.next)
    below = number + 1
    return below if below < len(steps) and steps[below].phase == step.phase else None
