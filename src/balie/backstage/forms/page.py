"""A form as it stands on a page, before it is HTML or JSON: frozen data, in the viewer's language.

Texts of Balie itself are not here: what is wrong with an answer is a word and its values, and the
frontstage has the sentence for it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from balie.backstage.actions import Told
from balie.backstage.forms.guarding import AskedFor
from balie.backstage.forms.plan import Control
from balie.backstage.page import Cell, Freshness, Help, MenuItem
from balie.mapping.rules import Wrong


class Stage(StrEnum):
    """Which page of the form this is."""

    PICK = "pick"  # about which row is it?
    FILL = "fill"
    CHECK = "check"  # is this right? then it is sent
    PROVE = "prove"  # is it you? and is the new address yours?


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few answers."""

    value: str
    text: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pickable:
    """A row that a form can be about. link: to the form; why_not: or why it cannot be."""

    key: str
    cells: tuple[Cell, ...]
    link: str | None = None
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question, with what was filled in so far. most: characters; None: as many as you like.

    bounds: the lowest and the highest number, "" where there is none. autofill: what a browser may
    know of it, as HTML names it ("postal-code"); at_most: bytes of a file. file: of one that came
    before, what is sent again; `value` is then its name. pictures_only: of a file. asked_if: the
    condition on other answers, as the blueprint writes it; "" when it is always asked.
    value: personal. problem: what is wrong with it, once somebody looked.
    """

    name: str
    label: str
    control: Control
    is_required: bool
    value: str = ""
    help: str = ""
    choices: tuple[Choice, ...] = ()
    most: int | None = None
    bounds: tuple[str, str] | None = None
    autofill: str = ""
    at_most: int | None = None
    file: str = ""
    pictures_only: bool = False
    asked_if: str = ""
    problem: Wrong | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tickable:
    """A row that can be ticked, and what is asked of it then."""

    key: str
    cells: tuple[Cell, ...]
    is_ticked: bool = False
    asked: tuple[Asked, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticking:
    """A list of rows to tick. name: of the boxes; problem: such as that none was ticked."""

    name: str
    label: str
    rows: tuple[Tickable, ...]
    freshness: Freshness
    problem: Wrong | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPage:
    """One page of a form. can_be_filled: False while what it is about cannot be read, or there is
    nothing to tick. about: the row that it is about, as `?order=1042` in its address.

    page: which page of the questions, from 0; None: all of them. told: on the page that asks
    whether it is right. kept: what must be sent again from this page.
    notices: what is away, in the blueprint's words; then some questions may not be there.
    proof: on the page that asks who this is. draft_at: what stands in the fields was filled in
    then, and not sent.
    """

    step: str
    stage: Stage
    title: str
    address: str
    button: str
    menu: tuple[MenuItem, ...] = ()
    help: Help | None = None
    acting_for: str | None = None
    subject: tuple[Cell, ...] = ()
    about: Mapping[str, str]
    pickable: tuple[Pickable, ...] = ()
    asked: tuple[Asked, ...] = ()
    ticking: Ticking | None = None
    told: tuple[Told, ...] = ()
    kept: Mapping[str, tuple[str, ...]]
    notices: tuple[Freshness, ...] = ()
    can_be_filled: bool = True
    page: int | None = None
    proof: AskedFor | None = None
    draft_at: datetime | None = None

    @property
    def takes_files(self) -> bool:
        """Whether it asks for a file."""
        return any(one.control is Control.FILE for one in self.asked)

    @property
    def problems(self) -> tuple[tuple[str, str, Wrong], ...]:
        """What is wrong: the name of the field, its label, and what; in the order of the page."""
        found = []
        if self.ticking is not None:
            if self.ticking.problem is not None:
                found.append((self.ticking.name, self.ticking.label, self.ticking.problem))
            found += _wrong(one for row in self.ticking.rows for one in row.asked)
        return (*found, *_wrong(self.asked))


def _wrong(asked: Iterable[Asked]) -> list[tuple[str, str, Wrong]]:
    return [(one.name, one.label, one.problem) for one in asked if one.problem is not None]
