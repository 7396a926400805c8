"""Relations (`owner`, `linked by`, `where`): equalities that a system can be asked
and that we can check.

customerNumber = me.customer
externalDocumentNumber = return.number and customerNumber = me.customer
lineType = "Item"
"""

import re
from dataclasses import dataclass

from balie.blueprint.grammar import NotUnderstood
from balie.blueprint.source import Text


@dataclass(frozen=True, slots=True)
class Me:
    """The values of a name of `me`: `me.customer`."""

    name: str


@dataclass(frozen=True, slots=True)
class Login:
    """What the sign-in itself says: `login.email`."""

    name: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A text in quotes."""

    text: str


@dataclass(frozen=True, slots=True)
class Other:
    """A field of another thing, or of an earlier name of `me` ("contact.accountId").

    `of` is the thing, `field` its field ("" in `where: id = contact`), `source` one of its
    life order's sources when the raw field of that source is meant: `order.shipped.id`.
    """

    of: str
    field: str
    source: str = ""


Value = Me | Login | Literal | Other


@dataclass(frozen=True, slots=True)
class Equality:
    """`field = value`. `field` is raw: as the table in `from:` calls it."""

    text: Text
    field: str
    value: Value


NAME = r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*"
EQUALITY = re.compile(rf'\s*({NAME})\s*=\s*({NAME}|"[^"]*")\s*', re.ASCII)
HELP = 'a relation reads  field = me.customer  or  field = "text" , joined by  and'


def parse(text: Text) -> tuple[Equality, ...]:
    """The equalities of a relation, which must all hold. Raises NotUnderstood."""
    return tuple(_equality(part) for part in _parts(text))


def _parts(text: Text) -> list[Text]:
    """The stretches between the words `and` that are not in quotes."""
    parts: list[Text] = []
    start = 0
    for joint in re.finditer(r'"[^"]*"|\s(and)\s', text):
        if joint[1]:
            parts.append(text.part(start, joint.start()))
            start = joint.end()
    return [*parts, text.part(start, len(text))]


def _equality(text: Text) -> Equality:
    match = EQUALITY.fullmatch(text)
    if match is None:
        raise NotUnderstood(text.at, f'"{text}" is not a relation', HELP)
    return Equality(text, match[1], _value(match[2]))


def _value(written: str) -> Value:
    if written.startswith('"'):
        return Literal(written[1:-1])
    of, *path = written.split(".")
    match of, path:
        case "me", [name]:
            return Me(name)
        case "login", [name]:
            return Login(name)
        case _, [source, field, *deeper]:
            return Other(of, ".".join([field, *deeper]), source)
        case _:
            return Other(of, "".join(path))
