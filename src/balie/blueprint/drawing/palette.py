"""The colours of the drawing: on white paper, on a dark screen, and quiet, under one lit field.

Every colour is a role. In each palette all texts have a contrast of 4.5 or more with every ground
that they stand on, and lines 3 or more; a test measures it. The values of `LIGHT` that are not the
same role are not the same colour, so that a page can turn a drawing dark with a style sheet
(`recoloured`): in the drawing itself there are only presentation attributes.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """One colour for each role, as #rrggbb. grounds: paper, portal, behind the scenes, systems,
    every other track. systems: six, beside which a system also has a shape."""

    ink: str
    muted: str
    grey: str
    alarm: str
    on_dark: str
    address: str
    good: str
    bad: str
    hair: str
    edge: str
    line: str
    bar: str
    card: str
    machine: str
    machine_edge: str
    slip: str
    slip_edge: str
    screen_bar: str
    screen_edge: str
    curve: str
    marker: str
    absent: str
    grounds: tuple[str, str, str, str, str]
    systems: tuple[str, str, str, str, str, str]

    def system(self, number: int) -> str:
        """The colour of a system, by its number."""
        return self.systems[number % len(self.systems)]


LIGHT = Palette(
    ink="#172033",
    muted="#566076",
    grey="#6b7488",
    alarm="#a3241a",
    on_dark="#fffffe",
    address="#3c5578",
    good="#1d7f4e",
    bad="#b3361f",
    hair="#e3eaf4",
    edge="#8e99ad",
    line="#182134",
    bar="#18233a",
    card="#fefefe",
    machine="#f7f8fb",
    machine_edge="#a9b2c3",
    slip="#fffdf4",
    slip_edge="#c9be90",
    screen_bar="#dce8f7",
    screen_edge="#9fb4d1",
    curve="#9aa3b5",
    marker="#ffe27a",
    absent="#ccd3df",
    grounds=("#ffffff", "#f2f7fd", "#eceff4", "#e2e6ee", "#dce1ea"),
    systems=("#0a62bb", "#a63d8f", "#8f5200", "#1f6f43", "#6246c9", "#00686f"),
)

DARK = Palette(
    ink="#edf1f8",
    muted="#a9b4c8",
    grey="#98a4ba",
    alarm="#ff9c8f",
    on_dark="#ffffff",
    address="#a9c4ea",
    good="#66d09b",
    bad="#ff9c8f",
    hair="#33405a",
    edge="#71809b",
    line="#c3ccdc",
    bar="#35486e",
    card="#1e283b",
    machine="#182031",
    machine_edge="#5d6b86",
    slip="#2e2b1c",
    slip_edge="#8a8052",
    screen_bar="#2a3a57",
    screen_edge="#56709a",
    curve="#7b88a1",
    marker="#463900",
    absent="#3c4860",
    grounds=("#161d2b", "#131a28", "#0f1521", "#0b101a", "#080c14"),
    systems=("#79b8ff", "#ec9bdb", "#e8b064", "#74cf9b", "#b9a8ff", "#5ccbd2"),
)


def quiet(palette: Palette) -> Palette:
    """The same drawing in greys, so that what is lit stands out. Every text can still be read."""
    return replace(
        palette,
        ink=palette.muted,
        alarm=palette.muted,
        address=palette.muted,
        good=palette.grey,
        bad=palette.grey,
        bar=palette.muted if palette is LIGHT else palette.hair,
        line=palette.edge,
        slip=palette.card,
        slip_edge=palette.edge,
        screen_bar=palette.machine if palette is DARK else palette.hair,
        systems=(palette.grey,) * 6,
    )


def recoloured(of: str, light: Palette = LIGHT, dark: Palette = DARK) -> str:
    """Style rules that turn a light drawing dark, below a selector such as ".drawing svg"."""
    return "\n".join(
        f'{of} [{attribute}="{old}"] {{ {attribute}: {new} }}'
        for old, new in _pairs(light, dark)
        for attribute in ("fill", "stroke")
    )


def _pairs(light: Palette, dark: Palette) -> Iterator[tuple[str, str]]:
    ours, theirs = asdict(light), asdict(dark)
    for role, colour in ours.items():
        if isinstance(colour, str):
            yield colour, theirs[role]
        else:
            yield from zip(colour, theirs[role], strict=True)
