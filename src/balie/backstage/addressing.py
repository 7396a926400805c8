"""To whom a letter with a code goes: the row of each number, as its system has it now."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from balie.access.scope import Scope, desk_scope
from balie.blueprint.model import Blueprint, ByLetter, MeLine
from balie.systems.connector import Connector
from balie.systems.rows import Row, text_of, value_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Somebody a letter goes to. Personal. key: of their row. printed: field -> text."""

    key: str
    number: str
    postcode: str
    printed: Mapping[str, str]


class NoLetter(StrEnum):
    """Why there is no letter for a number."""

    NOBODY = "no row has this number"
    SEVERAL = "several rows have this number"
    INCOMPLETE = "its row has no key or no postcode"


@dataclass(frozen=True, slots=True)
class Made:
    """Letters, and the numbers that got none, with why.

    letters: field -> text, for the printer. Personal, and their codes stand nowhere else.
    """

    letters: Sequence[Mapping[str, str]]
    missed: Sequence[tuple[str, NoLetter]]

    def csv(self, address: str) -> str:
        """The file for the printer. address: where the code is filled in."""
        rows = [{**letter, "address": address} for letter in self.letters]
        file = io.StringIO()
        writer = csv.DictWriter(file, fieldnames=list(rows[0]) if rows else ["number"])
        writer.writeheader()
        writer.writerows({name: _harmless(text) for name, text in row.items()} for row in rows)
        return file.getvalue()


def _harmless(text: str) -> str:
    """A spreadsheet would take some texts of a system for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def letters_in(blueprint: Blueprint) -> Mapping[str, MeLine]:
    """Names of `me` that a letter links -> the line that says how."""
    return {
        name: line
        for name, lines in blueprint.me.names.items()
        for line in lines
        if line.by_letter is not None
    }


async def addressee(line: MeLine, number: str, connector: Connector) -> Addressee | NoLetter:
    """Whose number this is, asked of the system. Raises SystemFault."""
    letter = line.by_letter
    if letter is None:
        raise ValueError(f"{line.from_} is linked by no letter")
    scope = desk_scope(line.system, line.table, str(letter.number), number)
    if not isinstance(scope, Scope):
        return NoLetter.NOBODY
    paths = (line.field, *map(str, (letter.number, letter.postcode, *letter.prints)))
    answer = await connector.read(scope.query(tuple(dict.fromkeys(paths)), limit=2))
    rows = [row for row in answer.rows if scope.covers(row)]
    if len(rows) != 1:
        return NoLetter.SEVERAL if rows else NoLetter.NOBODY
    return _of(line, letter, number, rows[0])


def _of(line: MeLine, letter: ByLetter, number: str, row: Row) -> Addressee | NoLetter:
    key = text_of(value_at(row, line.field))
    postcode = text_of(value_at(row, str(letter.postcode)))
    if key is None or postcode is None:
        return NoLetter.INCOMPLETE
    printed = {str(path): text_of(value_at(row, str(path))) or "" for path in letter.prints}
    return Addressee(key=key, number=number, postcode=postcode, printed=printed)
