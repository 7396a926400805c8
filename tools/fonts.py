"""The letters of the drawing: a small Inter for PNG and PDF, and how wide each of them is.

python tools/fonts.py /usr/share/fonts/opentype/inter

The folder holds Inter's static fonts, as Debian's `fonts-inter` has them. Kerning and alternates
are left out, so a text is exactly as wide as its letters.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

DRAWING = Path(__file__).parents[1] / "src" / "balie" / "blueprint" / "drawing"
WEIGHTS = {400: "Regular", 500: "Medium", 600: "SemiBold", 700: "Bold"}
RANGES = (
    (0x20, 0x7E),
    (0xA0, 0x17F),  # Latin of western and central Europe, Turkish
    (0x218, 0x21B),
    (0x386, 0x3CE),  # Greek
    (0x400, 0x45F),  # Cyrillic
    (0x490, 0x491),
    (0x1E80, 0x1E85),
    (0x1E9E, 0x1E9E),
    (0x2010, 0x2027),  # dashes, quotes, bullet, ellipsis
    (0x2009, 0x2009),
    (0x202F, 0x2044),
    (0x20AC, 0x20AC),
    (0x2116, 0x2122),
    (0x2190, 0x2193),
    (0x2212, 0x2265),
)


def main() -> None:
    folder = Path(sys.argv[1])
    advances: dict[int, dict[str, int]] = {}
    for weight, name in WEIGHTS.items():
        font = TTFont(folder / f"Inter-{name}.otf", recalcTimestamp=False)
        _subset(font)
        font.save(DRAWING / "fonts" / f"Inter-{name}.otf")
        glyphs, widths = font.getBestCmap(), font["hmtx"]
        advances[weight] = {chr(code): widths[glyph][0] for code, glyph in sorted(glyphs.items())}
        em, version = font["head"].unitsPerEm, font["name"].getDebugName(5)
    (DRAWING / "inter.toml").write_text("\n".join(_table(advances, em, version)) + "\n", "utf-8")


def _subset(font: TTFont) -> None:
    options = Options()
    options.layout_features = []
    options.drop_tables += ["GPOS", "GSUB", "GDEF"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17]
    options.notdef_outline = True
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[code for a, b in RANGES for code in range(a, b + 1)])
    subsetter.subset(font)


def _table(advances: dict[int, dict[str, int]], em: int, version: str) -> Iterator[str]:
    """Width -> every character that is so wide, weight by weight."""
    yield f"# How far the pen moves after each character of Inter ({version}), in units of the em."
    yield "# Made by tools/fonts.py. Inter is under the SIL Open Font License 1.1."
    yield f"units_per_em = {em}"
    for weight, widths in advances.items():
        yield f"\n[{weight}]"
        for width in sorted(set(widths.values())):
            characters = "".join(character for character, w in widths.items() if w == width)
            yield f'{width} = "{"".join(map(_quoted, characters))}"'


def _quoted(character: str) -> str:
    """As it may stand in TOML; a space that looks like another is written as its number."""
    if character in '\\"':
        return f"\\{character}"
    return character if character == " " or character.isprintable() else f"\\u{ord(character):04x}"


if __name__ == "__main__":
    main()
