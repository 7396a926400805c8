"""Proves where what was sent arrives: in rows of who sent it, and in nobody else's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from balie.blueprint.model import Thing
from balie.proving.oracle import Oracle
from balie.proving.people import Person
from balie.proving.reading import Place
from balie.proving.sending import TYPED
from balie.systems.rows import Raw, Row

_WHAT = "rows that arrived"


@dataclass(frozen=True, slots=True)
class Arrived:
    """Looks through the rows of the systems after everything was carried.

    now: who reads those rows. typed: what was typed, by whom; signed out by somebody without rows.
    """

    at: Place
    now: Oracle
    typed: Mapping[str, Person]

    def prove(self) -> None:
        """Each row with something typed in it, and the rows that there were."""
        for table, rows in self.now.rows.items():
            for row in rows:
                for mark in {*TYPED.findall(" ".join(_texts(dict(row))))}:
                    person = self.typed.get(mark)
                    if person is not None and person.is_customer:
                        self._belongs(table, row, person)

    def _belongs(self, table: str, row: Row, person: Person) -> None:
        things = [
            thing
            for thing in self.now.blueprint.things.values()
            if thing.owner and any(_table(thing, n) == table for n in range(len(thing.from_)))
        ]
        if not things:
            return
        self.at.notes.count(_WHAT, "looked through")
        id_ = self.now.id_of(table, row)
        if not any(self._holds(thing, person, table, id_) for thing in things):
            thing = things[0]
            says = f"what {person.name} sent is in a row of {table} that is not theirs"
            where = (thing.owner[0].text.at, "whose rows these are")
            self.at.notes.found("PR105", f"arrived {table}", says, where)

    def _holds(self, thing: Thing, person: Person, table: str, id_: str) -> bool:
        return any((one.table, one.id) == (table, id_) for one in self.now.held(thing, person.who))


def _table(thing: Thing, number: int) -> str:
    source = thing.from_[number].table
    return f"{source.system}.{source.table}"


def _texts(raw: Raw) -> Iterator[str]:
    if isinstance(raw, str):
        yield raw
    elif isinstance(raw, dict | list):
        for one in raw.values() if isinstance(raw, dict) else raw:
            yield from _texts(one)
