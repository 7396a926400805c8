"""How a value is shown, and the colour beside a status."""

from enum import StrEnum


class Kind(StrEnum):
    """How a value is shown."""

    TEXT = "text"
    STATUS = "status"  # words of a code
    DATE = "date"
    DATETIME = "datetime"
    NUMBER = "number"
    MONEY = "money"
    BOOLEAN = "boolean"
    DOCUMENT = "document"
