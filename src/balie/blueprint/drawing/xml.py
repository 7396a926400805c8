"""Writing elements: attributes in the order given, numbers short, every text escaped."""

import html
import re
from collections.abc import Mapping

Attribute = str | float | int
Attributes = Mapping[str, Attribute]

UNWRITABLE = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold at all."""


def number(value: float) -> str:
    """A number with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


def escaped(text: str) -> str:
    """A text that is safe in an element and in an attribute."""
    return html.escape(UNWRITABLE.sub("", text), quote=True)


def element(name: str, *inner: str, **attributes: Attribute) -> str:
    """An element. An underscore in an attribute's name is a dash; one at its end is dropped.

    `inner` is markup already: escape texts with `escaped`.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for key, value in attributes.items()
    )
    if not inner:
        return f"<{name}{written}/>"
    return f"<{name}{written}>{''.join(inner)}</{name}>"


def _value(value: Attribute) -> str:
    return escaped(value) if isinstance(value, str) else number(value)
