"""Work for people that also becomes a row in another system: a task in the CRM.

Each piece of work is a row there once. It is sent like anything else: as an action of its own with
one errand, that waits while that system is away. When the work is done the row is closed, where
the blueprint says how. Work about such a row itself never becomes one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256

from balie.backstage.actions import Action, Errand
from balie.backstage.naming import OF_OURS, action_id, reference
from balie.backstage.process.instance import Kind
from balie.backstage.row_to_write import CannotBeSent, put
from balie.blueprint import inboxes as told
from balie.blueprint.conditions import Lookup
from balie.blueprint.formulas import formula
from balie.blueprint.model import Blueprint, Inboxes, Sends
from balie.blueprint.modelling import table_ref
from balie.mapping.clear import Clear
from balie.mapping.raw import raw
from balie.mapping.thing import described_table
from balie.systems.contract import Contract, Field, field_or_text
from balie.systems.rows import Raw

NEVER = frozenset({Kind.STUCK.value})
"""Work items that are there already as what is stuck."""

_CUT = frozenset({told.TITLE, told.WHY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of work for one team. id: the same for as long as it is the same work.

    action: what it is about: the one that is stuck, or by which the story began. errand: of what
    is stuck, else "". item: of a work item, else "".
    """

    id: str
    team: str
    action: str
    errand: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True)
class Put:
    """A piece of work that was put there. step: of the story, for staff. row: once it is there.

    is_sure: nothing of it is under way, and nobody doubts whether it is there.
    """

    piece: str
    step: str
    row: str | None
    is_sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What is known of a piece of work. origin: the action by which all of it began.

    me: whose it is, by the names of `me`; personal.
    """

    origin: str
    title: str
    why: str
    step: str
    address: str
    number: str = ""
    due: datetime | None = None
    me: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """Makes the actions that put work where a blueprint says, and close it there."""

    blueprint: Blueprint
    contracts: Mapping[str, Contract]
    inboxes: Inboxes

    def has(self, team: str) -> bool:
        """Whether this team has an inbox."""
        return team in self.inboxes.teams

    @property
    def closes(self) -> bool:
        """Whether a row is closed when the work is done."""
        return bool(self.inboxes.closes_with)

    @property
    def asks_of_me(self) -> frozenset[str]:
        """The names of `me` that are sent."""
        names = {str(name) for line in self.inboxes.sends for name in formula(line.value).names}
        return frozenset(name for name in self.blueprint.me.names if told.of_me(name) in names)

    def making(self, piece: Piece, described: Described, at: datetime) -> Action:
        """Puts it there. Raises CannotBeSent, and Unfit for what the system cannot hold."""
        fields = self._fields(self.inboxes.sends, self._look(piece, described))
        return self._action(piece, described.step, "made", at, None, fields)

    def closing(self, piece: str, step: str, row: str, at: datetime) -> Action:
        """Closes its row. Raises likewise."""
        fields = self._fields(self.inboxes.closes_with, lambda _name: None)
        of = Piece(id=piece, team="", action="")
        return self._action(of, step, "closed", at, row, fields)

    def _look(self, piece: Piece, described: Described) -> Lookup:
        known: Mapping[str, Clear] = {
            told.TITLE: described.title,
            told.WHY: described.why,
            told.TEAM: self._called(piece.team),
            told.NUMBER: described.number or None,
            told.DUE: None if described.due is None else described.due.isoformat(),
            told.ADDRESS: described.address,
            **{told.of_me(name): value for name, value in described.me.items()},
        }
        return known.get

    def _called(self, team: str) -> str:
        """What a team is called there."""
        return next(
            (str(theirs) for ours, theirs in self.inboxes.teams.items() if ours == team), ""
        )

    def _fields(self, lines: Iterable[Sends], look: Lookup) -> dict[str, Raw]:
        at = table_ref(self.inboxes.makes)
        table = described_table(at, self.blueprint, self.contracts)
        fields: dict[str, Raw] = {}
        for line in lines:
            described = field_or_text(table.fields, str(line.target))
            value = formula(line.value).value(look, _ANY_DAY)
            if value is not None and not isinstance(value, list):
                sent = raw(_cut(value, described) if line.value in _CUT else value, described)
                put(fields, str(line.target), sent)
            elif described.required_to_create:
                raise CannotBeSent(f'"{line.value}" is not known, and "{line.target}" needs it')
        return fields

    def _action(
        self,
        piece: Piece,
        step: str,
        what: str,
        at: datetime,
        row: str | None,
        fields: Mapping[str, Raw],
    ) -> Action:
        digest = sha256(f"{piece.id} {what}".encode()).hexdigest()
        id_ = action_id(at, digest[:16])
        place = table_ref(self.inboxes.makes)
        errand = Errand(
            id=f"{id_}:1",
            action=id_,
            number=1,
            system=place.system,
            table=place.table,
            is_master=True,
            row=row,
            fields=fields,
            goes_to=piece.team,
        )
        return Action(
            id=id_,
            reference=reference(bytes.fromhex(digest[:16]), OF_OURS),
            step=step,
            version=self.blueprint.version,
            person="",
            acting_for=None,
            language=str(self.blueprint.language),
            token=f"inbox {digest}",
            digest=digest,
            at=at,
            errands=(errand,),
            order_with=f"inbox {sha256(piece.id.encode()).hexdigest()[:32]}",
        )


_ANY_DAY = date(2000, 1, 1)  # nothing here is computed from the day


def _cut(value: Clear, described: Field) -> Clear:
    """A text no longer than the field."""
    most = described.max_length
    if not isinstance(value, str) or most is None or len(value) <= most:
        return value
    return f"{value[: most - 1].rstrip()}…"
