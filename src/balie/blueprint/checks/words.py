"""Compares a file with the vocabulary, word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from balie.blueprint.source import Mapping, Node, Sequence, Span, Text
from balie.blueprint.spelling import nearest
from balie.blueprint.tree import File
from balie.blueprint.vocabulary import (
    CONSTRUCTS,
    Construct,
    Either,
    ListOf,
    Named,
    OneOf,
    Part,
    Phrase,
    Scalar,
    Shape,
)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A word that this part does not know."""

    word: Text
    construct: Construct


@dataclass(frozen=True, slots=True)
class Misshapen:
    """A list where a text belongs, or the like. at: the word, or the item of a list."""

    at: Span
    wanted: str
    got: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A part without a word that it needs."""

    at: Span
    word: str
    construct: Construct


@dataclass(frozen=True, slots=True)
class NotInList:
    """A text that is none of a closed list, or not of its fixed form."""

    text: Text
    shape: OneOf | Phrase


Misfit = Unknown | Misshapen | Missing | NotInList


def misfits(file: File) -> Iterator[Misfit]:
    """Where a file does not fit the vocabulary, in the order of the text."""
    shape = _shape_of(file.name)
    if shape is not None:
        yield from _compare(file.tree, shape, file.tree.at)


def _shape_of(name: str) -> Shape | None:
    if name == "brand.yaml":
        return Part("brand")
    if name.startswith("words/"):
        return Named(Scalar.TEXT)
    return None if "/" in name else Part("blueprint")


def _compare(node: Node, shape: Shape, at: Span) -> Iterator[Misfit]:
    """at: where to point when the whole node is of the wrong shape: the word that it stands at."""
    match shape:
        case Part(of):
            yield from _part(node, CONSTRUCTS[of], at)
        case Named(value):
            yield from _named(node, value, at)
        case ListOf(item, or_one):
            yield from _list(node, item, at, or_one=or_one)
        case Either(shapes):
            yield from _either(node, shapes, at)
        case _:
            yield from _text(node, shape, at)


def _text(node: Node, shape: Scalar | OneOf | Phrase, at: Span) -> Iterator[Misfit]:
    if not isinstance(node, Text):
        yield Misshapen(at, "one text", _called(node))
    elif (isinstance(shape, OneOf) and node not in shape.choices) or (
        isinstance(shape, Phrase) and not re.fullmatch(shape.pattern, node, re.DOTALL)
    ):
        yield NotInList(node, shape)
    elif shape is Scalar.YES_NO and node not in ("true", "false"):
        yield NotInList(node, OneOf(("true", "false")))


def _list(node: Node, item: Shape, at: Span, *, or_one: bool) -> Iterator[Misfit]:
    if isinstance(node, Sequence):
        for one in node.items:
            yield from _compare(one, item, one.at)
    elif or_one:
        yield from _compare(node, item, at)
    else:
        yield Misshapen(at, "a list", _called(node))


def _named(node: Node, value: Shape, at: Span) -> Iterator[Misfit]:
    if not isinstance(node, Mapping):
        yield Misshapen(at, "names, each with its own lines", _called(node))
        return
    for name, held in node.entries:
        if not _is_absent(held):
            yield from _compare(held, value, name.at)


def _either(node: Node, shapes: tuple[Shape, ...], at: Span) -> Iterator[Misfit]:
    fitting = next((shape for shape in shapes if _fits(node, shape)), None)
    if fitting is None:
        wanted = " or ".join(_wanted(shape) for shape in shapes)
        yield Misshapen(at, wanted, _called(node))
    else:
        yield from _compare(node, fitting, at)


def _fits(node: Node, shape: Shape) -> bool:
    if isinstance(shape, ListOf):
        return isinstance(node, Sequence)
    if isinstance(shape, (Named, Part)):
        return isinstance(node, Mapping)
    return isinstance(node, Text)


def _wanted(shape: Shape) -> str:
    if isinstance(shape, ListOf):
        return "a list"
    return "names with values" if isinstance(shape, (Named, Part)) else "one text"


def _part(node: Node, construct: Construct, at: Span) -> Iterator[Misfit]:
    if not isinstance(node, Mapping):
        yield Misshapen(at, f"the words of {construct.name}", _called(node))
        return
    unknown: list[Text] = []
    for name, held in node.entries:
        word = construct.by_name.get(name)
        shape = word.shape if word else construct.others
        if _is_absent(held):
            continue
        if shape is None:
            unknown.append(name)
            yield Unknown(name, construct)
        else:
            yield from _compare(held, shape, name.at)
    yield from _missing(node, construct, unknown)


def _missing(node: Mapping, construct: Construct, unknown: list[Text]) -> Iterator[Misfit]:
    """Required words that are not there. One that was misspelt is said once, as unknown."""
    if construct is CONSTRUCTS["blueprint"]:
        return  # its words may stand in another file
    known = [word.name for word in construct.words]
    meant = {nearest(name, known) for name in unknown[:10]}
    for word in construct.words:
        if word.required and word.name not in meant and node.key(word.name) is None:
            yield Missing(_first(node), word.name, construct)


def _first(node: Mapping) -> Span:
    return node.entries[0][0].at if node.entries else node.at


def _is_absent(node: Node) -> bool:
    return isinstance(node, Text) and node.is_absent


def _called(node: Node) -> str:
    if isinstance(node, Sequence):
        return "a list"
    return "words with values" if isinstance(node, Mapping) else "a text"
