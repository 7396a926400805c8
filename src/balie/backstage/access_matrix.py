"""Who may do what, of a whole blueprint: a line for each page, field, form and document, a mark for
each kind of customer, for who represents one, for everybody, and for each team of staff. For
auditors.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from balie.access.sentences import Sentences, place
from balie.access.viewer import Behind, Viewer
from balie.backstage.who_may import Condition, Ground, May, MayOpen, who_may, whoever_is
from balie.blueprint.model import EVERYBODY, Step
from balie.blueprint.source import Span

_REPRESENTATIVE = "representative of "


class Mark(StrEnum):
    """Whether they may."""

    YES = "yes"
    IF = "if"  # when what stands beside it holds
    NO = "no"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a column is of. is_staff: a team; what it may is done at /staff."""

    id: str
    label: str
    is_staff: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that can be done. marks: one for each subject; beside: what must hold, and where
    the blueprint says who may. doing: key of `[matrix]`.
    """

    doing: str
    about: str
    label: str
    marks: tuple[Mark, ...]
    beside: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A page or form, or the work of a step. address: "" for work. rows: which rows it is about."""

    step: str
    title: str
    address: str
    rows: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """All of it, in the order of the story. version: of the blueprint."""

    service: str
    version: str
    subjects: tuple[Subject, ...]
    sections: tuple[Section, ...]


def matrix_of(
    ground: Ground, language: str, say: Sentences, persons: Mapping[str, Viewer] | None = None
) -> Matrix:
    """The matrix of a blueprint. persons: only these people, by what they are called."""
    blueprint = ground.blueprint
    viewers = persons or _whoever(ground)
    seen = [who_may(ground, viewer) for viewer in viewers.values()]
    teams = () if persons else tuple(blueprint.people.staff.values())
    customers = blueprint.people.customers.items()
    labels = {str(id_): blueprint.say(one.name, language) for id_, one in customers}
    subjects = [Subject(id_, _called(id_, labels, say)) for id_ in viewers]
    subjects += [Subject(str(t.id), blueprint.say(t.name, language), True) for t in teams]
    making = _Making(ground, language, say, len(viewers), tuple(str(team.id) for team in teams))
    return Matrix(
        service=blueprint.say(blueprint.service, language),
        version=blueprint.version,
        subjects=tuple(subjects),
        sections=tuple(making.sections(seen)),
    )


def _whoever(ground: Ground) -> dict[str, Viewer]:
    kinds = (*map(str, ground.blueprint.people.customers), EVERYBODY)
    found = {kind: whoever_is(ground.blueprint, kind, "*") for kind in kinds}
    said = ground.blueprint.representatives
    behind = Behind(person="*", name="*", teams=frozenset(), until=0, represents=True)
    acting = {
        f"{_REPRESENTATIVE}{kind}": replace(found[kind], behind=behind)
        for kind in (said.for_ if said else ())
        if kind in found
    }
    return {**found, **acting}


def _called(id_: str, labels: Mapping[str, str], say: Sentences) -> str:
    of = id_.removeprefix(_REPRESENTATIVE)
    if of != id_:
        return say.told("matrix.representative", kind=labels.get(of, of))
    return say.told("matrix.everybody") if id_ == EVERYBODY else labels.get(id_, id_)


@dataclass(frozen=True, slots=True)
class _Making:
    ground: Ground
    language: str
    say: Sentences
    customers: int
    teams: tuple[str, ...]

    def sections(self, seen: Sequence[tuple[MayOpen, ...]]) -> Iterator[Section]:
        """Each page with what is on it, and after a step's last page what staff do in it."""
        left = {str(step.id): step for step in self.ground.blueprint.steps}
        pages = list(zip(*seen, strict=True))
        for number, same in enumerate(pages):
            yield self._page(same)
            following = pages[number + 1][0].step if number + 1 < len(pages) else ""
            if same[0].step != following and same[0].step in left:
                yield from self._work(left.pop(same[0].step))
        for step in left.values():
            yield from self._work(step)

    def _page(self, same: tuple[MayOpen, ...]) -> Section:
        first = same[0]
        parts = zip(*(one.parts for one in same), strict=True)
        whole = tuple(one.may for one in same)
        said = frozenset(_decided_at(whole))
        lines = [self._line(whole), *(self._line(part, said) for part in parts)]
        return Section(
            step=first.step,
            title=self._said(first.may.label),
            address=first.address,
            rows=tuple(_rows(first)),
            lines=tuple(lines),
        )

    def _line(self, same: tuple[May, ...], above: frozenset[str] = frozenset()) -> Line:
        """above: places that the page's own line tells already."""
        first = same[0]
        conditions = tuple(dict.fromkeys(c for one in same for c in one.conditions))
        return Line(
            doing=first.doing.value,
            about=first.about,
            label=self._said(first.label),
            marks=(*map(_mark, same), *(Mark.NO for _ in self.teams)),
            beside=(
                *(at for at in _decided_at(same) if at not in above),
                *map(_said_of, conditions),
            ),
        )

    def _work(self, step: Step) -> Iterator[Section]:
        """What teams do in a step: their work, and what they decide."""
        lines = tuple(self._work_lines(step)) if self.teams else ()
        if lines:
            yield Section(
                step=str(step.id), title=self._said(step.title), address="", rows=(), lines=lines
            )

    def _work_lines(self, step: Step) -> Iterator[Line]:
        for work in (*step.frontstage, *step.backstage):
            team = str(work.who or "")
            if team in self.teams:
                yield self._of_team("work", team, work.does, str(step.id), work.at)
        deciders = {str(work.who) for work in step.backstage if work.who in self.teams}
        for answer in step.decision:
            for team in sorted(deciders):
                label = answer.button or answer.name
                yield self._of_team(
                    "decide", team, label, f"{step.id}.{answer.name}", answer.name.at
                )

    def _of_team(self, doing: str, team: str, label: str, about: str, at: Span) -> Line:
        nobody = (Mark.NO,) * self.customers
        return Line(
            doing=doing,
            about=about,
            label=self._said(label),
            marks=(*nobody, *(Mark.YES if one == team else Mark.NO for one in self.teams)),
            beside=(place(at),),
        )

    def _said(self, text: str) -> str:
        return self.ground.blueprint.say(text, self.language)


def _said_of(condition: Condition) -> str:
    return f"{condition.word}: {condition.text} ({place(condition.at)})"


def _mark(may: May) -> Mark:
    if not may.verdict.yes:
        return Mark.NO
    return Mark.IF if any(_is_asked(c) for c in may.conditions) else Mark.YES


def _is_asked(condition: Condition) -> bool:
    """Whether it may be no at the moment itself: a choice among one's own rows never is, nor is
    a way in that is there as well.
    """
    return condition.word not in ("choose from", "opens without signing in")


def _decided_at(same: tuple[May, ...]) -> Iterator[str]:
    """The places that say whom it is for, each once."""
    places = (place(r.at) for one in same for r in one.verdict.reasons if r.kinds)
    yield from dict.fromkeys(filter(None, places))


def _rows(page: MayOpen) -> Iterator[str]:
    for thing, verdict in page.rows:
        said = " and ".join(f"{r.relation} ({place(r.at)})" for r in verdict.reasons if r.relation)
        if said:
            yield f"{thing}: {said}"
