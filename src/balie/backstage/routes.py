"""From an address to its page: a look-up, whose cost does not grow with the number of steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote

from balie.backstage.plans import Plan, references

_BRACES = "{}"
_LONG = 200  # characters of a path; longer ones are not worth remembering


@dataclass(frozen=True, slots=True)
class Match:
    """A page, and the value between the braces of its address ("" when there are none)."""

    plan: Plan
    value: str


class Routes:
    """The addresses of one blueprint."""

    def __init__(self, plans: Sequence[Plan]) -> None:
        self._fixed: dict[tuple[str, ...], Plan] = {}
        self._open: dict[tuple[str, ...], Plan] = {}
        self._known = lru_cache(maxsize=2048)(self._match)
        for plan in plans:
            addresses = self._fixed if plan.is_fixed else self._open
            addresses.setdefault(_shape(plan.address), plan)

    def match(self, path: str) -> Match | None:
        """The page at a raw, percent-encoded path, or None. A fixed address wins over braces."""
        return self._match(path) if len(path) > _LONG else self._known(path)

    def _match(self, path: str) -> Match | None:
        parts = decoded(path)
        if parts is None:
            return None
        fixed = self._fixed.get(parts)
        if fixed is not None:
            return Match(fixed, "")
        for place in range(1, len(parts)):
            plan = self._open.get((*parts[:place], _BRACES, *parts[place + 1 :]))
            if plan is not None and parts[place]:
                return Match(plan, parts[place])
        return None

    @property
    def plans(self) -> tuple[Plan, ...]:
        """Every page that has an address."""
        return (*self._fixed.values(), *self._open.values())


def _shape(address: str) -> tuple[str, ...]:
    return tuple(_BRACES if "{" in part else part for part in address.split("/"))


def decoded(path: str) -> tuple[str, ...] | None:
    """The parts of a percent-encoded path; None when one is not text that a system could hold."""
    try:
        parts = tuple(unquote(part, errors="strict") for part in path.split("/"))
    except UnicodeDecodeError:
        return None
    return parts if all(part.isprintable() and len(part) <= 200 for part in parts) else None


def address_of(address: str, values: Mapping[tuple[str, str], str]) -> str | None:
    """An address with its braces filled in, percent-encoded; None when a value is missing."""
    for thing, field in references(address):
        value = values.get((thing, field))
        if value is None:
            return None
        address = address.replace(f"{{{thing}.{field}}}", quote(value, safe=""))
    return address
