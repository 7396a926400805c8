"""What one viewer may see and do: every page, form, field and document, each with its reasons.

Worked out from the blueprint alone; no system is asked. `service` decides by the same rules, and
that the two never differ is proved (tests/access).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from balie.access.reasons import (
    Verdict,
    why_change,
    why_open,
    why_recognised,
    why_rows,
    why_see,
    why_see_field,
    why_show_field,
)
from balie.access.viewer import Knowledge, Mine, Viewer
from balie.backstage.forms.plan import FormPlan, Question, form_plans
from balie.backstage.plans import Part, Plan, plans, references
from balie.blueprint import relations
from balie.blueprint.model import EVERYBODY, Blueprint, Figure, Step, Thing
from balie.blueprint.relations import Equality
from balie.blueprint.source import Span, Text
from balie.mapping.kinds import Kind
from balie.mapping.thing import MappedThing, map_things
from balie.systems.contract import Contract


class Doing(StrEnum):
    """What is done with something."""

    OPEN = "open"  # a page
    SEE = "see"  # a field on it, or a figure
    DOCUMENT = "document"  # handed out
    MAKE = "make"  # by a form
    CHANGE = "change"
    ANSWER = "answer"  # a question of a form


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What must hold as well. word: of the blueprint language ("only while"); text: as written."""

    word: str
    text: str
    at: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class May:
    """One thing that somebody may do, or not. about: "invoice.total"; label: as customers know it.

    rows: which rows of the thing; conditions: what must hold at the moment itself.
    """

    doing: Doing
    about: str
    label: Text
    verdict: Verdict
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MayOpen:
    """A page or form, and what is on it. rows: which rows of a thing, by thing."""

    step: str
    address: str
    may: May
    rows: tuple[tuple[str, Verdict], ...]
    parts: tuple[May, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A blueprint with its pages and forms, worked out once."""

    blueprint: Blueprint
    things: Mapping[str, MappedThing]
    pages: Sequence[Plan]
    forms: Sequence[FormPlan]


def ground_of(blueprint: Blueprint, contracts: Mapping[str, Contract]) -> Ground:
    """What is explained of a blueprint."""
    things = map_things(blueprint, contracts)
    return Ground(
        blueprint=blueprint,
        things=things,
        pages=plans(blueprint),
        forms=form_plans(blueprint, things, contracts),
    )


def whoever_is(blueprint: Blueprint, kind: str, whose: str) -> Viewer:
    """Somebody of a kind, whoever they are. whose: stands for every value that is theirs."""
    if kind == EVERYBODY:
        return Viewer(person=EVERYBODY, email="", kinds=frozenset({kind}), kinds_known=True, me={})
    names = (str(name) for name in blueprint.me.names if name != "roles")
    mine = Mine(Knowledge.KNOWN, (whose,))
    return Viewer(
        person="",
        email="",
        kinds=frozenset({kind}),
        kinds_known=True,
        me=dict.fromkeys(names, mine),
    )


def who_may(ground: Ground, viewer: Viewer) -> tuple[MayOpen, ...]:
    """Every page and form in the order of the story, whether this viewer may open it or not."""
    order = {step.id: place for place, step in enumerate(ground.blueprint.steps)}
    found = [(plan.step.id, page_of(ground, plan, viewer)) for plan in ground.pages]
    found += [(plan.step.id, form_of(ground, plan, viewer)) for plan in ground.forms]
    return tuple(one for _, one in sorted(found, key=lambda pair: order[pair[0]]))


def page_of(ground: Ground, plan: Plan, viewer: Viewer) -> MayOpen:
    """A page and what is on it."""
    verdict = why_recognised(viewer) & why_open(plan.step, viewer)
    if plan.subject is not None:
        verdict &= why_see(ground.things[plan.subject.thing].thing, viewer)
    things = dict.fromkeys((*(part.thing for part in _parts(plan)), *_counted(plan)))
    return MayOpen(
        step=str(plan.step.id),
        address=plan.address,
        may=May(
            doing=Doing.OPEN,
            about=str(plan.step.id),
            label=plan.title,
            verdict=verdict,
            conditions=(*_of_the_kind(ground.blueprint, plan.step, viewer), *_mailed(plan)),
        ),
        rows=tuple(_rows(ground, things, viewer)),
        parts=tuple(_shown(ground, plan, viewer, verdict)),
    )


def form_of(ground: Ground, plan: FormPlan, viewer: Viewer) -> MayOpen:
    """A form and what it asks."""
    verdict = (
        why_recognised(viewer) & why_open(plan.step, viewer) & why_see(plan.thing.thing, viewer)
    )
    if plan.is_change:
        verdict &= why_change(plan.thing.thing, viewer)
    doing = Doing.CHANGE if plan.is_change else Doing.MAKE
    chosen = {question.choose_from.thing for question in plan.questions if question.choose_from}
    things = dict.fromkeys((*([plan.thing.id] if plan.is_change else ()), *sorted(chosen)))
    while_ = tuple(
        Condition(word="only while", text=str(rule.if_.text), at=rule.if_.text.at)
        for rule in plan.screen.only_while
    )
    return MayOpen(
        step=str(plan.step.id),
        address=plan.address,
        may=May(
            doing=doing,
            about=plan.thing.id,
            label=plan.step.title,
            verdict=verdict,
            conditions=(
                *_of_the_kind(ground.blueprint, plan.step, viewer),
                *while_,
                *_approved(plan.step),
            ),
        ),
        rows=tuple(_rows(ground, things, viewer)),
        parts=tuple(_asked(plan, viewer, verdict)),
    )


# ---- what is on a page


def _parts(plan: Plan) -> Iterator[Part]:
    """The things on a page with their fields, those of its headline and timeline among them."""
    named = [*references(plan.screen.headline or "")]
    if plan.screen.timeline is not None:
        named.append((plan.screen.timeline.thing, plan.screen.timeline.field))
    parts = [part for part in (plan.subject, *plan.nested, *plan.others) if part is not None]
    for part in parts:
        more = (field for thing, field in named if thing == part.thing)
        yield Part(part.thing, tuple(dict.fromkeys((*part.fields, *more))))
    known = {part.thing for part in parts}
    for thing in dict.fromkeys(thing for thing, _ in named if thing not in known):
        yield Part(thing, tuple(dict.fromkeys(f for t, f in named if t == thing)))


def _shown(ground: Ground, plan: Plan, viewer: Viewer, page: Verdict) -> Iterator[May]:
    for figure in plan.screen.figures:
        yield _figure(ground, figure, viewer, page)
    for part in _parts(plan):
        thing = ground.things[part.thing]
        for id_ in part.fields:
            mapped = thing.fields.get(id_)
            if mapped is None:
                continue
            document = mapped.kind is Kind.DOCUMENT
            yield May(
                doing=Doing.DOCUMENT if document else Doing.SEE,
                about=f"{thing.id}.{id_}",
                label=mapped.field.name or mapped.field.id,
                verdict=page & why_show_field(thing.thing, mapped.field, viewer),
            )


def _figure(ground: Ground, figure: Figure, viewer: Viewer, page: Verdict) -> May:
    thing_id, _, field_id = figure.of.partition(".")
    thing = ground.things[thing_id].thing
    field = thing.fields.get(field_id)
    why = why_see(thing, viewer) if field is None else why_see_field(thing, field, viewer)
    return May(doing=Doing.SEE, about=str(figure.of), label=figure.name, verdict=page & why)


def _counted(plan: Plan) -> Iterator[str]:
    return (figure.of.partition(".")[0] for figure in plan.screen.figures)


# ---- what a form asks


def _asked(plan: FormPlan, viewer: Viewer, form: Verdict) -> Iterator[May]:
    for question in plan.questions:
        yield _question(plan.thing.thing.id, question, form & _why_asked(plan, question, viewer))
    if plan.rows is not None:
        for question in (plan.rows.key, *plan.rows.questions):
            yield _question(plan.rows.nested.id, question, form)


def _why_asked(plan: FormPlan, question: Question, viewer: Viewer) -> Verdict:
    return why_see_field(plan.thing.thing, question.field, viewer)


def _question(thing: Text, question: Question, verdict: Verdict) -> May:
    return May(
        doing=Doing.ANSWER,
        about=f"{thing}.{question.id}",
        label=question.field.name or question.field.id,
        verdict=verdict,
        conditions=tuple(_of_a_question(question)),
    )


def _of_a_question(question: Question) -> Iterator[Condition]:
    field = question.field
    if field.asked_if is not None:
        yield Condition(word="asked if", text=str(field.asked_if.text), at=field.asked_if.text.at)
    if field.guard is not None:
        yield Condition(word="guard", text=str(field.guard), at=field.guard.at)
    if field.choose_from is not None:
        yield Condition(word="choose from", text=str(field.choose_from), at=field.choose_from.at)


def _of_the_kind(blueprint: Blueprint, step: Step, viewer: Viewer) -> tuple[Condition, ...]:
    """The stronger sign-in that the step needs, and this kind of customer."""
    customers = blueprint.people.customers
    of_kinds = [customers[kind].extra_check for kind in sorted(viewer.kinds) if kind in customers]
    checks = filter(None, (*of_kinds, step.extra_check))
    return tuple(_condition("extra check", check.text) for check in checks)


def _approved(step: Step) -> Iterator[Condition]:
    """Colleagues who must approve what is sent, one after another."""
    for line in step.approve:
        by, if_ = " or ".join(map(str, line.by)), line.if_
        text = f"by {by} if {if_.text}" if if_ else f"by {by}"
        yield Condition(word="approve", text=text, at=line.at)


def _mailed(plan: Plan) -> Iterator[Condition]:
    """Mails whose link opens this page without signing in, for a time."""
    for tells in plan.step.tells if plan.kind == "details" else ():
        if tells.opens is not None:
            opens = tells.opens.text
            yield Condition(
                word="opens without signing in", text=f"{tells.mail}, {opens}", at=opens.at
            )


def _condition(word: str, text: Text) -> Condition:
    return Condition(word=word, text=str(text), at=text.at)


# ---- which rows


def _rows(ground: Ground, things: Iterable[str], viewer: Viewer) -> Iterator[tuple[str, Verdict]]:
    for id_ in things:
        thing = ground.things[id_].thing
        equalities = relations_of(thing)
        if equalities or thing.in_ is None:
            yield id_, why_rows(id_, equalities, viewer, bind=_some)


def relations_of(thing: Thing) -> tuple[Equality, ...]:
    """What says whose a row is; nothing for what belongs to nobody in particular."""
    if not thing.owner and thing.in_ is None:
        return ()
    return (*thing.owner, *thing.linked_by, *thing.where)


def _some(other: relations.Other) -> tuple[str, ...]:
    """While no row is looked at, what it is tied to is there."""
    return (f"{other.of}.{other.field}",)
