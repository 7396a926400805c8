"""Writes docs/reference/words-of-the-language.md from the vocabulary, with examples in use.

    .venv/bin/python tools/words_page.py

Every example is a line of the example blueprint, found by walking it along the vocabulary. Words
that it does not use have one here. A test runs this and compares.
"""

from collections.abc import Iterator
from pathlib import Path

from balie.blueprint.source import Mapping, Node, Sequence, Text
from balie.blueprint.tree import File, grow
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
    Word,
)

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "blueprints" / "lindeman"
PAGE = ROOT / "docs" / "reference" / "words-of-the-language.md"
LONGEST = 62  # characters of an example

UNUSED: dict[tuple[str, str], str] = {
    ("memberships", "words"): "words: {acme-buyers: buyer}",
    ("step", "approve"): "approve: {by: [finance], within: 2 days, then: refuse}",
    ("approval", "then goes to"): "then goes to: service",
    ("step", "extra check"): "extra check: two steps within 10 minutes",
    ("work", "updates"): "updates: crm.contacts",
    ("thing", "remember"): "remember: 13 months",
    ("thing", "window"): "window: 13 months",
    ("thing", "accepts"): "accepts: [BP305 because the address is of a building]",
    ("field", "personal"): "personal: identity",
    ("purpose", "deleted there by"): "deleted there by: accounts",
    ("blueprint", "cookies"): "cookies:",
    ("cookie", "name"): "name: Counting visits",
    ("cookie", "what for"): "what for: We see which pages are used.",
    ("cookie", "by"): "by: Stats Ltd, in the Netherlands",
    ("cookie", "script"): "script: https://stats.example.com/count.js",
    ("cookie", "kept for"): "kept for: 6 months",
    ("system", "accepts"): "accepts: [BP306 because the carrier keeps addresses only]",
}
"""Examples of words that the example blueprint does not use."""

MARK = "<!-- What follows is made by tools/words_page.py: change the vocabulary, not this. -->\n"


def page() -> str:
    """The whole page: what is written by hand, then what is made."""
    by_hand = PAGE.read_text("utf-8").partition(MARK)[0]
    examples = {**UNUSED, **dict(reversed([*_examples()]))}
    parts = (_part(key, construct, examples) for key, construct in CONSTRUCTS.items())
    return "\n".join((by_hand + MARK, *parts))


def missing() -> list[tuple[str, str]]:
    """Words that have no example yet."""
    known = {*UNUSED, *(key for key, _ in _examples())}
    words = ((key, word.name) for key, part in CONSTRUCTS.items() for word in part.words)
    return [word for word in words if word not in known]


def _part(key: str, construct: Construct, examples: dict[tuple[str, str], str]) -> str:
    rows = [_row(key, word, examples) for word in construct.words]
    others = ""
    if construct.others is not None:
        others = f"\nNames of your own: {_shape(construct.others)}.\n"
    head = "| word | what it means | what it holds | example |\n|---|---|---|---|"
    return "\n".join((f"## {_heading(construct)}\n", head, *rows, others))


def _heading(construct: Construct) -> str:
    return construct.name[:1].upper() + construct.name[1:]


def _row(key: str, word: Word, examples: dict[tuple[str, str], str]) -> str:
    must = " *(needed)*" if word.required else ""
    example = examples.get((key, word.name), "")
    shown = f"`{example}`" if example else ""
    cells = (f"`{word.name}`{must}", word.meaning, _shape(word.shape), shown)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _shape(shape: Shape) -> str:
    match shape:
        case Scalar():
            return shape.value if shape.value.startswith(("a ", "true")) else f"a {shape.value}"
        case OneOf(choices):
            return " or ".join(f"`{choice}`" for choice in choices)
        case Phrase(_, example):
            return f"a phrase: `{example}`"
        case ListOf(item, or_one):
            one = "one, or " if or_one else ""
            return f"{one}a list: {_shape(item)}"
        case Named(value):
            return f"names of your own, each with {_shape(value)}"
        case Part(of):
            heading = _heading(CONSTRUCTS[of])
            return f"[{CONSTRUCTS[of].name}](#{heading.lower().replace(' ', '-')})"
        case Either(shapes):
            return "; or ".join(_shape(each) for each in shapes)


# ---- examples


Found = tuple[tuple[str, str], str]
"""A part and a word of it, and how it is written somewhere."""


def _examples() -> Iterator[Found]:
    """Every use of a word in the example blueprint, in the order of its files."""
    for name in ("story.yaml", "things.yaml", "systems.yaml"):
        file = grow(name, (EXAMPLE / name).read_text("utf-8"))
        yield from _walk(file, file.tree, Part("blueprint"))
    brand = grow("brand.yaml", (EXAMPLE / "brand.yaml").read_text("utf-8"))
    yield from _walk(brand, brand.tree, Part("brand"))


def _walk(file: File, node: Node, shape: Shape) -> Iterator[Found]:
    match shape, node:
        case Part(of), Mapping():
            yield from _words(file, node, of)
        case Named(value), Mapping():
            for _, inner in node.entries:
                yield from _walk(file, inner, value)
        case ListOf(item), Sequence():
            for inner in node.items:
                yield from _walk(file, inner, item)
        case ListOf(item), _:
            yield from _walk(file, node, item)
        case Either(shapes), _:
            for each in shapes:
                yield from _walk(file, node, each)
        case _:
            pass


def _words(file: File, node: Mapping, part: str) -> Iterator[Found]:
    construct = CONSTRUCTS[part]
    for key, value in node.entries:
        word = construct.by_name.get(key)
        if word is not None:
            yield (part, str(key)), _written(file, key, value)
            yield from _walk(file, value, word.shape)
        elif construct.others is not None:
            yield from _walk(file, value, construct.others)


def _written(file: File, key: Text, value: Node) -> str:
    """The word and its value as they stand there, or the word and three dots."""
    if isinstance(value, Text):
        written = file.lines[value.at.line - 1][value.at.column - 1 : value.at.end - 1]
        return _short(f"{key}: {written or value}")
    line = file.lines[key.at.line - 1]
    rest = line[key.at.end :].split("  #")[0].strip()
    whole = rest if rest[:1] in "[{" and _closed(rest) else ""
    return _short(f"{key}: {whole}") if whole else f"{key}: …"


def _closed(text: str) -> bool:
    """Whether what opens on this line also closes on it, and nothing follows."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character in "[{") - (character in "]}")
        if depth == 0:
            return place == len(text) - 1
    return False


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {sum(len(part.words) for part in CONSTRUCTS.values())} words")
