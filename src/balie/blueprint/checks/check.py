"""What every check is made of, and what it gets to look at.

A check is one file, `bp101.py`: `ABOUT` says what it is about, `check` finds it. Its example and
its near miss are changes to the sample blueprint beside these files, and both run as tests.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from balie.blueprint.checks.words import Misfit, misfits
from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.lineage import Use, uses
from balie.blueprint.model import Blueprint, Source, System, TableRef, Thing, ThingField
from balie.blueprint.source import Mapping as TreeMapping
from balie.blueprint.source import Span, Text
from balie.blueprint.tree import File, mappings
from balie.systems.contract import Contract, Field, Table
from balie.systems.profile import Profile


@dataclass(frozen=True, slots=True)
class Change:
    """A change to the sample blueprint: in this file, this text becomes that text."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a check is about.

    title: what it guards against, as a sentence. why: what would happen, for the check's page.
    example: makes it speak, and nothing else. near_miss: the nearest correct text; all is silent.
    can_be_accepted: whether `accepts:` may answer it. Every warning can be; an error only if so.
    follows_from: codes of which this is a consequence; at one place only the cause is said.
    missing_at: for what says that a word is not there, which of its places says where it belongs.
    leaves_unread: for what says that a word was not read; then that word is not missing as well.
    """

    code: str
    severity: Severity
    title: str
    why: str
    example: Change
    near_miss: Change
    can_be_accepted: bool = False
    follows_from: tuple[str, ...] = ()
    missing_at: int | None = None
    leaves_unread: bool = False

    def finding(
        self, message: str, *where: Place, why: str = "", help_: tuple[str, ...] = ()
    ) -> Finding:
        """A finding of this check."""
        return Finding(
            code=self.code,
            severity=self.severity,
            message=message,
            where=where,
            why=why,
            help=help_,
        )


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a check of the meaning looks at: the blueprint and what its systems say of themselves.

    contracts: by the id of the system. A system without one is not compared with anything.
    languages: in which Balie has words of its own; None when that is not compared.
    """

    blueprint: Blueprint
    contracts: Mapping[str, Contract]
    languages: frozenset[str] | None = None

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """Every place where the story names a field."""
        return tuple(use for step in self.blueprint.steps for use in uses(step))

    @cached_property
    def fields(self) -> tuple[tuple[Thing, ThingField], ...]:
        """Every field with the thing that it is of."""
        things = self.blueprint.things.values()
        return tuple((thing, field) for thing in things for field in thing.fields.values())

    def system(self, system: str) -> System | None:
        """A system by its id."""
        return self.blueprint.systems.get(system)

    def system_name(self, system: str) -> str:
        """What people call a system."""
        found = self.system(system)
        return system if found is None else str(found.name)

    def profile(self, system: str) -> Profile:
        """What a system's contract does not say."""
        found = self.system(system)
        return Profile() if found is None else found.what_it_does_not_say

    def table_name(self, system: str, table: str) -> str:
        """The system's own name of a table."""
        found = self.system(system)
        return str(found.tables.get(table, table)) if found else table

    def table(self, ref: TableRef) -> Table | None:
        """What the contract says of a table; None without contract or without such a table."""
        return self.table_of(ref.system, ref.table)

    def table_of(self, system: str, table: str) -> Table | None:
        """What the contract says of a table of a system."""
        contract = self.contracts.get(system)
        return None if contract is None else contract.tables.get(self.table_name(system, table))

    def raw_field(self, source: Source, path: str) -> Field | None:
        """What the contract says of a field in one of a thing's sources."""
        table = self.table(source.table)
        return None if table is None else table.field(source.table.within(path))

    def contract_place(self, system: str, label: str) -> tuple[Place, ...]:
        """The place where a system names its contract, with what that says."""
        found = self.system(system)
        at = found.contract[0].at if found and found.contract else None
        return () if at is None else (Place(at, label),)


@dataclass(frozen=True)
class Written:
    """What a check of the text looks at: one file, and where it does not fit the vocabulary."""

    file: File

    @cached_property
    def mappings(self) -> tuple[tuple[Text | None, TreeMapping], ...]:
        """Every mapping with the word it stands under, in the order of the text."""
        return tuple(mappings(self.file.tree))

    @cached_property
    def misfits(self) -> tuple[Misfit, ...]:
        """Where the file does not fit the vocabulary, in the order of the text."""
        return tuple(islice(misfits(self.file), MOST))


MOST = 300
"""Misfits of one file: who gets more of them has another problem first."""

CheckText = Callable[[Written], Iterator[Finding]]
"""A check of one file's text, while it is read: BP0xx."""

CheckMeaning = Callable[[Subject], Iterator[Finding]]
"""A check of the whole blueprint: all others."""


def said_while_reading(_written: Written) -> Iterator[Finding]:
    """For what the reader itself says: there is nothing left to look for."""
    return iter(())


def quoted(names: "tuple[str, ...] | list[str]", joint: str = "and") -> str:
    """`"a", "b" and "c"`."""
    marked = [f'"{name}"' for name in names]
    return joined(marked, joint)


def joined(words: "tuple[str, ...] | list[str]", joint: str = "and") -> str:
    """`a, b and c`."""
    *first, last = words
    return f"{', '.join(first)} {joint} {last}" if first else str(last)


NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def counted(number: int) -> str:
    """A number in words up to ten."""
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def plain_name(thing: Thing) -> str:
    """What customers call a thing, or its own name."""
    return str(thing.name or thing.id)


def field_name(field: ThingField) -> str:
    """What customers call a field, or its own name."""
    return str(field.name or field.id)


def place(text: Text, label: str) -> Place:
    """The place of a text."""
    return Place(text.at, label)


def start_of(at: Span, length: int) -> Span:
    """The first characters of a stretch."""
    return Span(at.file, at.line, at.column, min(at.end, at.column + length))
