"""A file's text -> its tree of words with their places, in one pass and with a limit on everything.

What YAML can do and a blueprint does not need (anchors, tags, several documents) is refused, so
that reading takes time in proportion to the text and never more stack than `DEEPEST` levels.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import yaml

from balie.blueprint.finding import Finding, Place, Severity
from balie.blueprint.source import Mapping, Node, Sequence, Span, Text

DEEPEST = 24  # levels of lists and mappings in each other
MOST_WORDS = 40_000  # scalars, lists and mappings of a whole blueprint

LINES = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""Where the YAML reader starts a new line; a message must count alike."""


class Unreadable(Exception):
    """The file as a whole cannot be used; `finding` says why and where."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


@dataclass(frozen=True, kw_only=True)
class File:
    """One file of a blueprint: its text, its tree, and how many words that has."""

    name: str
    text: str
    tree: Node
    words: int = 0

    @cached_property
    def lines(self) -> list[str]:
        """The text's lines, counted as the tree's places count them."""
        return LINES.split(self.text)

    def is_in_braces(self, mapping: Mapping) -> bool:
        """Whether this mapping is written as `{a: b}`."""
        line = self.lines[mapping.at.line - 1]
        return line[mapping.at.column - 1 : mapping.at.column] == "{"


def mappings(tree: Node) -> Iterator[tuple[Text | None, Mapping]]:
    """Every mapping in a tree with the word it stands under, in the order of the text."""
    waiting: list[tuple[Text | None, Node]] = [(None, tree)]
    while waiting:
        under, node = waiting.pop()
        if isinstance(node, Mapping):
            yield under, node
            waiting.extend(reversed(node.entries))
        elif isinstance(node, Sequence):
            waiting.extend((under, item) for item in reversed(node.items))


def grow(name: str, text: str, room: int = MOST_WORDS) -> File:
    """The tree of one file's text, of at most `room` words. Raises Unreadable."""
    grower = _Grower(name, room)
    try:
        return File(name=name, text=text, tree=grower.grow(text), words=grower.words)
    except yaml.MarkedYAMLError as error:
        raise Unreadable(_syntax(name, text, error)) from error
    except yaml.YAMLError as error:
        raise Unreadable(_characters(name, text)) from error


@dataclass(slots=True)
class _Open:
    """A list or mapping that is still being read."""

    at: Span
    items: list[Node]
    is_mapping: bool


class _Grower:
    """Reads the events of libyaml, which are flat, and so needs no recursion."""

    def __init__(self, name: str, room: int) -> None:
        self.name = name
        self.room = room
        self.open: list[_Open] = [_Open(Span(name, 1, 1, 1), [], is_mapping=False)]
        self.words = 0
        self.documents = 0

    def grow(self, text: str) -> Node:
        loader = yaml.CSafeLoader(text)
        event = loader.get_event()
        while event is not None and not isinstance(event, yaml.StreamEndEvent):
            # Almost all events are scalars, so they are looked at first.
            if isinstance(event, yaml.ScalarEvent):
                self.take_scalar(event)
            else:
                self.take(event)
            event = loader.get_event()
        root = self.open[0].items
        return root[0] if root else Mapping(Span(self.name, 1, 1, 1), ())

    def take_scalar(self, event: yaml.ScalarEvent) -> None:
        if event.anchor is not None or event.tag is not None:
            self.refuse_marks(event)
        self.add(Text(event.value, self.span(event)))

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.CollectionStartEvent):
            self.refuse_marks(event)
            self.begin(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.end(event)
        elif isinstance(event, yaml.AliasEvent):
            raise self.refusal(event, "anchors and references are not used in a blueprint")
        elif isinstance(event, yaml.DocumentStartEvent):
            self.count_document(event)

    def span(self, event: yaml.Event) -> Span:
        start, end = event.start_mark, event.end_mark
        if start is None or end is None:
            return Span(self.name, 1, 1, 1)
        line, column, last = start.line, start.column, end.column
        if end.line != line:
            last = column + 1
        return Span(self.name, line + 1, column + 1, last + 1)

    def add(self, node: Node) -> None:
        self.words += 1
        if self.words > self.room:
            raise Unreadable(_whole(self.name, "this is too long to be a blueprint"))
        self.open[-1].items.append(node)

    def begin(self, event: yaml.CollectionStartEvent) -> None:
        if len(self.open) > DEEPEST:
            at = self.span(event)
            raise Unreadable(
                _refusal("BP007", at, "these lists are too deep in each other", "this level")
            )
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        self.open.append(_Open(self.span(event), [], is_mapping))

    def end(self, event: yaml.CollectionEndEvent) -> None:
        done = self.open.pop()
        at = _up_to(done.at, self.span(event))
        self.add(self.mapping(done, at) if done.is_mapping else Sequence(at, tuple(done.items)))

    def mapping(self, done: _Open, at: Span) -> Mapping:
        pairs = zip(done.items[::2], done.items[1::2], strict=True)
        return Mapping(at, tuple((self.key(key), value) for key, value in pairs))

    def key(self, node: Node) -> Text:
        if isinstance(node, Text):
            return node
        raise Unreadable(
            _refusal("BP007", node.at, "a list or a mapping cannot be a word", "used as a word")
        )

    def refuse_marks(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.anchor is not None:
            raise self.refusal(event, "anchors and references are not used in a blueprint")
        if event.tag is not None:
            raise self.refusal(event, "tags (!) are not used in a blueprint")

    def count_document(self, event: yaml.DocumentStartEvent) -> None:
        self.documents += 1
        if self.documents > 1:
            raise self.refusal(event, "a file of a blueprint is one document")
        if event.tags or event.version:
            raise self.refusal(event, "directives (%) are not used in a blueprint")

    def refusal(self, event: yaml.Event, message: str) -> Unreadable:
        at = self.span(event)
        return Unreadable(_refusal("BP004", at, message, "this is not read"))


def _up_to(at: Span, last: Span) -> Span:
    """The place of a whole `[a, b]`; of a list over several lines, its beginning."""
    return Span(at.file, at.line, at.column, last.end) if last.line == at.line else at


def _refusal(code: str, at: Span, message: str, label: str) -> Finding:
    return Finding(
        code=code,
        severity=Severity.ERROR,
        message=message,
        where=(Place(at, label),),
        why="a blueprint is read by people who never saw YAML" if code == "BP004" else "",
        help=("write it out in words, or put it in quotes if it is text",),
    )


def _whole(name: str, message: str) -> Finding:
    return Finding(
        code="BP006",
        severity=Severity.ERROR,
        message=message,
        where=(Place(Span(name, 1, 1, 1), "this file"),),
    )


def _syntax(name: str, text: str, error: yaml.MarkedYAMLError) -> Finding:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    message, help_ = _in_words(text, line, str(error.problem or error.context or ""))
    return Finding(
        code="BP007",
        severity=Severity.ERROR,
        message=message,
        where=(Place(Span(name, line, column, column + 1), "the text stops making sense here"),),
        help=(help_,),
    )


def _in_words(text: str, line: int, problem: str) -> tuple[str, str]:
    """What is wrong and how to mend it, for the mistakes that people make most."""
    lines = LINES.split(text)
    written = lines[line - 1] if line <= len(lines) else ""
    if "\t" in written[: len(written) - len(written.lstrip())]:
        return "a tab stands where spaces should", "use two spaces for each level"
    if "mapping values are not allowed" in problem:
        return (
            "there is a second colon here",
            'put the sentence in quotes, so that its colon is text:  "…: …"',
        )
    if "quoted scalar" in problem or "document separator" in problem:
        return "a text in quotes does not end", "close the quotes"
    if "undefined alias" in problem:
        return "a text cannot begin with *", "put it in quotes"
    if "flow" in problem or "',' or" in problem:
        return "a { or [ is not closed, or a comma is missing", "close it, or add the comma"
    if "block" in problem or "expected" in problem or "simple key" in problem:
        return (
            "this line does not fit in with the lines around it",
            "let it begin under the words it belongs to, and end each word with a colon",
        )
    return (
        "this cannot be read",
        "a text that begins with a sign, or has quotes in it, wants quotes around it",
    )


CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufeff\ufffe\uffff]")


def _characters(name: str, text: str) -> Finding:
    """A character that no keyboard makes, and that YAML refuses."""
    found = CONTROL.search(text)
    before = LINES.split(text[: found.start()]) if found else [""]
    column = len(before[-1]) + 1
    return Finding(
        code="BP007",
        severity=Severity.ERROR,
        message="there is a character here that cannot be seen",
        where=(Place(Span(name, len(before), column, column + 1), "remove this"),),
    )
