"""A domain of Tryton, as tests that a rehearsed system knows: all hold, each by some choice."""

import re
from collections.abc import Mapping, Sequence
from itertools import chain, product
from typing import Final

from balie.connectors.jsonrpc.rehearse_models import KEY, Fault, Model, Models, beyond, field_of
from balie.connectors.jsonrpc.rehearse_values import unpacked
from balie.systems.query import Order
from balie.systems.rehearsed import Choice, Compare, Test
from balie.systems.rows import Raw

_COMPARES: Final[Mapping[str, Compare]] = {
    "=": Compare.EQUAL,
    "!=": Compare.UNEQUAL,
    "<": Compare.BELOW,
    "<=": Compare.AT_MOST,
    ">": Compare.ABOVE,
    ">=": Compare.AT_LEAST,
}
_PIECE = re.compile(r"\\.|[^\\]", re.DOTALL)
_LAST = "NULLS LAST"


def tests_of(domain: Raw, model: Model, described: Models) -> tuple[Test, ...]:
    """What must hold of a row. Raises Fault for what Tryton cannot be asked."""
    match domain:
        case ["OR", *ways]:
            each = [tests_of(way, model, described) for way in ways]
            return tuple(
                Test(tuple(chain.from_iterable(test.any_of for test in one)))
                for one in product(*each)
            )
        case [str(name), str(compare), value, *_] if name != "AND":
            return _clause(name, compare, value, model, described)
        case ["AND", *parts] | [*parts]:
            return tuple(chain.from_iterable(tests_of(one, model, described) for one in parts))
        case _:
            raise Fault("ValueError")


def _clause(
    name: str, compare: str, value: Raw, model: Model, described: Models
) -> tuple[Test, ...]:
    path = _path(name.split("."), model, described)
    if compare in ("in", "not in"):
        choices = [_choice(path, Compare.EQUAL, one) for one in _each(value)]
        if compare == "in":
            return (Test(tuple(choices)),)
        return tuple(Test((Choice(one.field, Compare.UNEQUAL, one.value),)) for one in choices)
    if compare in ("like", "ilike"):
        return (Test((_alike(path, str(value), fold_case=compare == "ilike"),)),)
    if compare not in _COMPARES:
        raise Fault(f"'{compare}'")
    return (Test((_choice(path, _COMPARES[compare], value),)),)


def _path(steps: Sequence[str], model: Model, described: Models) -> str:
    """Where a value stands in a row: of a record that is pointed at, its number."""
    names: list[str] = []
    here = model
    for place, step in enumerate(steps):
        told = field_of(here, step)
        if not told.searchable or told.is_many:
            raise Fault("NotImplementedError")
        if told.kind == "reference" and place < len(steps) - 1:
            raise Fault("NotImplementedError")  # of which model it is stands in the row alone
        names.append(step)
        here = beyond(told, described)
    return ".".join([*names, KEY] if told.is_one else names)


def _choice(path: str, compare: Compare, value: Raw) -> Choice:
    said = unpacked(value)
    if isinstance(said, dict | list):
        raise Fault("TypeError")
    if said is None:
        return Choice(path, compare, None)
    text = str(said).lower() if isinstance(said, bool) else str(said)
    if path.endswith(f".{KEY}"):
        text = text.rpartition(",")[2]  # a reference: "sale.sale,57"
    return Choice(path, compare, text)


def _each(value: Raw) -> Sequence[Raw]:
    if not isinstance(value, list):
        raise Fault("TypeError")
    return value


def _alike(path: str, pattern: str, *, fold_case: bool) -> Choice:
    """`%` stands for anything, at an end; a backslash takes the meaning of what follows."""
    pieces = _PIECE.findall(pattern)
    before = pieces[:1] == ["%"]
    after = len(pieces) > 1 and pieces[-1:] == ["%"]
    middle = pieces[before : len(pieces) - after]
    if "%" in middle or "_" in middle:
        raise Fault("NotImplementedError")
    compare = {
        (False, False): Compare.EQUAL,
        (False, True): Compare.STARTS,
        (True, False): Compare.ENDS,
        (True, True): Compare.CONTAINS,
    }[before, after]
    return Choice(path, compare, "".join(one[-1] for one in middle), fold_case)


def orders_of(said: Raw, model: Model) -> tuple[tuple[Order, ...], bool]:
    """What rows are sorted by, and whether those without the first of these come last."""
    orders: list[Order] = []
    late = False
    for one in said if isinstance(said, list) else []:
        match one:
            case [str(name), str(direction)]:
                if not field_of(model, name).sortable:
                    raise Fault("NotImplementedError")
                descending = direction.startswith("DESC")
                late = late or (not orders and not descending and direction.endswith(_LAST))
                orders.append(Order(name, descending=descending))
            case _:
                raise Fault("ValueError")
    return tuple(orders) or (Order(KEY, descending=False),), late
