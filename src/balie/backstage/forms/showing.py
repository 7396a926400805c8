"""Makes the page of a form: to pick what it is about, to fill it in, to see whether it is right."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from balie.backstage.actions import Told
from balie.backstage.forms.applying import questions_for
from balie.backstage.forms.filling import Checked, row_key
from balie.backstage.forms.offering import FormOpening, Offered, why_not
from balie.backstage.forms.page import Asked, Choice, FormPage, Pickable, Stage, Tickable, Ticking
from balie.backstage.forms.plan import Control, Question, RowsAsked
from balie.backstage.found import Found
from balie.backstage.page import Cell, Freshness, Help, MenuItem, Trust
from balie.blueprint.lineage import columns
from balie.mapping.clear import Clear
from balie.mapping.rules import LONGEST, Bounds, Picture, longest
from balie.mapping.thing import MappedThing, Record
from balie.systems.rows import text_of

MOST_CHOICES = 50
NOTHING_KEPT: Mapping[str, tuple[str, ...]] = {}
KEEP_TRYING = "keep and try again"
"""What a story does with answers while their system is away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What stands around a form, as around every page."""

    menu: tuple[MenuItem, ...] = ()
    help: Help | None = None


@dataclass(frozen=True, slots=True)
class Showing:
    """Shows one form to one viewer."""

    opening: FormOpening
    around: Around

    def to_pick(self, question: Question, found: Found) -> FormPage:
        """The page that asks what the form is about."""
        thing = self.opening.things[question.choose_from.thing if question.choose_from else ""]
        label = self._say(question.field.name or question.id)
        rows = tuple(self._pickable(thing, question, record) for record in found.records)
        return self._page(
            Stage.PICK,
            about={},
            pickable=rows,
            asked=(Asked(name=question.id, label=label, control=Control.ROW, is_required=True),),
            notices=self._notices(found),
        )

    def to_fill(
        self,
        given: Offered,
        about: str | None,
        checked: Checked,
        page: int | None,
        kept: Mapping[str, tuple[str, ...]] = NOTHING_KEPT,
    ) -> FormPage:
        """One page of the questions, with what was filled in, and what is wrong with it.

        page: None for every question there is. kept: of the other pages.
        """
        rows = self.opening.plan.rows if not page else None
        asked = tuple(
            self._asked(one, given, checked) for one in self._questions(given, checked, page)
        )
        here = {one.name for one in asked}
        return self._page(
            Stage.FILL,
            about=self._about(about),
            subject=self._subject(given),
            asked=asked,
            ticking=None if rows is None else self._ticking(rows, given, checked),
            kept={
                name: said for name, said in kept.items() if self._is_elsewhere(name, here, rows)
            },
            notices=self._notices(*given.parts),
            can_be_filled=self._can_be_filled(given, asked),
            page=page,
        )

    def _is_elsewhere(self, name: str, here: set[str], rows: RowsAsked | None) -> bool:
        """Whether an answer was given on another page; the address says what the form is about."""
        subject = self.opening.plan.subject
        if name in here or (subject is not None and name == subject.id):
            return False
        return rows is None or not (name == rows.name or name.startswith(f"{rows.name}."))

    def to_check(
        self,
        given: Offered,
        about: str | None,
        checked: Checked,
        kept: Mapping[str, tuple[str, ...]],
    ) -> FormPage:
        """The page that asks whether it is right."""
        return self._page(
            Stage.CHECK,
            about=self._about(about),
            subject=self._subject(given),
            told=checked.told,
            kept=kept,
            notices=self._notices(*given.parts),
        )

    # ---- parts

    def _page(
        self,
        stage: Stage,
        *,
        about: Mapping[str, str],
        subject: tuple[Cell, ...] = (),
        pickable: tuple[Pickable, ...] = (),
        asked: tuple[Asked, ...] = (),
        ticking: Ticking | None = None,
        told: tuple[Told, ...] = (),
        kept: Mapping[str, tuple[str, ...]] | None = None,
        notices: tuple[Freshness, ...] = (),
        can_be_filled: bool = True,
        page: int | None = None,
    ) -> FormPage:
        plan, presenting = self.opening.plan, self.opening.presenting
        title = presenting.heading(plan.step.title)
        return FormPage(
            step=str(plan.step.id),
            stage=stage,
            title=title,
            address=self.opening.address,
            button=self._say(plan.screen.button or plan.step.title),
            menu=self.around.menu,
            help=self.around.help,
            acting_for=presenting.viewer.acting_for,
            subject=subject,
            about=about,
            pickable=pickable,
            asked=asked,
            ticking=ticking,
            told=told,
            kept=kept or {},
            notices=notices,
            can_be_filled=can_be_filled,
            page=page,
        )

    def _questions(self, given: Offered, checked: Checked, page: int | None) -> list[Question]:
        """Those that can be answered here. What may be left open is not asked without answers."""
        plan = self.opening.plan
        every = questions_for(self.opening)
        return [
            one
            for one in (every if page is None else checked.asked)
            if one is not plan.subject
            and page in (None, one.page)
            and (one.is_required or self._is_answerable(one, given.choices.get(one.id)))
        ]

    def _is_answerable(self, question: Question, choices: Found | None) -> bool:
        if question.control is not Control.ROW:
            return True
        can_choose = choices is not None and self._freshness(choices).trust is not Trust.HIDDEN
        return can_choose and bool(choices and choices.records)

    def _can_be_filled(self, given: Offered, asked: tuple[Asked, ...]) -> bool:
        """Whether what it is about is known, and there is something to choose and to tick."""
        plan = self.opening.plan
        if given.record is None and (plan.is_change or plan.subject is not None):
            return False
        if plan.rows is not None and not given.rows.records:
            return False
        return all(one.choices for one in asked if one.control is Control.ROW)

    def _say(self, text: str) -> str:
        return self.opening.presenting.say(text)

    def _about(self, about: str | None) -> Mapping[str, str]:
        subject = self.opening.plan.subject
        return {subject.id: about} if subject is not None and about is not None else {}

    def _subject(self, given: Offered) -> tuple[Cell, ...]:
        """The row that the form is about, as its lists show it; nothing of a form that changes."""
        subject, record = self.opening.plan.subject, given.record
        if subject is None or subject.choose_from is None or record is None:
            return ()
        return self._cells(self.opening.things[subject.choose_from.thing], record)

    def _cells(self, thing: MappedThing, record: Record) -> tuple[Cell, ...]:
        presenting = self.opening.presenting
        shown = presenting.plain(thing, tuple(str(column.id) for column in columns(thing.thing)))
        return presenting.cells(thing, record, [id_ for id_ in shown if id_ in record.values])

    def _pickable(self, thing: MappedThing, question: Question, record: Record) -> Pickable:
        reason = why_not(self.opening, record)
        return Pickable(
            key=record.key,
            cells=self._cells(thing, record),
            link=None if reason else question.id,
            why_not=reason,
        )

    def _asked(self, question: Question, given: Offered, checked: Checked) -> Asked:
        field = question.field
        value = self._value(question, given, checked)
        return Asked(
            name=question.id,
            label=self._say(field.name or question.id),
            control=question.control,
            is_required=question.is_required,
            value=value,
            help=self._say(field.help) if field.help is not None else "",
            choices=self._choices(question, given, value),
            most=_most(question),
            bounds=_bounds(question, given.record),
            autofill=_autofill(question),
            at_most=question.must.at_most if isinstance(question.must, Picture) else None,
            file=checked.filled.files.get(question.id, ""),
            pictures_only=isinstance(question.must, Picture),
            asked_if=str(field.asked_if.text) if field.asked_if is not None else "",
            problem=checked.problems.get(question.id),
        )

    def _value(self, question: Question, given: Offered, checked: Checked) -> str:
        """What stands in the field: what was typed, else what is known now."""
        if question.id in checked.said:
            return checked.said[question.id]
        return self._known(question, given)

    def known(self, given: Offered) -> Mapping[str, str]:
        """What stands in the fields of a form that changes something, before anybody types."""
        if not self.opening.plan.is_change or given.record is None:
            return {}
        asked = (one for one in questions_for(self.opening) if one.control is not Control.FILE)
        return {question.id: self._known(question, given) for question in asked}

    def _known(self, question: Question, given: Offered) -> str:
        if not self.opening.plan.is_change or given.record is None:
            return ""
        known = given.record.value(question.id)
        return _typed(known.code if known.code is not None else known.value)

    def _choices(self, question: Question, given: Offered, value: str) -> tuple[Choice, ...]:
        if question.control is Control.CHOICE:
            return tuple(
                Choice(str(code), self._say(says), str(code) == value)
                for code, says in question.codes
            )
        found = given.choices.get(question.id)
        if found is None or question.choose_from is None:
            return ()
        thing = self.opening.things[question.choose_from.thing]
        return tuple(
            Choice(record.key, self._in_a_line(thing, record), record.key == value)
            for record in found.records[:MOST_CHOICES]
        )

    def _in_a_line(self, thing: MappedThing, record: Record) -> str:
        """A row in a few words: what its list says of it."""
        return " · ".join(cell.text for cell in self._cells(thing, record)[:3] if cell.text)

    def _ticking(self, rows: RowsAsked, given: Offered, checked: Checked) -> Ticking:
        thing = self.opening.things[rows.offered]
        return Ticking(
            name=rows.name,
            label=self._say(rows.key.field.name or rows.name),
            rows=tuple(self._tickable(rows, thing, one, checked) for one in given.rows.records),
            freshness=self._freshness(given.rows),
            problem=checked.problems.get(rows.name),
        )

    def _tickable(
        self, rows: RowsAsked, thing: MappedThing, record: Record, checked: Checked
    ) -> Tickable:
        key = row_key(rows, record)
        return Tickable(
            key=key,
            cells=self._cells(thing, record),
            is_ticked=key in checked.ticked,
            asked=tuple(
                self._asked_of_row(f"{rows.name}.{key}.{one.id}", one, record, checked)
                for one in rows.questions
            ),
        )

    def _asked_of_row(
        self, name: str, question: Question, record: Record, checked: Checked
    ) -> Asked:
        """A question of one row. How many is one until somebody says otherwise."""
        bounds = _bounds(question, record)
        usual = bounds[0] if bounds is not None else ""
        return Asked(
            name=name,
            label=self._say(question.field.name or question.id),
            control=question.control,
            is_required=question.is_required,
            value=checked.said.get(name, usual),
            most=_most(question),
            bounds=bounds,
            problem=checked.problems.get(name),
        )

    def _freshness(self, part: Found) -> Freshness:
        """How far it can be trusted; without what the story says of answers that were kept."""
        step = self.opening.plan.step
        of_kept = {
            self._say(fail.customer_reads)
            for fail in step.fails
            if fail.then == KEEP_TRYING and fail.customer_reads is not None
        }
        freshness = self.opening.presenting.freshness(part, step)
        return replace(freshness, says=None) if freshness.says in of_kept else freshness

    def _notices(self, *parts: Found) -> tuple[Freshness, ...]:
        """What is away, each sentence once."""
        found = [self._freshness(part) for part in parts]
        said = {one.says or one.trust.value: one for one in found if one.trust is not Trust.FRESH}
        return tuple(said.values())


def _typed(value: Clear) -> str:
    return text_of(value) or "" if isinstance(value, str | bool | int) else str(value or "")


def _most(question: Question) -> int | None:
    """Characters that fit, as its rule and its contract say; None for what is no text."""
    if question.control in (Control.LINE, Control.LINES, Control.MAIL, Control.PHONE):
        by_rule, by_contract = longest(question.field.must_be), question.described.max_length
        return min(by_rule or LONGEST, by_contract or LONGEST)
    return None


def _bounds(question: Question, record: Record | None) -> tuple[str, str] | None:
    """The lowest and the highest number; an end may be a field of the row that it is about."""
    if not isinstance(question.must, Bounds):
        return None

    def value_of(name: str) -> Decimal | None:
        value = None if record is None else record.look(name.rpartition(".")[2])
        return Decimal(value) if isinstance(value, int | Decimal) else None

    return question.must.ends(value_of)


_AUTOFILL = {
    "fullname": "name",
    "firstname": "given-name",
    "lastname": "family-name",
    "street": "address-line1",
    "address": "address-line1",
    "addressline1": "address-line1",
    "addressline2": "address-line2",
    "postalcode": "postal-code",
    "postcode": "postal-code",
    "zip": "postal-code",
    "city": "address-level2",
    "companyname": "organization",
}
"""What a contract calls a field -> what a browser may know it as."""


def _autofill(question: Question) -> str:
    if question.control is Control.MAIL:
        return "email"
    if question.control is Control.PHONE:
        return "tel"
    name = question.described.name.rpartition(".")[2]
    return _AUTOFILL.get("".join(filter(str.isalnum, name)).lower(), "")
