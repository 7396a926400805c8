"""Where every word of a blueprint stands, so that a message can point at it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of one line of a file. Lines and columns count from 1; `end` is exclusive."""

    file: str
    line: int
    column: int
    end: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE = Span("", 0, 0, 0)


class Text(str):
    """A scalar of the blueprint, which is always text, and where it stands."""

    __slots__ = ("at",)
    at: Span

    def __new__(cls, value: str, at: Span = NOWHERE) -> "Text":
        text = super().__new__(cls, value)
        text.at = at
        return text


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list as it stands in the file."""

    at: Span
    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping as it stands in the file. A key that is written twice is kept twice (BP001)."""

    at: Span
    entries: "tuple[tuple[Text, Node], ...]"

    def get(self, key: str) -> "Node | None":
        """The value of the first entry with this key."""
        return next((value for name, value in self.entries if name == key), None)

    def key(self, key: str) -> Text | None:
        """The key itself, with its place."""
        return next((name for name, _ in self.entries if name == key), None)


Node = Text | Sequence | Mapping
"""What a file holds: text, lists and mappings, each with its place."""
