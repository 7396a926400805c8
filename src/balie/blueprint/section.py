"""One mapping of the text, asked word by word.

A word that is absent, or that has the wrong shape, gives nothing: the vocabulary's check says so
(BP005, BP008, BP009). What a small grammar does not understand becomes a finding here (BP010-012).
"""

from collections.abc import Callable
from typing import TypeVar

from balie.blueprint import conditions, durations, relations, working_hours
from balie.blueprint.conditions import Condition
from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.grammar import NotUnderstood
from balie.blueprint.model import Duration, WorkingHours
from balie.blueprint.relations import Equality
from balie.blueprint.source import Mapping, Node, Sequence, Span, Text

T = TypeVar("T")

EMPTY = Mapping(Span("", 0, 0, 0), ())


class Section:
    """A mapping, and where to put what was not understood."""

    def __init__(self, node: Node | None, findings: list[Finding]) -> None:
        self.node = node if isinstance(node, Mapping) else EMPTY
        self.at = self.node.at if node is None else node.at
        self._findings = findings
        # Of a word that is written twice the first counts: BP001 says so.
        self._values: dict[str, Node] = dict(reversed(self.node.entries))
        self._keys: dict[str, Text] = {key: key for key, _ in reversed(self.node.entries)}

    def node_of(self, word: str) -> Node | None:
        """What stands at the word; None when nothing does."""
        node = self._values.get(word)
        return None if isinstance(node, Text) and node.is_absent else node

    def key_at(self, word: str) -> Span | None:
        """Where the word itself stands."""
        key = self._keys.get(word)
        return None if key is None else key.at

    def value_at(self, word: str) -> Span | None:
        """Where the word's value stands."""
        node = self._values.get(word)
        return None if node is None else node.at

    def text(self, word: str) -> Text | None:
        """The word's text."""
        node = self.node_of(word)
        return node if isinstance(node, Text) else None

    def text_or(self, word: str, otherwise: str) -> Text:
        """The word's text, or another one at the place of the section."""
        return self.text(word) or Text(otherwise, self.at)

    def texts(self, word: str) -> tuple[Text, ...]:
        """The word's texts: one, or a list."""
        return _texts(self.node_of(word))

    def yes(self, word: str) -> bool:
        """Whether the word says true."""
        return self.text(word) == "true"

    def whole_number(self, word: str) -> int | None:
        """The word's number. Not a number: BP012."""
        return self._parsed(self.text(word), _whole_number, "BP012")

    def duration(self, word: str) -> Duration | None:
        """The word's length of time. Not one: BP012."""
        return self.duration_of(self.text(word))

    def duration_of(self, text: Text | None) -> Duration | None:
        """A text that must be a length of time. Not one: BP012."""
        return self._parsed(text, durations.parse, "BP012")

    def working_hours(self, word: str) -> WorkingHours | None:
        """The word's days and hours. None: BP014."""
        return self._parsed(self.text(word), working_hours.parse, "BP014")

    def condition(self, word: str) -> Condition | None:
        """The word's condition. Not understood: BP010."""
        return self._parsed(self.text(word), conditions.parse, "BP010")

    def conditions(self, word: str) -> tuple[Condition, ...]:
        """The word's conditions: one, or a list."""
        parsed = (self._parsed(text, conditions.parse, "BP010") for text in self.texts(word))
        return tuple(condition for condition in parsed if condition is not None)

    def relation(self, word: str) -> tuple[Equality, ...]:
        """The word's relation. Not understood: BP011."""
        return self._parsed(self.text(word), relations.parse, "BP011") or ()

    def section(self, word: str) -> "Section | None":
        """The mapping at the word."""
        node = self.node_of(word)
        return Section(node, self._findings) if isinstance(node, Mapping) else None

    def sections(self, word: str) -> "tuple[Section, ...]":
        """The mappings at the word: one, or a list."""
        node = self.node_of(word)
        items = node.items if isinstance(node, Sequence) else (node,)
        return tuple(Section(item, self._findings) for item in items if isinstance(item, Mapping))

    def named_sections(self, word: str) -> "tuple[tuple[Text, Section], ...]":
        """The mappings under names at the word. A name without a mapping gives an empty one."""
        section = self.section(word)
        return () if section is None else section.each()

    def each(self) -> "tuple[tuple[Text, Section], ...]":
        """Every entry as a name and a section; of a name that is written twice, the first."""
        names = dict.fromkeys(key for key, _ in self.node.entries)
        return tuple(
            (self._keys[name], Section(self._values[name], self._findings)) for name in names
        )

    def pairs(self, word: str) -> tuple[tuple[Text, Text], ...]:
        """The texts under names at the word."""
        node = self.node_of(word)
        entries = node.entries if isinstance(node, Mapping) else ()
        return tuple((key, value) for key, value in entries if isinstance(value, Text))

    def report(self, code: str, problem: NotUnderstood) -> None:
        """Notes what a grammar did not understand."""
        finding = Finding(
            code=code,
            severity=Severity.ERROR,
            message=problem.message,
            where=(Place(problem.at, "not understood here"),),
            help=(problem.help,) if problem.help else (),
        )
        self._findings.append(finding)

    def _parsed(self, text: Text | None, parse: Callable[[Text], T], code: str) -> T | None:
        if text is None:
            return None
        try:
            return parse(text)
        except NotUnderstood as problem:
            self.report(code, problem)
            return None


def _texts(node: Node | None) -> tuple[Text, ...]:
    items = node.items if isinstance(node, Sequence) else (node,)
    return tuple(item for item in items if isinstance(item, Text) and not item.is_absent)


def _whole_number(text: Text) -> int:
    if len(text) < 10 and text.lstrip("-").isascii() and text.lstrip("-").isdigit():
        return int(text)
    raise NotUnderstood(text.at, f'"{text}" is not a whole number')
