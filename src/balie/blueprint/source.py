"""Where every word of a blueprint stands, so that a message can point at it."""

from dataclasses import dataclass
from typing import NamedTuple


class Span(NamedTuple):
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

    def part(self, start: int, end: int) -> "Text":
        """The characters from start up to end, with their own place where that can be told."""
        words = self[start:end]
        before = (self.at.end - self.at.column - len(self)) // 2  # 1 within quotes, else 0
        if self.at.end - self.at.column not in (len(self), len(self) + 2):
            return Text(words, self.at)  # over several lines, or with escapes
        column = self.at.column + before + start
        return Text(words, Span(self.at.file, self.at.line, column, column + len(words)))

    @property
    def is_absent(self) -> bool:
        """Whether nothing was written at all (`key:`), unlike an empty text in quotes."""
        return not self and self.at.end == self.at.column


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
