"""The organisation's own files, made when Balie starts: its palette and its icon."""

from collections.abc import Mapping

from balie.blueprint.model import Blueprint
from balie.blueprint.pages import pictures
from balie.frontstage.logo import safe_logo
from balie.frontstage.looks import Identity
from balie.frontstage.theme import Theme, theme_of


def identity_of(blueprint: Blueprint) -> Identity:
    """Name and logo as every page shows them. Raises ValueError for a logo that is no SVG."""
    brand = blueprint.brand
    drawing = blueprint.files.get(brand.logo) if brand.logo else None
    return Identity(brand=str(brand.name), logo=safe_logo(drawing) if drawing else None)


def brand_files(blueprint: Blueprint) -> Mapping[str, bytes]:
    """Static files that differ per organisation.

    Raises UnreadableTheme when the seed colour gives text that cannot be read.
    """
    theme = theme_of(str(blueprint.brand.seed_colour))
    return {
        "tokens.css": theme.css().encode(),
        "icon.svg": _icon(theme, str(blueprint.brand.name)).encode(),
        **pictures(blueprint),
    }


def _icon(theme: Theme, name: str) -> str:
    letter = next((c for c in name.upper() if c.isalnum()), "·")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
        f'<rect width="32" height="32" rx="9" fill="{theme.light["brand"]}"/>'
        f'<text x="16" y="23" font-family="sans-serif" font-size="20" font-weight="700" '
        f'text-anchor="middle" fill="{theme.light["on-brand"]}">{letter}</text></svg>'
    )
