"""One seed colour becomes the whole palette, light and dark: `brand.yaml`, `seed colour:`.

Every text colour is checked against every ground it can stand on. A palette that people with
poor sight could not read is refused, with the pair that fails.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from balie.frontstage.colour import Oklch, contrast, hex_of, oklch_of

Tokens = Mapping[str, str]
"""Token name -> CSS value, such as `ink` -> `#0f2220`."""

_TONES = {"ok": 155.0, "warn": 70.0, "bad": 25.0, "info": 250.0}
_FOCUS_HUE = 262.0
_GROUNDS = ("bg", "surface", "sunken")


@dataclass(frozen=True, slots=True)
class Pair:
    """A colour that is read on a ground, and the contrast that it needs."""

    colour: str
    ground: str
    needs: float


@dataclass(frozen=True, slots=True)
class Measured:
    """A pair with its contrast in one mode."""

    mode: str
    pair: Pair
    contrast: float

    @property
    def margin(self) -> float:
        """Below 1 fails."""
        return self.contrast / self.pair.needs

    def __str__(self) -> str:
        wanted = f"{self.contrast:.2f}:1, and it needs {self.pair.needs:g}:1"
        return f"{self.mode}: {self.pair.colour} on {self.pair.ground} has {wanted}"


class UnreadableTheme(ValueError):
    """A palette with text that cannot be read; the message names the pair."""


@dataclass(frozen=True, slots=True)
class Theme:
    """Two palettes that passed."""

    light: Tokens
    dark: Tokens

    def measured(self) -> tuple[Measured, ...]:
        """Every pair of both modes, the tightest first."""
        both = [*_measure("light", self.light), *_measure("dark", self.dark)]
        return tuple(sorted(both, key=lambda measured: measured.margin))

    def css(self) -> str:
        """The stylesheet that everything else takes its colours from."""
        light, dark = _declarations("light", self.light), _declarations("dark", self.dark)
        return (
            f":root{{{light}}}\n"
            f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n"
            f":root[data-theme=dark]{{{dark}}}\n"
            f"@media print{{:root:root:root{{{light}}}}}\n"
        )


def theme_of(seed: str, overrides: Mapping[str, Tokens] = MappingProxyType({})) -> Theme:
    """The theme of a seed colour (`#rrggbb`), with own values per mode ("light", "dark") on top.

    Raises UnreadableTheme when a pair fails, ValueError when a colour is no colour.
    """
    colour = oklch_of(seed)
    seeded = Oklch(colour.lightness, min(colour.chroma, 0.17), colour.hue)
    theme = Theme(
        MappingProxyType(_light(seeded) | dict(overrides.get("light", {}))),
        MappingProxyType(_dark(seeded) | dict(overrides.get("dark", {}))),
    )
    failing = [str(measured) for measured in theme.measured() if measured.margin < 1]
    if failing:
        raise UnreadableTheme(f"This theme cannot be read by everybody. In {'; '.join(failing)}.")
    return theme


def pairs() -> tuple[Pair, ...]:
    """Which colours are read on which grounds, and how well they must stand out."""
    plain = (*_GROUNDS, "brand-tint")
    tones = [
        *(Pair(f"{tone}-ink", ground, 4.5) for tone in _TONES for ground in _GROUNDS),
        *(Pair(f"{tone}-ink", f"{tone}-tint", 4.5) for tone in _TONES),
        *(Pair("ink", f"{tone}-tint", 7) for tone in _TONES),
    ]
    return (
        *(Pair("ink", ground, 7) for ground in plain),
        *(Pair("ink-soft", ground, 4.5) for ground in plain),
        *(Pair("link", ground, 4.5) for ground in plain),
        *(Pair("on-brand", ground, 4.5) for ground in ("brand", "brand-hover")),
        Pair("on-deep", "brand-deep", 7),
        Pair("on-deep", "brand-glow", 4.5),
        Pair("on-deep-soft", "brand-deep", 4.5),
        Pair("on-deep-soft", "brand-glow", 4.5),
        *tones,
        *(Pair("line-strong", ground, 3) for ground in ("bg", "surface")),
        *(Pair("bar", ground, 3) for ground in ("surface", "sunken")),
        *(Pair("focus", ground, 3) for ground in _GROUNDS),
    )


def _measure(mode: str, tokens: Tokens) -> list[Measured]:
    return [Measured(mode, p, contrast(tokens[p.colour], tokens[p.ground])) for p in pairs()]


def _declarations(mode: str, tokens: Tokens) -> str:
    return f"color-scheme:{mode};" + "".join(f"--{name}:{v};" for name, v in tokens.items())


def _readable(hue: float, chroma: float, on: Sequence[str], needs: float, start: float) -> str:
    """The colour nearest to lightness `start` that stands out enough on all the grounds.

    Looks darker from a light ground and lighter from a dark one.
    """
    step = -0.005 if oklch_of(on[0]).lightness > 0.5 else 0.005
    lightness = start
    while 0 <= lightness <= 1:
        colour = hex_of(Oklch(lightness, chroma, hue))
        if all(contrast(colour, ground) >= needs for ground in on):
            return colour
        lightness += step
    raise UnreadableTheme(f"No shade of hue {hue:.0f} reaches {needs}:1 on {', '.join(on)}.")


def _light(seed: Oklch) -> dict[str, str]:
    hue = seed.hue
    bg, surface = hex_of(Oklch(0.980, 0.004, hue)), "#ffffff"
    sunken, tint = hex_of(Oklch(0.960, 0.006, hue)), hex_of(Oklch(0.954, 0.022, hue))
    grounds = (bg, surface, sunken)
    deep = Oklch(0.29, min(seed.chroma, 0.07), hue)
    return {
        "bg": bg,
        "surface": surface,
        "sunken": sunken,
        "line": hex_of(Oklch(0.905, 0.010, hue)),
        "line-strong": _readable(hue, 0.02, (surface, bg), 3.2, 0.75),
        "ink": hex_of(Oklch(0.235, 0.025, hue)),
        "ink-soft": _readable(hue, 0.02, grounds, 5.6, 0.60),
        **_light_brand(seed),
        "brand-tint": tint,
        **_deep(deep, glow=0.09),
        "link": _readable(hue, seed.chroma, (*grounds, tint), 5.0, 0.60),
        "bar": _readable(hue, min(seed.chroma, 0.10), (surface, sunken), 3.2, 0.72),
        **{name: value for tone in _TONES for name, value in _light_tone(tone, grounds)},
        "focus": _readable(_FOCUS_HUE, 0.20, grounds, 4.5, 0.60),
        "shadow": "0 1px 2px rgb(15 30 35/.05),0 6px 20px -8px rgb(15 30 35/.10)",
    }


def _light_brand(seed: Oklch) -> dict[str, str]:
    hue, chroma = seed.hue, seed.chroma
    if seed.lightness > 0.78 and chroma > 0.06:  # yellow or lime: keep it, with dark text on it
        return {
            "brand": hex_of(seed),
            "on-brand": hex_of(Oklch(0.2, 0.03, hue)),
            "brand-hover": hex_of(Oklch(seed.lightness - 0.06, chroma, hue)),
        }
    white = ("#ffffff",)
    return {
        "brand": _readable(hue, chroma, white, 5.4, min(seed.lightness + 0.05, 0.62)),
        "on-brand": "#ffffff",
        "brand-hover": _readable(hue, chroma, white, 7.6, 0.60),
    }


def _light_tone(tone: str, grounds: Sequence[str]) -> tuple[tuple[str, str], ...]:
    hue = _TONES[tone]
    tint = hex_of(Oklch(0.955, 0.035, hue))
    return (
        (f"{tone}-tint", tint),
        (f"{tone}-ink", _readable(hue, 0.11, (*grounds, tint), 5.2, 0.60)),
        (f"{tone}-line", hex_of(Oklch(0.86, 0.07, hue))),
    )


def _dark(seed: Oklch) -> dict[str, str]:
    hue = seed.hue
    bg, surface = hex_of(Oklch(0.175, 0.012, hue)), hex_of(Oklch(0.215, 0.014, hue))
    sunken = hex_of(Oklch(0.255, 0.016, hue))
    tint = hex_of(Oklch(0.285, min(seed.chroma, 0.045), hue))
    grounds = (bg, surface, sunken)
    return {
        "bg": bg,
        "surface": surface,
        "sunken": sunken,
        "line": hex_of(Oklch(0.315, 0.018, hue)),
        "line-strong": _readable(hue, 0.02, grounds, 3.2, 0.45),
        "ink": hex_of(Oklch(0.955, 0.008, hue)),
        "ink-soft": _readable(hue, 0.014, grounds, 6.4, 0.60),
        "brand": hex_of(Oklch(0.80, min(seed.chroma, 0.12), hue)),
        "on-brand": hex_of(Oklch(0.19, 0.03, hue)),
        "brand-hover": hex_of(Oklch(0.87, min(seed.chroma, 0.10), hue)),
        "brand-tint": tint,
        **_deep(Oklch(0.275, min(seed.chroma, 0.055), hue), glow=0.10),
        "link": _readable(hue, min(seed.chroma, 0.12), (*grounds, tint), 7, 0.70),
        "bar": _readable(hue, min(seed.chroma, 0.09), (surface, sunken), 3.2, 0.55),
        **{name: value for tone in _TONES for name, value in _dark_tone(tone, grounds)},
        "focus": _readable(_FOCUS_HUE, 0.14, grounds, 5, 0.70),
        "shadow": "0 1px 2px rgb(0 0 0/.3)",
    }


def _dark_tone(tone: str, grounds: Sequence[str]) -> tuple[tuple[str, str], ...]:
    hue = _TONES[tone]
    return (
        (f"{tone}-tint", hex_of(Oklch(0.285, 0.045, hue))),
        (f"{tone}-ink", _readable(hue, 0.11, grounds, 6.6, 0.70)),
        (f"{tone}-line", hex_of(Oklch(0.42, 0.07, hue))),
    )


def _deep(deep: Oklch, glow: float) -> dict[str, str]:
    """The one dark card of a page: its ground, the glow in its corner, and what is read on it."""
    ground = hex_of(deep)
    glowing = hex_of(Oklch(deep.lightness + glow, deep.chroma * 1.2, deep.hue))
    return {
        "brand-deep": ground,
        "brand-glow": glowing,
        "on-deep": hex_of(Oklch(0.975, 0.012, deep.hue)),
        "on-deep-soft": _readable(deep.hue, 0.03, (ground, glowing), 5.6, 0.70),
    }
