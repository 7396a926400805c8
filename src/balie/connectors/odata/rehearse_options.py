"""The options of a question to a rehearsed OData service: $filter, $select, $orderby, ..."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from balie.connectors.odata.rehearse_metadata import EntitySet
from balie.systems.query import Order
from balie.systems.rehearsed import Asked, Choice, Compare, Test

LARGEST_PAGE: Final = 20_000
"""The most rows in one answer, whatever the client prefers."""

_OPTIONS: Final = frozenset(
    {"$filter", "$select", "$orderby", "$top", "$count", "$expand", "$skiptoken", "$schemaversion"}
)
LITERALS: Final[Mapping[str, str]] = {
    "Edm.Guid": r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "Edm.Date": r"\d{4}-\d\d-\d\d",
    "Edm.DateTimeOffset": r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)",
    "Edm.Boolean": "true|false",
    "Edm.Int16": r"-?\d+",
    "Edm.Int32": r"-?\d+",
    "Edm.Int64": r"-?\d+",
    "Edm.Decimal": r"-?\d+(?:\.\d+)?",
    "Edm.Double": r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?",
}


class Refusal(Exception):
    """What the service says no to."""

    def __init__(self, status: int, words: str, code: str = "") -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    tests: tuple[Test, ...] = ()
    select: tuple[str, ...] = ()
    orders: tuple[Order, ...] = ()
    expand: tuple[str, ...] = ()
    count: bool = False
    page: int = LARGEST_PAGE
    left: int | None = None  # rows still wanted: of $top
    after: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def read_options(asked: Asked, entity_set: EntitySet, filters: frozenset[str]) -> Options:
    options: dict[str, str] = {}
    for name, value in asked.query:
        if name.startswith("$") and name not in _OPTIONS:
            raise Refusal(400, f"The query option '{name}' is not supported.")
        if name in options:
            raise Refusal(400, f"The query option '{name}' stands there twice.")
        options[name] = value
    page, headers = _page(asked)
    left, after = _place(options)
    return Options(
        tests=_Filter(options.get("$filter", ""), entity_set, filters).tests(),
        select=_names(options.get("$select", ""), entity_set.properties),
        orders=_orders(options.get("$orderby", ""), entity_set),
        expand=_names(options.get("$expand", ""), entity_set.ways),
        count=options.get("$count") == "true",
        page=page,
        left=left,
        after=after,
        headers=headers,
    )


def _page(asked: Asked) -> tuple[int, Mapping[str, str]]:
    found = re.search(r"(?:odata\.)?maxpagesize=(\d+)", asked.headers.get("prefer", ""))
    if not found or int(found[1]) == 0:
        return LARGEST_PAGE, {}
    size = min(int(found[1]), LARGEST_PAGE)
    return size, {"Preference-Applied": f"odata.maxpagesize={size}"}


def _place(options: Mapping[str, str]) -> tuple[int | None, str | None]:
    """How many rows are still wanted, and after which place."""
    top = options.get("$top")
    if top is not None and not top.isdigit():
        raise Refusal(400, "The value of $top is no whole number.")
    left = None if top is None else int(top)
    token = options.get("$skiptoken")
    if token is not None and re.match(r"\d+\.", token):
        count, _, token = token.partition(".")
        return int(count), token
    return left, token


def _names(written: str, known: Mapping[str, object]) -> tuple[str, ...]:
    names = tuple(name.strip() for name in written.split(",") if name.strip())
    for name in names:
        if name not in known:
            raise Refusal(400, f"Could not find a property named '{name}'.")
    return names


def _orders(written: str, entity_set: EntitySet) -> tuple[Order, ...]:
    orders = []
    for part in filter(None, (part.strip() for part in written.split(","))):
        name, _, direction = part.partition(" ")
        if name not in entity_set.properties or direction.strip() not in {"", "asc", "desc"}:
            raise Refusal(400, f"The $orderby '{part}' cannot be read.")
        orders.append(Order(name, descending=direction.strip() == "desc"))
    return tuple(orders)


_TOKEN = re.compile(r"\s*([A-Za-z_][\w.]*'(?:[^']|'')*'|'(?:[^']|'')*'|[(),]|[^\s(),']+)")
_COMPARISONS: Final = {c.value: c for c in list(Compare)[:6]}
_FUNCTIONS: Final = {c.value: c for c in list(Compare)[6:]}


LOWER: Final = "tolower"


def _not_supported() -> Refusal:
    return Refusal(
        400, "This $filter uses what is not supported.", "BadRequest_MethodNotImplemented"
    )


class _Filter:
    """Reads a $filter: comparisons with `and`; `or` on one field only, as in Business Central."""

    def __init__(self, text: str, entity_set: EntitySet, filters: frozenset[str]) -> None:
        self._text = text
        self._set = entity_set
        self._filters = filters
        self._tokens = self._split(text)

    def _split(self, text: str) -> list[str]:
        tokens, place = [], 0
        while text[place:].strip():
            found = _TOKEN.match(text, place)
            if not found:
                raise self._unreadable()
            tokens.append(found[1])
            place = found.end()
        return tokens[::-1]

    def tests(self) -> tuple[Test, ...]:
        if not self._tokens:
            return ()
        tests = self._either()
        if self._tokens:
            raise self._unreadable()
        return tests

    def _either(self) -> tuple[Test, ...]:
        sides = [self._both()]
        while self._next() == "or":
            self._take()
            sides.append(self._both())
        return sides[0] if len(sides) == 1 else (self._joined(sides),)

    def _joined(self, sides: Sequence[tuple[Test, ...]]) -> Test:
        choices = tuple(choice for side in sides for test in side for choice in test.any_of)
        if any(len(side) > 1 for side in sides) or len({choice.field for choice in choices}) > 1:
            raise Refusal(
                400,
                "An 'or' between different fields is not supported.",
                "BadRequest_MethodNotImplemented",
            )
        return Test(choices)

    def _both(self) -> tuple[Test, ...]:
        tests = self._one()
        while self._next() == "and":
            self._take()
            tests += self._one()
        return tests

    def _one(self) -> tuple[Test, ...]:
        word = self._take()
        if word == "(":
            tests = self._either()
            self._expect(")")
            return tests
        if self._next() == "(":
            return (self._in_small_letters() if word == LOWER else self._function(word),)
        compare = self._allowed(word, _COMPARISONS.get(self._take()))
        return (Test((Choice(word, compare, self._literal(word, self._take())),)),)

    def _in_small_letters(self) -> Test:
        """`tolower(field) eq 'value'`: compared without regard to capitals."""
        if self._filters and LOWER not in self._filters:
            raise _not_supported()
        self._expect("(")
        word = self._take()
        self._expect(")")
        compare = self._allowed(word, _COMPARISONS.get(self._take()))
        return Test((Choice(word, compare, self._literal(word, self._take()), fold_case=True),))

    def _function(self, name: str) -> Test:
        self._expect("(")
        word = self._take()
        self._expect(",")
        compare = self._allowed(word, _FUNCTIONS.get(name))
        value = self._literal(word, self._take())
        self._expect(")")
        return Test((Choice(word, compare, value),))

    def _allowed(self, word: str, compare: Compare | None) -> Compare:
        if word not in self._set.properties:
            raise Refusal(400, f"Could not find a property named '{word}'.")
        said = "=" if compare is Compare.EQUAL else compare
        if compare is None or (self._filters and said not in self._filters):
            raise _not_supported()
        return compare

    def _literal(self, word: str, token: str) -> str | None:
        edm = self._set.properties[word]
        codes = self._set.codes.get(word, ())
        if token == "null":  # noqa: S105
            return None
        text = token[token.find("'") + 1 : -1].replace("''", "'") if token[-1] == "'" else None
        if codes and text in codes:
            return text
        if edm == "Edm.String" and text is not None and token[0] == "'":
            return text
        if re.fullmatch(LITERALS.get(edm, "(?!)"), token):
            return token.lower() if edm == "Edm.Guid" else token
        raise Refusal(400, f"The value {token} does not go with '{word}', which is {edm}.")

    def _next(self) -> str:
        return self._tokens[-1] if self._tokens else ""

    def _take(self) -> str:
        if not self._tokens:
            raise self._unreadable()
        return self._tokens.pop()

    def _expect(self, token: str) -> None:
        if self._take() != token:
            raise self._unreadable()

    def _unreadable(self) -> Refusal:
        return Refusal(400, f"Syntax error in the $filter: {self._text}")
