"""The looks of every page, whoever makes it: one layout, one stylesheet, one set of words.

`Chrome` is what stands around a page. A package that has pages of its own gives `Looks` a folder of
templates; each begins with `{% extends "layout.html" %}` and fills the blocks `title` and `main`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import accumulate
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from balie.backstage.page import Help, MenuItem
from balie.frontstage import values
from balie.frontstage.assets import Assets
from balie.frontstage.moments import Voice

OWN_TEMPLATES = Path(__file__).parent / "templates"
SIGN_OUT = "/accounts/logout/"
ACTIVATE = "/accounts/activate/"
_IN_THE_BAR = 5  # entries that fit beside each other on a phone
_LETTERS, _LETTERS_BESIDE_MORE = 75, 56  # that fit in one row of the header


class Appearance(StrEnum):
    """Light or dark, as the reader chose; AUTO follows the device."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class Mode(StrEnum):
    """How a rehearsed system behaves in the demo."""

    ON = "on"
    SLOW = "slow"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Link:
    """An address with its label."""

    label: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """How the organisation looks: the same on every page.

    logo: from `safe_logo`; without one the name is shown in letters.
    """

    brand: str
    logo: Markup | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is signed in. links: their own pages, such as security. sign_out: a page that asks.

    acts_at: where somebody who has a choice says for whom they act; "" for who has none.
    """

    name: str
    acting_for: str | None = None
    links: tuple[Link, ...] = ()
    sign_out: str = SIGN_OUT
    acts_at: str = ""

    @property
    def initials(self) -> str:
        """One or two letters for the round picture."""
        words = self.name.split() or ["?"]
        return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """What stands on every page of whoever acts as a customer: of staff, or who represents them."""

    staff: str
    customer: str
    until: datetime
    writes: bool
    represents: bool = False


@dataclass(frozen=True, slots=True)
class Switch:
    """A rehearsed system and how it behaves now."""

    system: str
    title: str
    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Chrome:
    """All that stands around a page.

    t: the language that speaks. service: the service's name in that language.
    address: of this page, with its query, without `lang` and `theme`; "" leaves out the switches.
    languages: those offered, code -> own name. icons: address of a menu entry -> icon.
    footer: links that exist only when the service has them (privacy, withdrawal).
    switches: None outside the demo. origins: whether a `?` says where a value comes from.
    staff: a wide page, marked as for staff. acting: somebody is here as a customer.
    asks_cookies: whether cookies of others are still to be answered; None when there are none.
    scripts: of others, that were allowed.
    """

    t: Voice
    identity: Identity
    service: str
    address: str = ""
    home: str = "/"
    languages: Mapping[str, str]
    appearance: Appearance = Appearance.AUTO
    menu: tuple[MenuItem, ...] = ()
    icons: Mapping[str, str]
    person: Person | None = None
    help: Help | None = None
    footer: tuple[Link, ...] = ()
    switches: tuple[Switch, ...] | None = None
    origins: bool = False
    staff: str | None = None
    acting: Banner | None = None
    asks_cookies: bool | None = None
    scripts: Sequence[str] = ()

    @property
    def bar(self) -> tuple[MenuItem, ...]:
        """Menu entries that are always in sight: as many as fit, and two at least."""
        letters = list(accumulate(len(item.label) for item in self.menu))
        if len(self.menu) <= _IN_THE_BAR and sum(len(i.label) for i in self.menu) <= _LETTERS:
            return self.menu
        fitting = sum(1 for so_far in letters if so_far <= _LETTERS_BESIDE_MORE)
        return self.menu[: max(2, min(fitting, _IN_THE_BAR - 1))]

    @property
    def more(self) -> tuple[MenuItem, ...]:
        """Menu entries behind "more"."""
        return self.menu[len(self.bar) :]

    def address_with(self, choice: str) -> str:
        """This page's address with a choice added: `lang=en`, `theme=dark`."""
        return f"{self.address}{'&' if '?' in self.address else '?'}{choice}"


class Looks:
    """Renders pages. One environment for both web layers.

    folders: more templates, such as those of the sign-in pages.
    """

    def __init__(self, assets: Assets, folders: Sequence[Path] = ()) -> None:
        self.environment = Environment(
            loader=FileSystemLoader([OWN_TEMPLATES, *folders]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self.environment.globals |= {
            "asset": assets.address,
            "cell_value": values.value,
            "table_heads": values.heads,
            "table_rows": values.rows,
        }

    def render(self, template: str, chrome: Chrome, **context: object) -> str:
        """A template of ours, or of one of the folders, as a whole page."""
        return self.environment.get_template(template).render(around(chrome) | context)


def around(chrome: Chrome) -> dict[str, object]:
    """What `layout.html` needs in the context; for a web layer that renders by itself."""
    return {"chrome": chrome, "t": chrome.t}
