"""A row of a system while it is put together, and the errand that it becomes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from balie.backstage.actions import Errand
from balie.blueprint.model import Step
from balie.systems.rows import Raw


class CannotBeSent(Exception):
    """What was filled in cannot go where it must. why: in words for staff, without any value."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(kw_only=True)
class RowToWrite:
    """One row to write, or a file for one. The names are those of an errand."""

    system: str
    table: str
    row: str | None = None
    link: Mapping[str, str] = field(default_factory=dict)
    fields: dict[str, Raw] = field(default_factory=dict)
    shown: dict[str, Raw] = field(default_factory=dict)
    returns: tuple[str, ...] = ()
    follows: int | None = None
    file: str = ""
    upload: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbering:
    """Of which action the errands are, and which step says what happens when one fails.

    at: when trying begins. otherwise: the team for what the step gives to nobody.
    """

    action: str
    step: Step
    at: datetime
    otherwise: str = ""

    def errands(self, rows: Iterable[RowToWrite]) -> tuple[Errand, ...]:
        """An errand for each row, in their order: the first row is the master."""
        return tuple(self._errand(number, row) for number, row in enumerate(rows, start=1))

    def _errand(self, number: int, row: RowToWrite) -> Errand:
        give_up, team = _when_it_fails(self.step, row.system)
        return Errand(
            id=f"{self.action}:{number}",
            action=self.action,
            number=number,
            system=row.system,
            table=row.table,
            is_master=number == 1 and row.follows is None,
            row=row.row,
            link=row.link,
            fields=row.fields,
            shown=row.shown,
            returns=row.returns,
            follows=row.follows,
            file=row.file,
            upload=row.upload,
            give_up=self.at + give_up,
            goes_to=team or self.otherwise,
        )


_A_DAY = timedelta(days=1)


def _when_it_fails(step: Step, system: str) -> tuple[timedelta, str]:
    """How long it is tried, and which team it goes to then."""
    for fail in step.fails:
        if fail.system == system and fail.give_up_after is not None:
            return fail.give_up_after.length, str(fail.then_goes_to or "")
    return _A_DAY, ""


def put(fields: dict[str, Raw], path: str, value: Raw) -> None:
    """Puts a value at a dotted path, in objects within the row. Raises CannotBeSent."""
    *around, last = path.split(".")
    for name in around:
        inner = fields.setdefault(name, {})
        if not isinstance(inner, dict):
            raise CannotBeSent(f'"{path}" is inside something that is no object')
        fields = inner
    fields[last] = value
