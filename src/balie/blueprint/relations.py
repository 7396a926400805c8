"""Relations (`owner`, `linked by`, `where`): equalities that a system can be asked and we can check.

customerNumber = me.customer
externalDocumentNumber = return.number and customerNumber = me.customer
lineType = "Item"
"""

from dataclasses import dataclass

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
