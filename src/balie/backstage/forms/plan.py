"""What a form asks, worked out once per blueprint: each question with its control and its rule."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from balie.blueprint.lineage import nested_list
from balie.blueprint.model import Blueprint, FieldRef, Screen, Step, Thing, ThingField
from balie.blueprint.source import Text
from balie.mapping.rules import Bounds, Must, Picture, longest, must_be
from balie.mapping.thing import MappedThing, described_field
from balie.systems.contract import Contract, Field, Type

SHORT = 100  # characters: what is longer gets a field of several lines


class Control(StrEnum):
    """How an answer is given."""

    LINE = "line"
    LINES = "lines"
    MAIL = "mail"
    PHONE = "phone"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes or no"
    CHOICE = "choice"  # one of the field's words
    ROW = "row"  # one of the viewer's own rows
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. described: the field of the master that the answer goes to.

    choose_from: the thing and field whose rows are offered ("order", "number"). page: of the form,
    from 0; a question that depends on answers comes on a page after theirs.
    """

    field: ThingField
    control: Control
    must: Must | None
    described: Field
    choose_from: FieldRef | None = None
    page: int = 0

    @property
    def id(self) -> str:
        """The field's name in the blueprint, and the question's in the form."""
        return str(self.field.id)

    @property
    def is_required(self) -> bool:
        """Whether it must be answered."""
        return not self.field.optional

    @property
    def codes(self) -> tuple[tuple[Text, Text], ...]:
        """The codes that can be chosen, each with its words."""
        left_out = set(map(str, self.field.leave_out_codes))
        return tuple(
            (stage.code, stage.says)
            for stage in self.field.words
            if stage.code is not None and str(stage.code) not in left_out
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsAsked:
    """A list in which rows are ticked, each with its own questions, such as how many.

    name: of the list in the form's thing ("lines"). of: what is offered, by its name in the story
    ("order.sent_lines"), which is rows of `offered` in `parent`.
    """

    name: str
    nested: Thing
    key: Question
    questions: tuple[Question, ...]
    of: str
    parent: str
    offered: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPlan:
    """One form. thing: what it makes or changes. subject: the question that picks the row that the
    other questions are about; it comes first, on a page of its own.
    """

    step: Step
    screen: Screen
    address: str
    thing: MappedThing
    is_change: bool
    questions: tuple[Question, ...]
    rows: RowsAsked | None = None
    subject: Question | None = None


def form_plans(
    blueprint: Blueprint, things: Mapping[str, MappedThing], contracts: Mapping[str, Contract]
) -> tuple[FormPlan, ...]:
    """Every form that can be run, in the order of the story."""
    planned = (_plan(step, blueprint, things, contracts) for step in blueprint.steps)
    return tuple(plan for plan in planned if plan is not None)


def _plan(
    step: Step,
    blueprint: Blueprint,
    things: Mapping[str, MappedThing],
    contracts: Mapping[str, Contract],
) -> FormPlan | None:
    screen = step.screen
    if screen is None or screen.address is None or not screen.asks or "{" in screen.address:
        return None
    thing = things.get(str(screen.creates or screen.changes or ""))
    if thing is None:
        return None
    asking = _Asking(blueprint, things, contracts, thing)
    questions = tuple(filter(None, map(asking.question, screen.asks)))
    rows = next(filter(None, map(asking.rows, screen.asks)), None)
    subject = _subject(screen, questions, rows)
    return FormPlan(
        step=step,
        screen=screen,
        address=str(screen.address),
        thing=thing,
        is_change=screen.changes is not None,
        questions=_on_pages(questions, thing.id, subject),
        rows=rows,
        subject=subject,
    )


def _on_pages(
    questions: tuple[Question, ...], thing: str, subject: Question | None
) -> tuple[Question, ...]:
    """Each question on the first page where the answers that it depends on are known."""
    pages: dict[str, int] = {}
    for question in questions:
        if question is not subject:
            names = question.field.asked_if.names if question.field.asked_if else ()
            after = [pages[name] for name in map(str, names) if name in pages]
            pages[f"{thing}.{question.id}"] = max(after, default=-1) + 1
    return tuple(
        replace(one, page=page) if (page := pages.get(f"{thing}.{one.id}", 0)) else one
        for one in questions
    )


def _subject(
    screen: Screen, questions: tuple[Question, ...], rows: RowsAsked | None
) -> Question | None:
    """The question that must be answered first: rows are asked within it, or it has conditions."""
    for question in questions:
        if question.choose_from is None or not question.is_required:
            continue
        asks_within = rows is not None and rows.parent == question.choose_from.thing
        if asks_within or screen.only_while:
            return question
    return None


@dataclass(frozen=True)
class _Asking:
    blueprint: Blueprint
    things: Mapping[str, MappedThing]
    contracts: Mapping[str, Contract]
    thing: MappedThing

    def question(self, ref: FieldRef) -> Question | None:
        """The question of a field of the form's thing; None for a list."""
        field = self.thing.thing.fields.get(ref.field) if ref.thing == self.thing.id else None
        return None if field is None else self._of(self.thing.thing, field)

    def rows(self, ref: FieldRef) -> RowsAsked | None:
        """The list whose rows are ticked; None for a plain field."""
        nested = nested_list(self.blueprint, ref.thing, ref.field)
        if nested is None or nested.list_name is None:
            return None
        filled = {str(line.target) for line in self.thing.thing.sets}
        asked = [
            self._of(nested, field)
            for field in nested.fields.values()
            if field.to and f"{nested.list_name}.{field.id}" not in filled
        ]
        key = next((question for question in asked if question.choose_from is not None), None)
        if key is None or key.choose_from is None:
            return None
        of, _, _name = key.choose_from.text.rpartition(".")
        offered = self.blueprint.nested.get(of)
        if offered is None:
            return None
        return RowsAsked(
            name=nested.list_name,
            nested=nested,
            key=key,
            questions=tuple(question for question in asked if question is not key),
            of=of,
            parent=str(offered.parent),
            offered=str(offered.id),
        )

    def _of(self, thing: Thing, field: ThingField) -> Question:
        at = thing.from_[0].table
        path = at.within(str(field.to[0])) if field.to else str(field.id)
        described = described_field(at, path, self.blueprint, self.contracts)
        must = must_be(field.must_be) if field.must_be is not None else None
        chosen = FieldRef.of(field.choose_from) if field.choose_from is not None else None
        return Question(
            field=field,
            control=_control(field, must, described),
            must=must,
            described=described,
            choose_from=chosen,
        )


def _control(field: ThingField, must: Must | None, described: Field) -> Control:
    if isinstance(must, Picture) or described.type is Type.DOCUMENT:
        return Control.FILE
    if field.choose_from is not None:
        return Control.ROW
    if any(stage.code is not None for stage in field.words):
        return Control.CHOICE
    if isinstance(must, Bounds) or described.type in (Type.INTEGER, Type.NUMBER):
        return Control.NUMBER
    return _of_text(field, described)


_BY_RULE = {"e-mail": Control.MAIL, "phone": Control.PHONE}
_BY_TYPE = {Type.BOOLEAN: Control.YES_NO, Type.DATE: Control.DATE}


def _of_text(field: ThingField, described: Field) -> Control:
    by_rule = _BY_RULE.get(str(field.must_be or ""))
    if by_rule is not None:
        return by_rule
    if described.type in _BY_TYPE:
        return _BY_TYPE[described.type]
    most = longest(field.must_be) or described.max_length
    return Control.LINES if most is not None and most > SHORT else Control.LINE
