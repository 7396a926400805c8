"""Colours as people see them: OKLCH to and from sRGB, and the contrast that WCAG 2 measures."""

import math
import re
from dataclasses import dataclass

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_TO_CONE = ((0.4122214708, 0.5363325363, 0.0514459929),
            (0.2119034982, 0.6806995451, 0.1073969566),
            (0.0883024619, 0.2817188376, 0.6299787005))  # fmt: skip
_TO_LAB = ((0.2104542553, 0.7936177850, -0.0040720468),
           (1.9779984951, -2.4285922050, 0.4505937099),
           (0.0259040371, 0.7827717662, -0.8086757660))  # fmt: skip
_FROM_LAB = ((1.0, 0.3963377774, 0.2158037573),
             (1.0, -0.1055613458, -0.0638541728),
             (1.0, -0.0894841775, -1.2914855480))  # fmt: skip
_FROM_CONE = ((4.0767416621, -3.3077115913, 0.2309699292),
              (-1.2684380046, 2.6097574011, -0.3413193965),
              (-0.0041960863, -0.7034186147, 1.7076147010))  # fmt: skip
_LUMINANCE = (0.2126, 0.7152, 0.0722)
_ROUNDING = 0.0005  # a channel may leave [0, 1] by this much and still be the same colour

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Oklch:
    """lightness 0 (black) to 1 (white), chroma 0 (grey) to about 0.3, hue in degrees."""

    lightness: float
    chroma: float
    hue: float


def hex_of(colour: Oklch) -> str:
    """`#rrggbb`. Chroma gives way until the colour fits a screen; lightness and hue stay."""
    chroma = colour.chroma
    while chroma > 0 and not _fits(_linear(Oklch(colour.lightness, chroma, colour.hue))):
        chroma -= 0.004
    channels = _linear(Oklch(colour.lightness, max(chroma, 0.0), colour.hue))
    return "#" + "".join(f"{round(255 * _encoded(min(1.0, max(0.0, c)))):02x}" for c in channels)


def oklch_of(hex_colour: str) -> Oklch:
    """The colour behind `#rrggbb`. Raises ValueError when the text is no such colour."""
    if not _HEX.fullmatch(hex_colour):
        raise ValueError(f'"{hex_colour}" is no colour. Write six hexadecimal digits: "#1f6f5c".')
    cone = _times(_TO_CONE, _channels(hex_colour))
    lightness, a, b = _times(_TO_LAB, _each_root(cone))
    return Oklch(lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast of two `#rrggbb` colours, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _linear(colour: Oklch) -> Triple:
    angle = math.radians(colour.hue)
    lab = (colour.lightness, colour.chroma * math.cos(angle), colour.chroma * math.sin(angle))
    long, medium, short = _times(_FROM_LAB, lab)
    return _times(_FROM_CONE, (long**3, medium**3, short**3))


def _fits(channels: Triple) -> bool:
    return all(-_ROUNDING <= c <= 1 + _ROUNDING for c in channels)


def _times(matrix: tuple[Triple, Triple, Triple], vector: Triple) -> Triple:
    x, y, z = (sum(m * v for m, v in zip(row, vector, strict=True)) for row in matrix)
    return x, y, z


def _each_root(cone: Triple) -> Triple:
    x, y, z = (math.cbrt(c) for c in cone)
    return x, y, z


def _channels(hex_colour: str) -> Triple:
    red, green, blue = (_decoded(int(hex_colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return red, green, blue


def _luminance(hex_colour: str) -> float:
    return sum(w * c for w, c in zip(_LUMINANCE, _channels(hex_colour), strict=True))


def _encoded(linear: float) -> float:
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055


def _decoded(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
