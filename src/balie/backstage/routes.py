"""From an address to its page: a look-up, whose cost does not grow with the number of steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

from balie.backstage.plans import Plan, references


@dataclass(frozen=True, slots=True)
class Match:
    """A page, and the value between the braces of its address ("" when there are none)."""

    plan: Plan
    value: str


class Routes:
    """The addresses of one blueprint."""

    def __init__(self, plans: Sequence[Plan]) -> None:
        self._fixed: dict[str, Plan] = {}
        self._open: dict[tuple[str, ...], Plan] = {}
        for plan in plans:
            if plan.is_fixed:
                self._fixed.setdefault(plan.address, plan)
            else:
                self._open.setdefault(_shape(plan.address), plan)

    def match(self, path: str) -> Match | None:
        """The page at a raw, percent-encoded path, or None. A fixed address wins over braces."""
        fixed = self._fixed.get(path)
        if fixed is not None:
            return Match(fixed, "")
        parts = path.split("/")
        for place in range(1, len(parts)):
            plan = self._open.get((*parts[:place], "{}", *parts[place + 1 :]))
            value = _decoded(parts[place])
            if plan is not None and value:
                return Match(plan, value)
        return None

    @property
    def plans(self) -> tuple[Plan, ...]:
        """Every page that has an address."""
        return (*self._fixed.values(), *self._open.values())


def _shape(address: str) -> tuple[str, ...]:
    return tuple("{}" if "{" in part else part for part in address.split("/"))


def _decoded(part: str) -> str:
    """The text of a percent-encoded part; "" when it is not text that a system could hold."""
    try:
        text = unquote(part, errors="strict")
    except UnicodeDecodeError:
        return ""
    return text if text.isprintable() and len(text) <= 200 else ""


def address_of(address: str, values: Mapping[tuple[str, str], str]) -> str | None:
    """An address with its braces filled in, percent-encoded; None when a value is missing."""
    for thing, field in references(address):
        value = values.get((thing, field))
        if value is None:
            return None
        address = address.replace(f"{{{thing}.{field}}}", quote(value, safe=""))
    return address
