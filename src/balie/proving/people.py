"""Whom the portal is asked as: customers who differ in what they may see, nobody, and staff."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from balie.blueprint import relations
from balie.blueprint.model import Blueprint
from balie.proving.browsing import Browser
from balie.proving.oracle import Cell, Oracle, Who, at, text_of

MOST = 7
"""Customers; more cost time and differ in nothing new."""

_LOOKED_AT = 400
"""Addresses that are looked at to find such customers."""


@dataclass(slots=True, kw_only=True)
class Person:
    """Somebody with a browser. teams: of staff. name: how a report calls them.

    would_be: the customer that a colleague is to the systems, and may not be here.
    """

    name: str
    mail: str
    who: Who
    browser: Browser
    teams: tuple[str, ...] = ()
    would_be: Who | None = None
    allowed: frozenset[Cell] = field(default_factory=frozenset)

    @property
    def is_customer(self) -> bool:
        """Whether some system knows them as one."""
        return bool(self.who.kinds)

    @property
    def is_signed_in(self) -> bool:
        """Whether they signed in."""
        return bool(self.mail)


def differing(oracle: Oracle, first: Iterable[str]) -> list[Who]:
    """Customers who differ: each kind twice where it can be, another organisation, another role in
    the same one. first: those who are taken before others.
    """
    mails = list(dict.fromkeys([*first, *_addresses(oracle)]))[:_LOOKED_AT]
    known = [who for mail in mails if (who := oracle.who(mail)).kinds]
    chosen: list[Who] = []
    for who in known[: len(list(first)) or 4]:
        _add(chosen, who)
    for wanted in (_another_of_a_kind, _another_organisation, _another_role):
        for one in chosen:
            if len(chosen) < MOST and not any(wanted(one, other) for other in chosen):
                found = next((w for w in known if wanted(one, w) and w not in chosen), None)
                if found is not None:
                    _add(chosen, found)
    return chosen


def more(oracle: Oracle, chosen: Sequence[Who]) -> list[Who]:
    """A customer of each kind who is none of these, and has as much to hide."""
    mails = list(dict.fromkeys(_addresses(oracle)))[:_LOOKED_AT]
    found: dict[frozenset[str], Who] = {}
    for mail in mails:
        who = oracle.who(mail)
        if who.kinds and who not in chosen:
            found.setdefault(who.kinds, who)
    return list(found.values())


def _add(chosen: list[Who], who: Who) -> None:
    if len(chosen) < MOST and who not in chosen:
        chosen.append(who)


def _another_of_a_kind(one: Who, other: Who) -> bool:
    return one.kinds == other.kinds and one.me != other.me


def _another_organisation(one: Who, other: Who) -> bool:
    return bool(one.organisation and other.organisation) and not (
        one.organisation & other.organisation
    )


def _another_role(one: Who, other: Who) -> bool:
    return bool(one.organisation & other.organisation) and one.kinds != other.kinds


RELATIONS: Sequence[tuple[str, Callable[[Who, Who], bool]]] = (
    ("another customer of the same kind", _another_of_a_kind),
    ("another organisation", _another_organisation),
    ("another role in the same organisation", _another_role),
)
"""What two customers can be to each other."""


def missing(blueprint: Blueprint, chosen: Sequence[Who]) -> Iterator[str]:
    """What no two of these customers are to each other, where the blueprint knows of it."""
    customers = blueprint.people.customers.values()
    organised = [one for one in customers if one.belongs_to is not None]
    possible = (True, bool(organised), len(organised) > 1)
    for (name, holds), is_possible in zip(RELATIONS, possible, strict=True):
        if is_possible and not any(holds(one, other) for one in chosen for other in chosen):
            yield name


def _addresses(oracle: Oracle) -> Iterator[str]:
    """Mail addresses by which the systems know somebody."""
    for lines in oracle.blueprint.me.names.values():
        for line in lines:
            for equality in line.where:
                if isinstance(equality.value, relations.Login):
                    for row in oracle.rows.get(f"{line.system}.{line.table}", ()):
                        mail = text_of(at(row, equality.field))
                        if mail is not None and "@" in mail:
                            yield mail.casefold()
