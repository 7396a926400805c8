"""What was filled in, held against the questions, their rules, and the rows that were offered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from balie.backstage.actions import Told
from balie.backstage.filled import Filled, PickedRow
from balie.backstage.forms.applying import asked_with, questions_for
from balie.backstage.forms.offering import FormOpening, Offered
from balie.backstage.forms.plan import Control, Question, RowsAsked
from balie.backstage.found import Found
from balie.mapping.formats import day, said
from balie.mapping.raw import Unfit, raw
from balie.mapping.rules import LONGEST, Bounds, Picture, Rule, Wrong, cleaned, day_of, number_of
from balie.mapping.thing import Record

Posted = Mapping[str, Sequence[str]]
"""What a browser sent: name -> its values. Personal, and whatever anybody may send."""

NO_PAGE, ALL_PAGES = -1, 1_000
"""How far a form was filled in: nothing of it, or all."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that was received and kept. problem: why it was not."""

    id: str
    name: str
    problem: Wrong | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was filled in, with what is wrong with it. `filled` only holds what is right.

    problems: name of the field ("reason", "lines", "lines.10000.quantity") -> what is wrong.
    said: name -> what was typed, cleaned, to stand in the field again. ticked: keys of rows.
    asked: the questions, those left out whose condition does not hold.
    """

    filled: Filled
    problems: Mapping[str, Wrong] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)
    ticked: frozenset[str] = frozenset()
    told: tuple[Told, ...] = ()
    asked: tuple[Question, ...] = ()

    @property
    def first_wrong(self) -> int:
        """The first page with something to mend; 0 when nothing is."""
        pages = {question.id: question.page for question in self.asked}
        return min((pages.get(name, 0) for name in self.problems), default=0)


def check(
    opening: FormOpening,
    given: Offered,
    posted: Posted,
    about: str | None,
    files: Mapping[str, Uploaded],
    seen: int = ALL_PAGES,
) -> Checked:
    """Holds what was posted against the form. Nothing that was not asked is read.

    seen: the last page that was filled in: of later ones nothing can be wrong yet.
    """
    asked = asked_with(opening, posted, about)
    return _Checking(opening, given, posted, about, files, asked, seen).checked()


def not_asked(
    opening: FormOpening, checked: Checked, posted: Posted, files: Mapping[str, Uploaded]
) -> Mapping[str, Wrong]:
    """What was answered without being asked, as a program may do."""
    asked = {question.id for question in checked.asked}
    return {
        one.id: Wrong("not asked")
        for one in questions_for(opening)
        if one.id not in asked and (one.id in files or any(posted.get(one.id, ())))
    }


@dataclass
class _Checking:
    opening: FormOpening
    given: Offered
    posted: Posted
    about: str | None
    files: Mapping[str, Uploaded]
    asked: tuple[Question, ...]
    seen: int
    problems: dict[str, Wrong] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    picked: dict[str, Record] = field(default_factory=dict)
    kept_files: dict[str, str] = field(default_factory=dict)

    def checked(self) -> Checked:
        for question in self.asked:
            if question.page <= self.seen or question.id in (*self.posted, *self.files):
                self._question(question)
        rows, ticked = self._rows()
        plan = self.opening.plan
        filled = Filled(
            answers=self.answers,
            rows={plan.rows.name: rows} if plan.rows is not None else {},
            picked=self.picked,
            subject=self.given.record if plan.is_change else None,
            files=self.kept_files,
        )
        return Checked(
            filled=filled,
            problems=self._problems_so_far(),
            said=self.said,
            ticked=ticked,
            told=tuple(self.told),
            asked=self.asked,
        )

    def _problems_so_far(self) -> Mapping[str, Wrong]:
        pages = {question.id: question.page for question in self.asked}
        return {
            name: wrong for name, wrong in self.problems.items() if pages.get(name, 0) <= self.seen
        }

    def _question(self, question: Question) -> None:
        if question is self.opening.plan.subject:
            self._subject(question)
        elif question.control is Control.FILE:
            self._file(question)
        else:
            self._plain(question)

    def _subject(self, question: Question) -> None:
        record = self.given.record
        if record is None or question.choose_from is None or self.about is None:
            self.problems[question.id] = Wrong("missing")
            return
        self.answers[question.id] = self.about
        self.picked[question.choose_from.thing] = record
        self._tell(question, self.about)

    def _file(self, question: Question) -> None:
        upload = self.files.get(question.id)
        if upload is not None and upload.problem is not None:
            self.problems[question.id] = upload.problem
        elif upload is not None:
            self.kept_files[question.id] = upload.id
            self.said[question.id] = upload.name
            self._tell(question, upload.name)
        elif question.is_required:
            self.problems[question.id] = Wrong("missing")

    def _plain(self, question: Question) -> None:
        answer = self._typed(question.id)
        self.said[question.id] = answer
        kept = self._kept(question, answer)
        if isinstance(kept, Wrong):
            self.problems[question.id] = kept
            return
        self.answers[question.id] = kept
        self._tell(question, self._read_aloud(question, kept))

    def _typed(self, name: str) -> str:
        values = self.posted.get(name) or ("",)
        return cleaned(values[0])

    def _kept(self, question: Question, answer: str) -> str | Wrong:
        if not answer:
            return Wrong("missing") if question.is_required else ""
        if len(answer) > LONGEST:
            return Wrong("length", {"most": str(LONGEST), "has": str(len(answer))})
        match question.control:
            case Control.CHOICE:
                known = {str(code) for code, _ in question.codes}
                return answer if answer in known else Wrong("choice")
            case Control.ROW:
                return self._chosen(question, answer)
            case _:
                return _ruled(question, answer, self._end_of_answer)

    def _chosen(self, question: Question, answer: str) -> str | Wrong:
        """A row that is the viewer's own: one of those that were offered."""
        found = self.given.choices.get(question.id) or Found()
        record = next((one for one in found.records if one.key == answer), None)
        if record is None or question.choose_from is None:
            return Wrong("choice")
        self.picked.setdefault(question.choose_from.thing, record)
        return answer

    def _end_of_answer(self, name: str) -> Decimal | None:
        """A bound that is a field of the row that the form is about."""
        record = self.given.record
        value = None if record is None else record.look(name.rpartition(".")[2])
        return _number(value)

    # ---- rows that are ticked

    def _rows(self) -> tuple[tuple[PickedRow, ...], frozenset[str]]:
        asked = self.opening.plan.rows
        if asked is None:
            return (), frozenset()
        ticked = frozenset(self.posted.get(asked.name, ()))
        picked = [r for r in self.given.rows.records if row_key(asked, r) in ticked]
        if not picked:
            self.problems[asked.name] = Wrong("nothing ticked")
        return tuple(self._row(asked, record) for record in picked), ticked

    def _row(self, asked: RowsAsked, record: Record) -> PickedRow:
        key = row_key(asked, record)
        answers = {asked.key.id: key}
        for question in asked.questions:
            name = f"{asked.name}.{key}.{question.id}"
            answer = self._typed(name)
            self.said[name] = answer
            kept = self._kept_of_row(question, answer, record)
            if isinstance(kept, Wrong):
                self.problems[name] = kept
            else:
                answers[question.id] = kept
        self._tell_row(asked, record, answers)
        return PickedRow(record=record, of=asked.of, answers=answers)

    def _kept_of_row(self, question: Question, answer: str, record: Record) -> str | Wrong:
        if not answer:
            return Wrong("missing") if question.is_required else ""
        return _ruled(question, answer, lambda name: _number(record.look(name.rpartition(".")[2])))

    # ---- what is told back

    def _tell(self, question: Question, text: str) -> None:
        say = self.opening.presenting.say
        label = say(question.field.name or question.id)
        self.told.append(Told(question.id, label, text))

    def _tell_row(self, asked: RowsAsked, record: Record, answers: Mapping[str, str]) -> None:
        presenting = self.opening.presenting
        thing = self.opening.things[asked.offered]
        shown = presenting.plain(thing, tuple(str(name) for name in thing.thing.list_[:1]))
        what = ", ".join(cell.text for cell in presenting.cells(thing, record, shown))
        more = [answers[q.id] for q in asked.questions if answers.get(q.id)]
        label = presenting.say(asked.key.field.name or asked.name)
        self.told.append(Told(asked.name, label, " × ".join([*more, what]) if more else what))

    def _read_aloud(self, question: Question, kept: str) -> str:
        if question.control is Control.CHOICE:
            words = {str(code): says for code, says in question.codes}
            return self.opening.presenting.say(words[kept]) if kept in words else kept
        language = self.opening.presenting.language
        if question.control is Control.YES_NO and kept:
            return said(language)["values.yes" if kept == "true" else "values.no"]
        if question.control is Control.DATE and kept:
            return day(date.fromisoformat(kept), language)
        return kept


def row_key(asked: RowsAsked, record: Record) -> str:
    """What identifies a row to tick: the field that its key is chosen from."""
    name = asked.key.choose_from.text.rpartition(".")[2] if asked.key.choose_from else ""
    value = record.look(name)
    return record.key if value is None or isinstance(value, list) else str(value)


def _ruled(question: Question, answer: str, end: Callable[[str], Decimal | None]) -> str | Wrong:
    """The answer as its rule and the system's contract want it."""
    rule = _rule(question, end)
    kept = answer if rule is None else rule(answer)
    if isinstance(kept, Wrong):
        return kept
    if question.control is Control.DATE:
        found = day_of(kept)
        kept = Wrong("date") if found is None else found.isoformat()
    if isinstance(kept, Wrong):
        return kept
    return _fitting(question, kept)


def _rule(question: Question, end: Callable[[str], Decimal | None]) -> Rule | None:
    match question.must:
        case Bounds() as bounds:
            return bounds.rule(end)
        case Picture() | None:
            return None
        case rule:
            return rule


def _fitting(question: Question, kept: str) -> str | Wrong:
    """Whether the system can hold it: better said now than refused later."""
    most = question.described.max_length
    if most is not None and len(kept) > most:
        return Wrong("length", {"most": str(most), "has": str(len(kept))})
    value = number_of(kept) if question.control is Control.NUMBER else kept
    try:
        raw(value, question.described)
    except Unfit:
        return Wrong("number" if question.control is Control.NUMBER else "unfit")
    return kept


def _number(value: object) -> Decimal | None:
    return Decimal(value) if isinstance(value, int | Decimal) else None
