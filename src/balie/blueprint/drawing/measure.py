"""How wide a text is, without a font: by a table of the widths of Inter (`inter.toml`).

Sizes and widths are in pixels of the drawing. Where the reader's machine has no Inter it takes
another sans serif; those are seldom wider, and `SLACK` leaves room for when they are.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

SLACK = 1.02
"""A text is taken to be this much wider than Inter makes it."""

UNKNOWN = 0.62  # of an em: a character that the table does not have
WIDE = 1.0  # of an em: Chinese, Japanese and Korean signs, emoji
FIRST_WIDE = "\u2e80"


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set. weight: 400, 500, 600 or 700."""

    size: float
    weight: int = 400


@cache
def _advances(weight: int) -> dict[str, float]:
    """Character -> its width in ems."""
    table = tomllib.loads(files(__package__).joinpath("inter.toml").read_text("utf-8"))
    em = table["units_per_em"]
    return {
        character: int(width) / em
        for width, characters in table[str(weight)].items()
        for character in characters
    }


def known(text: str) -> bool:
    """Whether every character that is to be seen is in the table."""
    advances = _advances(400)
    return all(character in advances or not character.isprintable() for character in text)


def _unknown(character: str) -> float:
    return WIDE if character >= FIRST_WIDE else UNKNOWN


def width(text: str, style: Style) -> float:
    """The width of one line of text."""
    advances = _advances(style.weight)
    ems = sum(advances.get(character) or _unknown(character) for character in text)
    return ems * style.size * SLACK


def clip(text: str, style: Style, room: float) -> str:
    """The text, or as much of it as there is room for, with an ellipsis."""
    if width(text, style) <= room:
        return text
    kept = text
    while kept and width(kept + "…", style) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def wrap(text: str, style: Style, room: float, most: int = 9) -> tuple[str, ...]:
    """The text in at most so many lines that fit in the room; the last is clipped if need be.

    A word that is too long for a line of its own is broken.
    """
    lines: list[str] = []
    for word in _fitting(text.split(), style, room):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, style) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) <= most:
        return tuple(lines)
    rest = " ".join(lines[most - 1 :])
    return (*lines[: most - 1], clip(rest, style, room))


def _fitting(words: list[str], style: Style, room: float) -> list[str]:
    """The words, those that are wider than the room in pieces."""
    return [piece for word in words for piece in _pieces(word, style, room)]


def _pieces(word: str, style: Style, room: float) -> list[str]:
    if width(word, style) <= room:
        return [word]
    pieces = [""]
    for character in word:
        if pieces[-1] and width(pieces[-1] + character + "-", style) > room:
            pieces[-1] += "-"
            pieces.append("")
        pieces[-1] += character
    return pieces
