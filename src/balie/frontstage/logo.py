"""The organisation's logo, made safe to stand inside our pages: `brand.yaml`, `logo:`.

Drawings keep their shapes and colours. Scripts, links, embedded pictures, styles and whatever
else an SVG can smuggle in are left out.
"""

import re
from xml.etree.ElementTree import Element, ParseError, register_namespace, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from markupsafe import Markup

_SVG = "{http://www.w3.org/2000/svg}"
_SHAPES = frozenset(
    [
        "svg",
        "g",
        "path",
        "circle",
        "ellipse",
        "rect",
        "line",
        "polyline",
        "polygon",
        "text",
        "tspan",
        "title",
        "desc",
        "defs",
        "linearGradient",
        "radialGradient",
        "stop",
        "clipPath",
        "mask",
    ]
)
_ATTRIBUTES = frozenset(
    [
        "viewBox",
        "d",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "fx",
        "fy",
        "dx",
        "dy",
        "width",
        "height",
        "points",
        "transform",
        "offset",
        "fill",
        "fill-rule",
        "fill-opacity",
        "stroke",
        "stroke-width",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-dasharray",
        "stroke-opacity",
        "stroke-miterlimit",
        "opacity",
        "stop-color",
        "stop-opacity",
        "clip-path",
        "clip-rule",
        "mask",
        "color",
        "id",
        "gradientUnits",
        "gradientTransform",
        "font-family",
        "font-size",
        "font-weight",
        "letter-spacing",
        "text-anchor",
        "preserveAspectRatio",
    ]
)
_REFERENCE = re.compile(r"url\(\s*#([\w-]+)\s*\)")
_ANY_URL = re.compile(r"url\(", re.IGNORECASE)


def safe_logo(svg: bytes) -> Markup:
    """The drawing as markup for inside a page, without a name of its own for screen readers.

    Raises ValueError in plain words when this is no SVG drawing.
    """
    try:
        root: Element = fromstring(svg, forbid_dtd=True)
    except (ParseError, DefusedXmlException) as error:
        raise ValueError("The logo is no SVG that can be read. Export it again as SVG.") from error
    if root.tag != f"{_SVG}svg" or "viewBox" not in root.attrib:
        raise ValueError("The logo needs <svg> with a viewBox, so that it can be scaled.")
    clean = _clean(root)
    clean.attrib = {"viewBox": root.attrib["viewBox"], "aria-hidden": "true", "class": "mark"}
    register_namespace("", _SVG.strip("{}"))  # others may have taken the empty prefix since
    return Markup(tostring(clean, encoding="unicode"))  # noqa: S704  made of allowed parts only


def _clean(element: Element) -> Element:
    clean = Element(element.tag, {k: _value(k, v) for k, v in element.items() if _allowed(k, v)})
    clean.text, clean.tail = element.text, element.tail
    clean.extend(_clean(child) for child in element if _is_shape(child))
    return clean


def _is_shape(element: Element) -> bool:
    return element.tag.removeprefix(_SVG) in _SHAPES


def _allowed(name: str, value: str) -> bool:
    outside = _ANY_URL.search(_REFERENCE.sub("", value))
    return name in _ATTRIBUTES and outside is None


def _value(name: str, value: str) -> str:
    # Ids are the page's own: a logo's may not meet them.
    return f"logo-{value}" if name == "id" else _REFERENCE.sub(r"url(#logo-\1)", value)
