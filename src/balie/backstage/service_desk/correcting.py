"""What is sent to a system, as staff read and correct it: a value by its name, and typed again."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass

from balie.backstage.actions import Errand
from balie.backstage.errands import targets
from balie.backstage.row_to_write import put
from balie.blueprint.model import Blueprint, TableRef
from balie.blueprint.source import Text
from balie.mapping.raw import Unfit, raw
from balie.mapping.thing import described_table
from balie.systems.contract import Contract, Field, Table, Type
from balie.systems.rows import Raw, text_of, value_at

Contracts = Mapping[str, Contract]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One value of an errand. Personal. path: in the system's row. label: in the customer's words,
    else the path. by_now: of a conflict, what the system has. inside: it is a list of rows, which
    is shown and not corrected.
    """

    path: str
    label: str
    text: str
    by_now: str | None = None
    inside: bool = False
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """A blueprint with its contracts, and the language that is read."""

    blueprint: Blueprint
    contracts: Contracts
    language: str


def sent(errand: Errand, now: Mapping[str, Raw], words: Words) -> tuple[Sent, ...]:
    """What is sent, in the order in which it was put together."""
    table = _table(errand, words.blueprint, words.contracts)
    labels = _labels(errand, words)
    return tuple(
        Sent(
            path=path,
            label=labels.get(path, path),
            text=_told(value),
            by_now=_told(now[path]) if path in now else None,
            inside=isinstance(value, list),
            at_most=described.max_length if (described := table.field(path)) else None,
        )
        for path, value in _leaves(errand.fields)
    )


class CannotCorrect(Exception):
    """Values that the system's contract cannot hold. why: path -> what is wrong, for staff."""

    def __init__(self, why: Mapping[str, str]) -> None:
        super().__init__("the contract does not allow it")
        self.why = why


def corrected(
    errand: Errand, said: Mapping[str, str], blueprint: Blueprint, contracts: Contracts
) -> Mapping[str, Raw]:
    """All that is to be sent, with these texts in place of what was. Raises CannotCorrect.

    A path that is not sent, and a list of rows, is passed over: nothing can be added.
    """
    table, fields = _table(errand, blueprint, contracts), deepcopy(dict(errand.fields))
    wrong: dict[str, str] = {}
    for path, value in _leaves(errand.fields):
        if isinstance(value, list) or path not in said or said[path] == _told(value):
            continue
        described = table.field(path) or Field(name=path, type=Type.UNKNOWN)
        try:
            put(fields, path, _typed(said[path].strip(), described))
        except Unfit as fault:
            wrong[path] = str(fault)
    if wrong:
        raise CannotCorrect(wrong)
    return fields


def _typed(text: str, described: Field) -> Raw:
    typed = raw(text, described)
    if typed is None and not described.nullable:
        raise Unfit(f'"{described.name}" cannot be empty')
    return typed


def _table(errand: Errand, blueprint: Blueprint, contracts: Contracts) -> Table:
    at = TableRef(Text(f"{errand.system}.{errand.table}"), errand.system, errand.table)
    if errand.system not in blueprint.systems:
        return Table(name=errand.table, fields={}, key=())
    return described_table(at, blueprint, contracts)


def _labels(errand: Errand, words: Words) -> Mapping[str, str]:
    """Path -> what customers call it, of every field of the blueprint that goes there."""
    found: dict[str, str] = {}
    for thing in words.blueprint.things.values():
        if not thing.from_:
            continue
        for ours in thing.fields.values():
            for at, path in targets(thing, ours):
                if (at.system, at.table) == (errand.system, errand.table) and ours.name:
                    found.setdefault(path, words.blueprint.say(ours.name, words.language))
    return found


def _leaves(fields: Mapping[str, Raw], above: str = "") -> Iterator[tuple[str, Raw]]:
    for name, value in fields.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def _told(value: Raw) -> str:
    """A raw value as somebody reads it; of rows inside, a line for each."""
    if isinstance(value, list):
        return "\n".join(_told_row(row) for row in value)
    return text_of(value) or ""


def _told_row(row: Raw) -> str:
    if not isinstance(row, dict):
        return text_of(row) or ""
    parts = ((name, text_of(value_at(row, name))) for name in row)
    return ", ".join(f"{name}: {text}" for name, text in parts if text is not None)
