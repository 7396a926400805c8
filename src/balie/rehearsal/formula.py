"""Formulas of `examples/rehearsal.yaml`: `= line.price * line.quantity`, `Order {nr}`.

A value that begins with `=` is a formula; braces inside a text hold one; anything else is what it
says. Formulas are a small part of Python's expressions: names, dots, `list[n]`, numbers, texts,
lists, `+ - * /`, comparisons, `and or not`, `a if b else c`, and calls of the functions given.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, TypeAlias

from balie.rehearsal.trouble import RehearsalError

Value: TypeAlias = (
    "str | Decimal | bool | date | datetime | list[Value] | Mapping[str, Value] | Function | None"
)
"""What a formula can hold. A mapping is a record; what a record does not have is nothing."""

Function: TypeAlias = Callable[..., "Value"]

_ARITHMETIC: Final[Mapping[type[ast.operator], Callable[[Decimal, Decimal], Decimal]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


class FormulaError(RehearsalError):
    """A formula that cannot be read or worked out."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A value that is still to be worked out, and its text for messages."""

    text: str
    parts: tuple[str | ast.expr, ...]  # texts and formulas in turn; one expression is its value

    def of(self, names: Mapping[str, Value]) -> Value:
        """Works it out."""
        try:
            if len(self.parts) == 1 and isinstance(self.parts[0], ast.expr):
                return _work_out(self.parts[0], names)
            return "".join(
                part if isinstance(part, str) else say(_work_out(part, names))
                for part in self.parts
            )
        except FormulaError:
            raise
        except (ArithmeticError, TypeError, ValueError, LookupError, AttributeError) as error:
            raise FormulaError(f"`{self.text}` cannot be worked out: {error}") from error


def read_formula(text: str) -> Formula | None:
    """The formula that a text is or holds; None when it is just a text."""
    if text.startswith("="):
        return Formula(text, (_parse(text[1:]),))
    pieces = re.split(r"\{([^{}]*)\}", text)
    if len(pieces) == 1:
        return None
    parts = [_parse(p) if i % 2 else p for i, p in enumerate(pieces) if i % 2 or p]
    return Formula(text, ("", *parts))


def say(value: Value) -> str:
    """A value inside a text."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _parse(text: str) -> ast.expr:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise FormulaError(f"`{text.strip()}` is no formula: {error.msg}") from error


def _work_out(node: ast.expr, names: Mapping[str, Value]) -> Value:
    match node:
        case ast.Constant(value=bool() | str() | None as value):
            return value
        case ast.Constant(value=int() | float() as number):
            return Decimal(str(number))
        case ast.Name(id=name):
            return _named(name, names)
        case ast.Attribute(value=of, attr=name):
            return _field(_work_out(of, names), name)
        case ast.Subscript(value=of, slice=place):
            return _at(_work_out(of, names), _work_out(place, names))
        case ast.List(elts=items):
            return [_work_out(item, names) for item in items]
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(op, _work_out(left, names), _work_out(right, names))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_decimal(_work_out(operand, names))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _work_out(operand, names)
        case ast.BoolOp(op=op, values=values):
            return _first(values, names, stop=isinstance(op, ast.Or))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _compare(op, _work_out(left, names), _work_out(right, names))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _work_out(body if _work_out(test, names) else orelse, names)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
            return _call(name, args, keywords, names)
    raise FormulaError(f"`{ast.unparse(node)}` is not among the things that a formula can do")


def _named(name: str, names: Mapping[str, Value]) -> Value:
    if name not in names:
        known = ", ".join(sorted(key for key, value in names.items() if not callable(value)))
        raise FormulaError(f"nothing is called `{name}` here. There are: {known}")
    return names[name]


def _field(record: Value, name: str) -> Value:
    if record is None:
        return None
    if isinstance(record, list):
        return [_field(item, name) for item in record]
    if isinstance(record, Mapping):
        return record.get(name)
    raise FormulaError(f"`.{name}` asks a field of something that has no fields")


def _at(things: Value, place: Value) -> Value:
    """`list[0]` counts from 0 and goes round; `record["name"]` is `record.name`."""
    if isinstance(things, list):
        return things[int(_decimal(place)) % len(things)]
    return _field(things, say(place))


def _binary(op: ast.operator, left: Value, right: Value) -> Value:
    if isinstance(op, ast.Add) and isinstance(left, list) and isinstance(right, list):
        return left + right
    if isinstance(op, ast.Add) and isinstance(left, str):
        return left + say(right)
    if isinstance(left, date):
        return _move(op, left, right)
    work = _ARITHMETIC.get(type(op))
    if work is None:
        raise FormulaError(f"a formula does not know {type(op).__name__}")
    return work(_decimal(left), _decimal(right))


def _move(op: ast.operator, day: date, by: Value) -> Value:
    """A date plus or minus days, or the days between two dates."""
    if isinstance(op, ast.Sub) and isinstance(by, date):
        return Decimal((day - by).days)
    days = timedelta(days=int(_decimal(by)))
    return day - days if isinstance(op, ast.Sub) else day + days


def _decimal(value: Value) -> Decimal:
    if isinstance(value, Decimal):
        return value
    raise FormulaError(f"{say(value) or 'nothing'!r} is no number")


def _first(values: list[ast.expr], names: Mapping[str, Value], *, stop: bool) -> Value:
    """`or` gives the first that is something, `and` the first that is not; else the last."""
    value: Value = None
    for each in values:
        value = _work_out(each, names)
        if bool(value) is stop:
            break
    return value


def _compare(op: ast.cmpop, left: Value, right: Value) -> bool:
    match op:
        case ast.Eq():
            return left == right
        case ast.NotEq():
            return left != right
        case ast.In():
            return isinstance(right, list) and left in right
        case ast.NotIn():
            return not (isinstance(right, list) and left in right)
        case ast.Lt():
            return _order(left, right) < 0
        case ast.LtE():
            return _order(left, right) <= 0
        case ast.Gt():
            return _order(left, right) > 0
        case ast.GtE():
            return _order(left, right) >= 0
    raise FormulaError(f"a formula does not know {type(op).__name__}")


def _order(left: Value, right: Value) -> Decimal:
    """Below zero when left comes first, zero when they are equal."""
    if isinstance(left, date) and isinstance(right, date):
        return Decimal((left - right).days)
    return _decimal(left) - _decimal(right)


def _call(
    name: str, args: list[ast.expr], keywords: list[ast.keyword], names: Mapping[str, Value]
) -> Value:
    function = _named(name, names)
    if not callable(function):
        raise FormulaError(f"`{name}` is a value, not something to call")
    given = {word.arg: _work_out(word.value, names) for word in keywords if word.arg}
    return function(*(_work_out(arg, names) for arg in args), **given)
