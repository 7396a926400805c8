"""Conditions (`if:`): a subset of CEL with three answers, yes, no and unknown.

Whatever CEL would answer with an error (a missing or empty value, a text compared with a number)
is unknown, and unknown is never yes. Parsed once, into closures; evaluated by `Condition.holds`.

    order.status in ["open", "sent"] && !has(order.paid_on)
    order.return_until >= today() || order.lines.exists(line, line.quantity > 10)
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from balie.blueprint.grammar import NotUnderstood
from balie.blueprint.source import Text

Known = str | bool | int | Decimal | date | datetime
"""A value that a condition can compare."""

Lookup = Callable[[str], "Known | list[Lookup] | None"]
"""A dotted name ("open.status") -> its value, rows for a nested list, or None when unknown."""

Outcome = Known | list[Lookup] | None
"""What an expression comes to; None is unknown."""

Evaluate = Callable[[Lookup, date], Outcome]


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed condition. `names` are the dotted names in it, each with its place; `compared`
    are the names that are compared with texts, each with one of those.
    """

    text: Text
    names: tuple[Text, ...]
    evaluate: Evaluate = field(repr=False, compare=False)
    compared: tuple[tuple[Text, Text], ...] = ()

    def holds(self, lookup: Lookup, today: date) -> bool | None:
        """Yes, no, or None for unknown."""
        answer = self.evaluate(lookup, today)
        return answer if isinstance(answer, bool) else None


def expression(text: Text) -> tuple[Evaluate, tuple[Text, ...]]:
    """What comes to a value, and the dotted names in it. Raises NotUnderstood as `parse` does."""
    condition = parse(text)
    return condition.evaluate, condition.names


def parse(text: Text) -> Condition:
    """A condition. Raises NotUnderstood with the place of the first word that it cannot place."""
    if len(text) > LONGEST:
        raise NotUnderstood(text.at, "this condition is too long", "split it in two")
    parser = _Parser(text)
    evaluate = parser.whole()
    return Condition(text, tuple(parser.names), evaluate, tuple(parser.compared))


# ---- words

LONGEST = 2000  # characters
DEEPEST = 40  # brackets within brackets

TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>\d+(?:\.\d+)?)
    | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)
    | (?P<sign>==|!=|<=|>=|&&|\|\||[<>!+\-*/(),\[\]])
    )""",
    re.VERBOSE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # number | text | name | sign | end
    word: Text


def _tokens(text: Text) -> Iterator[_Token]:
    at = 0
    while at < len(text.rstrip()):
        match = TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise _unknown_character(text, at)
        start, at = match.span(match.lastgroup)
        yield _Token(match.lastgroup, text.part(start, at))
    yield _Token("end", text.part(len(text), len(text)))


def _unknown_character(text: Text, at: int) -> NotUnderstood:
    at += len(text[at:]) - len(text[at:].lstrip())
    found = text.part(at, at + 1)
    if found == "=":
        return NotUnderstood(found.at, '"=" does not compare', "write  ==")
    if found in "\"'":
        return NotUnderstood(found.at, "this text has no end", f"close it with  {found}")
    if found in "&|":
        return NotUnderstood(found.at, f'a single "{found}" says nothing', f"write  {found * 2}")
    return NotUnderstood(found.at, f'"{found}" has no meaning in a condition', HELP)


HELP = 'a condition reads  order.status == "open" && order.total > 100'


# ---- sentences


class _Parser:
    """Recursive descent: or, and, not, comparison, sum, product, sign, value."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.tokens = list(_tokens(text))
        self.position = 0
        self.depth = 0
        self.names: list[Text] = []
        self.compared: list[tuple[Text, Text]] = []
        self.rows: dict[str, str] = {}  # the variable of all() or exists() -> the list it is of

    @property
    def token(self) -> _Token:
        return self.tokens[self.position]

    def take(self, *signs: str) -> str | None:
        """The sign here if it is one of these, and goes on."""
        if self.token.kind == "sign" and self.token.word in signs:
            self.position += 1
            return str(self.tokens[self.position - 1].word)
        return None

    def need(self, sign: str) -> None:
        if self.take(sign) is None:
            raise self.stuck(f'"{sign}" is missing')

    def stuck(self, message: str) -> NotUnderstood:
        word = self.token.word
        at = self.text.at if self.token.kind == "end" else word.at
        seen = "at the end" if self.token.kind == "end" else f'before "{word}"'
        return NotUnderstood(at, f"{message} {seen}", HELP)

    def whole(self) -> Evaluate:
        evaluate = self.either()
        if self.token.kind != "end":
            raise self.stuck("there is no && or ||")
        return evaluate

    def either(self) -> Evaluate:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.stuck("there are too many brackets within brackets")
        left = self.both()
        while self.take("||"):
            left = _or(left, self.both())
        self.depth -= 1
        return left

    def both(self) -> Evaluate:
        left = self.negation()
        while self.take("&&"):
            left = _and(left, self.negation())
        return left

    def negation(self) -> Evaluate:
        negated = False
        while self.take("!"):
            negated = not negated
        return _not(self.comparison()) if negated else self.comparison()

    def comparison(self) -> Evaluate:
        start = self.position
        left = self.sum()
        middle = self.position
        if sign := self.take(*COMPARE):
            right = self.sum()
            self.note_compared(start, middle)
            return _compare(sign, left, right)
        if self.token.kind == "name" and self.token.word == "in":
            self.position += 1
            items = self.listed()
            self.note_compared(start, middle)
            return _among(left, items)
        return left

    def note_compared(self, start: int, middle: int) -> None:
        """Remembers `name == "text"` and `name in ["text", ...]`."""
        first, *more = self.tokens[start:middle]
        if first.kind == "name" and not more:
            for token in self.tokens[middle : self.position]:
                if token.kind == "text":
                    inside = token.word.part(1, len(token.word) - 1)
                    self.compared.append((self.resolved(first.word), inside))

    def sum(self) -> Evaluate:
        left = self.product()
        while sign := self.take("+", "-"):
            left = _calculate(sign, left, self.product())
        return left

    def product(self) -> Evaluate:
        left = self.signed()
        while sign := self.take("*", "/"):
            left = _calculate(sign, left, self.signed())
        return left

    def signed(self) -> Evaluate:
        negative = False
        while self.take("-"):
            negative = not negative
        return _calculate("-", _literal(0), self.value()) if negative else self.value()

    def value(self) -> Evaluate:
        token = self.token
        if self.take("("):
            inside = self.either()
            self.need(")")
            return inside
        if token.kind not in ("number", "text", "name"):
            raise self.stuck("a name or a value is missing")
        self.position += 1
        match token.kind:
            case "number":
                return _literal(self.number(token.word))
            case "text":
                return _literal(re.sub(r"\\(.)", r"\1", token.word[1:-1]))
            case _:
                return self.named(token.word)

    def number(self, word: Text) -> int | Decimal:
        if len(word) > 30:
            raise NotUnderstood(word.at, "this number is too long")
        return Decimal(word) if "." in word else int(word)

    def listed(self) -> list[Evaluate]:
        self.need("[")
        items: list[Evaluate] = []
        while not self.take("]"):
            if items:
                self.need(",")
            items.append(self.sum())
        return items

    def named(self, word: Text) -> Evaluate:
        if word in ("true", "false"):
            return _literal(word == "true")
        if not self.take("("):
            return self.mentioned(word)
        subject, _, function = word.rpartition(".")
        if function in ("all", "exists") and subject:
            return self.over_rows(word, subject, function)
        evaluate = self.called(word, subject, function)
        self.need(")")
        return evaluate

    def called(self, word: Text, subject: str, function: str) -> Evaluate:
        if word == "today":
            return lambda _lookup, today: today
        if word == "has" and self.token.kind == "name":
            self.position += 1
            return _has(self.mentioned(self.tokens[self.position - 1].word))
        if word == "size":
            return _size(self.sum())
        if word == "sum":
            return self.added(word)
        if subject and function in TEXT_TESTS:
            return _tests(function, self.mentioned(word.part(0, len(subject))), self.sum())
        raise NotUnderstood(
            word.at,
            f'"{word}" is not something a condition can do',
            "it knows  has(x), today(), size(x), sum(x.y), x.startsWith(…), x.endsWith(…), "
            "x.contains(…), x.all(row, …), x.exists(row, …)",
        )

    def added(self, word: Text) -> Evaluate:
        """`sum(order.lines.price * order.lines.quantity)`: what it comes to in each row, added."""
        first = len(self.names)
        in_a_row = self.sum()
        lists = {name.rpartition(".")[0] for name in self.names[first:]}
        if len(lists) != 1:
            raise NotUnderstood(
                word.at,
                "sum() adds fields of the rows of one list",
                "write  sum(order.lines.price * order.lines.quantity)",
            )
        return _added(lists.pop(), in_a_row)

    def over_rows(self, word: Text, subject: str, function: str) -> Evaluate:
        rows = self.mentioned(word.part(0, len(subject)))
        variable = str(self.token.word)
        if self.token.kind != "name" or "." in variable or variable in self.rows:
            raise self.stuck("a new name for the row is missing")
        self.position += 1
        self.need(",")
        self.rows[variable] = subject
        holds = self.either()
        del self.rows[variable]
        self.need(")")
        return _over(rows, variable, holds, wanted=function == "exists")

    def resolved(self, name: Text) -> Text:
        """`line.quantity` -> `order.lines.quantity`, within `order.lines.all(line, …)`."""
        first, dot, rest = name.partition(".")
        of_rows = self.rows.get(first)
        return name if of_rows is None else Text(of_rows + dot + rest, name.at)

    def mentioned(self, name: Text) -> Evaluate:
        self.names.append(self.resolved(name))
        plain = str(name)
        return lambda lookup, _today: _clean(lookup(plain))


# ---- meaning


def _clean(value: Outcome) -> Outcome:
    return None if value == "" else value


def _literal(value: Known) -> Evaluate:
    return lambda _lookup, _today: value


def _truth(value: Outcome) -> bool | None:
    return value if isinstance(value, bool) else None


def _any(answers: Iterator[bool | None]) -> bool | None:
    """Kleene's or: yes if any is, else unknown if any is, else no."""
    unknown = False
    for answer in answers:
        if answer:
            return True
        unknown = unknown or answer is None
    return None if unknown else False


def _inverse(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def _or(left: Evaluate, right: Evaluate) -> Evaluate:
    return lambda lookup, today: _any(_truth(side(lookup, today)) for side in (left, right))


def _and(left: Evaluate, right: Evaluate) -> Evaluate:
    return lambda lookup, today: _inverse(
        _any(_inverse(_truth(side(lookup, today))) for side in (left, right))
    )


def _not(inner: Evaluate) -> Evaluate:
    return lambda lookup, today: _inverse(_truth(inner(lookup, today)))


COMPARE: dict[str, Callable[[int], bool]] = {
    "==": lambda order: order == 0,
    "!=": lambda order: order != 0,
    "<=": lambda order: order <= 0,
    ">=": lambda order: order >= 0,
    "<": lambda order: order < 0,
    ">": lambda order: order > 0,
}


def _order(left: Outcome, right: Outcome) -> int | None:
    """-1, 0 or 1; None when the two cannot be compared."""
    if isinstance(left, bool) or isinstance(right, bool):
        both = isinstance(left, bool) and isinstance(right, bool)
        return int(left is True) - int(right is True) if both else None
    if isinstance(left, (int, Decimal)) and isinstance(right, (int, Decimal)):
        return (left > right) - (left < right)
    if isinstance(left, str) and isinstance(right, str):
        return (left > right) - (left < right)
    return _order_of_days(_day(left), _day(right))


def _day(value: Outcome) -> date | None:
    """A moment counts as its day; a text as the day that it writes."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def _order_of_days(left: date | None, right: date | None) -> int | None:
    if left is None or right is None:
        return None
    return (left > right) - (left < right)


def _compare(sign: str, left: Evaluate, right: Evaluate) -> Evaluate:
    decide = COMPARE[sign]

    def compare(lookup: Lookup, today: date) -> Outcome:
        try:
            order = _order(left(lookup, today), right(lookup, today))
        except ArithmeticError:  # a number that is none (NaN)
            return None
        return None if order is None else decide(order)

    return compare


def _among(left: Evaluate, items: list[Evaluate]) -> Evaluate:
    same = [_compare("==", left, item) for item in items]
    return lambda lookup, today: _any(_truth(one(lookup, today)) for one in same)


def _calculate(sign: str, left: Evaluate, right: Evaluate) -> Evaluate:
    def calculate(lookup: Lookup, today: date) -> Outcome:
        a, b = _number(left(lookup, today)), _number(right(lookup, today))
        if a is None or b is None:
            return None
        try:
            return CALCULATE[sign](a, b)
        except ArithmeticError:
            return None

    return calculate


CALCULATE: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}


def _number(value: Outcome) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    return Decimal(value)


def _has(value: Evaluate) -> Evaluate:
    return lambda lookup, today: value(lookup, today) is not None


def _size(value: Evaluate) -> Evaluate:
    def size(lookup: Lookup, today: date) -> Outcome:
        measured = value(lookup, today)
        return len(measured) if isinstance(measured, (str, list)) else None

    return size


TEXT_TESTS: dict[str, Callable[[str, str], bool]] = {
    "startsWith": lambda text, part: text.startswith(part),
    "endsWith": lambda text, part: text.endswith(part),
    "contains": lambda text, part: part in text,
}


def _tests(name: str, subject: Evaluate, part: Evaluate) -> Evaluate:
    def test(lookup: Lookup, today: date) -> Outcome:
        whole, wanted = subject(lookup, today), part(lookup, today)
        if not isinstance(whole, str) or not isinstance(wanted, str):
            return None
        return TEXT_TESTS[name](whole, wanted)

    return test


def _over(rows: Evaluate, variable: str, holds: Evaluate, *, wanted: bool) -> Evaluate:
    """`exists` when wanted is True: any row says yes. Else `all`: no row says no."""

    def answer(row: Lookup, lookup: Lookup, today: date) -> bool | None:
        found = _truth(holds(_with_row(variable, row, lookup), today))
        return found if wanted else _inverse(found)

    def over(lookup: Lookup, today: date) -> Outcome:
        found = rows(lookup, today)
        if not isinstance(found, list):
            return None
        result = _any(answer(row, lookup, today) for row in found)
        return result if wanted else _inverse(result)

    return over


def _with_row(variable: str, row: Lookup, lookup: Lookup) -> Lookup:
    prefix = variable + "."
    return lambda name: row(name.removeprefix(prefix)) if name.startswith(prefix) else lookup(name)


def _added(of: str, in_a_row: Evaluate) -> Evaluate:
    """The sum over the rows of a list; unknown when it is unknown in one of them."""

    def total(lookup: Lookup, today: date) -> Outcome:
        rows = lookup(of)
        if not isinstance(rows, list):
            return None
        amounts = [in_a_row(within(row, of, lookup), today) for row in rows]
        if not all(isinstance(a, int | Decimal) and not isinstance(a, bool) for a in amounts):
            return None
        return sum((Decimal(a) for a in amounts if isinstance(a, int | Decimal)), Decimal(0))

    return total


def within(row: Lookup, of: str, around: Lookup) -> Lookup:
    """A lookup in which names of a list are those of this row; others keep their meaning."""

    def look(name: str) -> Outcome:
        return row(name.removeprefix(f"{of}.")) if name.startswith(f"{of}.") else around(name)

    return look
