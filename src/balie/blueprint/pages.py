"""What stands in `pages/<step>.html`: a template that replaces parts of a step's generated page.

Here it is only read, with Jinja's own parser, so that what is wrong is known before anybody opens
the page. The frontstage renders it. What a template may use is named here; tests hold these names
against the pages and the data that there are.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser

from jinja2 import Environment, TemplateSyntaxError, nodes

from balie.blueprint.model import Blueprint
from balie.blueprint.source import Span, Text
from balie.blueprint.spelling import did_you_mean

HOME = "pages/"
ENDING = ".html"
GENERATED = "generated.html"
"""What every page of one's own extends: the page that Balie makes of the step."""

BLOCKS = (
    "title", "way_up", "heading", "above", "below", "notices", "before", "content", "after",
    "next", "timelines", "facts", "listings", "figures", "ways",
)  # fmt: skip
"""The parts of a generated page, in their order. `before` and `after` are empty."""

IMPORTS = frozenset({"macros/ui.html", "macros/icons.html"})

NAMES = frozenset({"page", "told", "t", "say", "asset", "chrome", "lineage", "ui", "icon"})
"""What a template knows. page, told: the data of the page; t, say: words; ui, icon: its looks.

asset: the address of a picture in brand/, `asset("brand/shop.png")`.
"""

ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "page": frozenset({
        "step", "kind", "title", "headline", "address", "blocks", "menu", "acting_for", "help",
        "up", "ways", "notices", "as_of", "arranged", "again", "trust",
    }),
    "told": frozenset({
        "notices", "of_block", "older", "facts", "listings", "timelines", "numbers", "charts",
    }),
    "t": frozenset({"say", "count", "ago", "at", "clock", "day", "today", "language"}),
    "say": frozenset(),
    "asset": frozenset(),
}  # fmt: skip
"""Of the names above, what each holds."""

FORBIDDEN_FILTERS = frozenset({"safe"})
"""`safe` would put a system's text into the page as markup."""

UNESCAPED = (
    '"autoescape" would put text into the page as markup',
    ("leave it out: what is text is written as text",),
)

_JINJA = Environment(autoescape=True)
_OF_JINJA = frozenset({"range", "dict", "namespace", "loop", "self", "super", "caller"})
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a template, on which line (from 1), and how to mend it."""

    line: int
    message: str
    help: tuple[str, ...] = ()


def own_pages(blueprint: Blueprint) -> Mapping[str, str]:
    """The templates of a blueprint by the id of their step."""
    return {
        name.removeprefix(HOME).removesuffix(ENDING): text
        for name, text in blueprint.texts.items()
        if name.startswith(HOME) and name.endswith(ENDING)
    }


def file_of(step: str) -> str:
    """The file of a step's own page."""
    return f"{HOME}{step}{ENDING}"


def line_of(step: str, number: int, blueprint: Blueprint) -> Span:
    """The place of a whole line of a step's own page."""
    lines = own_pages(blueprint)[step].split("\n")
    line = lines[number - 1] if number <= len(lines) else ""
    begin = len(line) - len(line.lstrip()) + 1
    return Span(file_of(step), number, begin, max(begin + 1, len(line.rstrip()) + 1))


# ---- as a template


@lru_cache(maxsize=256)
def template_faults(text: str) -> tuple[Fault, ...]:
    """What would fail when the page is rendered: syntax, and names that are not there."""
    try:
        tree = _JINJA.parse(text)
    except TemplateSyntaxError as error:
        return (Fault(error.lineno, str(error.message).rstrip(".")),)
    found = [*_sources(tree), *_blocks(tree), *_names(tree), *_attributes(tree), *_filters(tree)]
    found += [Fault(line, *UNESCAPED) for line in unescaped(tree)]
    return tuple(sorted(found, key=lambda fault: fault.line))


def _sources(tree: nodes.Template) -> Iterator[Fault]:
    extended = list(tree.find_all(nodes.Extends))
    if not extended:
        yield Fault(
            1,
            f'this page does not begin with  {{% extends "{GENERATED}" %}}',
            ("it replaces parts of the page that Balie makes, between  {% block … %}",),
        )
    for node in extended:
        yield from _source(node.template, frozenset({GENERATED}))
    for imported in tree.find_all(nodes.Import):
        yield from _source(imported.template, IMPORTS)
    for chosen in tree.find_all(nodes.FromImport):
        yield from _source(chosen.template, IMPORTS)
    for included in tree.find_all(nodes.Include):
        yield from _source(included.template, IMPORTS)


def _source(node: nodes.Expr, allowed: frozenset[str]) -> Iterator[Fault]:
    name = node.value if isinstance(node, nodes.Const) else None
    if name not in allowed:
        yield Fault(node.lineno, "this file cannot be used here", (_there_are(allowed),))


def _blocks(tree: nodes.Template) -> Iterator[Fault]:
    for node in tree.find_all(nodes.Block):
        if node.name not in BLOCKS:
            yield Fault(
                node.lineno,
                f'the generated page has no part "{node.name}"',
                did_you_mean(node.name, BLOCKS) or (_there_are(BLOCKS),),
            )


def _names(tree: nodes.Template) -> Iterator[Fault]:
    made = {node.name for node in tree.find_all(nodes.Name) if node.ctx != "load"}
    made |= {node.target for node in tree.find_all(nodes.Import)}
    made |= {macro.name for macro in tree.find_all(nodes.Macro)}
    made |= {_as(name) for node in tree.find_all(nodes.FromImport) for name in node.names}
    known = made | NAMES | _OF_JINJA
    for node in tree.find_all(nodes.Name):
        if node.ctx == "load" and node.name not in known:
            yield Fault(
                node.lineno,
                f'nothing is called "{node.name}" here',
                did_you_mean(node.name, sorted(made | NAMES)) or (_there_are(NAMES),),
            )


def _as(name: str | tuple[str, str]) -> str:
    return name if isinstance(name, str) else name[1]


def _attributes(tree: nodes.Template) -> Iterator[Fault]:
    for node in tree.find_all(nodes.Getattr):
        if node.attr == "sources":
            yield Fault(node.lineno, "customers never read from which system something comes")
        if not isinstance(node.node, nodes.Name):
            continue
        held = ATTRIBUTES.get(node.node.name)
        if held is not None and node.attr not in held:
            yield Fault(
                node.lineno,
                f'"{node.node.name}" holds no "{node.attr}"',
                did_you_mean(node.attr, sorted(held)) or ((_there_are(held),) if held else ()),
            )


def _filters(tree: nodes.Template) -> Iterator[Fault]:
    for kind, known in ((nodes.Filter, _JINJA.filters), (nodes.Test, _JINJA.tests)):
        for node in tree.find_all(kind):
            if node.name in FORBIDDEN_FILTERS:
                yield Fault(
                    node.lineno,
                    f'"{node.name}" would put text into the page as markup',
                    ("leave it out: what is text is written as text",),
                )
            elif node.name not in known:
                sign = "|" if kind is nodes.Filter else "is"
                yield Fault(
                    node.lineno,
                    f'there is no "{node.name}" to write behind  {sign}',
                    did_you_mean(node.name, sorted(known)),
                )


def unescaped(tree: nodes.Template) -> Iterator[int]:
    """The lines on which a template changes how text is written: `{% autoescape … %}`."""
    yield from (node.lineno for node in tree.find_all(nodes.EvalContextModifier))


def _there_are(names: "frozenset[str] | tuple[str, ...]") -> str:
    return f"there are: {', '.join(names if isinstance(names, tuple) else sorted(names))}"


# ---- as pictures

BRAND = "brand/"
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif")
"""Endings of the pictures in brand/ that pages may show. Drawings (SVG) stand in the page."""


def pictures(blueprint: Blueprint) -> Mapping[str, bytes]:
    """The pictures of a blueprint that its pages may show, by name: "brand/shop.png"."""
    return {
        name: content
        for name, content in blueprint.files.items()
        if name.startswith(BRAND) and name.lower().endswith(PICTURES)
    }


def picture_faults(text: str, blueprint: Blueprint) -> Iterator[Fault]:
    """Pictures that a page shows by `asset("...")` and that are not there."""
    there = pictures(blueprint)
    for line, name in _texts_given_to("asset", text):
        if name not in there:
            help_ = did_you_mean(name, sorted(there)) or (
                f"pictures stand in {BRAND} and end in {', '.join(PICTURES)}",
            )
            yield Fault(line, f'there is no picture "{name}"', help_)


# ---- as words


def said(blueprint: Blueprint) -> Iterator[Text]:
    """Every text that a page of one's own says with `say("...")`, which words/ translates."""
    for step, text in own_pages(blueprint).items():
        for line, words in _texts_given_to("say", text):
            yield Text(words, line_of(step, line, blueprint))


@lru_cache(maxsize=256)
def _texts_given_to(name: str, text: str) -> tuple[tuple[int, str], ...]:
    """The texts between the brackets of a name of the template, such as `say("...")`."""
    try:
        tree = _JINJA.parse(text)
    except TemplateSyntaxError:
        return ()
    return tuple(
        (call.lineno, call.args[0].value)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name == name
        if call.args and isinstance(call.args[0], nodes.Const)
        if isinstance(call.args[0].value, str)
    )


# ---- as HTML


@lru_cache(maxsize=256)
def markup_faults(text: str) -> tuple[Fault, ...]:
    """What no page may hold: scripts, styles of its own, anything from another website."""
    return tuple(_looked_through(text).faults)


@lru_cache(maxsize=256)
def bare_words(text: str) -> tuple[Fault, ...]:
    """Words that are written in the page itself, so that they are the same in every language."""
    return tuple(_looked_through(text).words)


def _looked_through(text: str) -> "_Markup":
    markup = _Markup()
    markup.feed(_TAG.sub(lambda tag: re.sub(r"[^\n]", " ", tag[0]), text))
    markup.close()
    return markup


_ELEMENTS = frozenset(
    {"script", "style", "link", "iframe", "object", "embed", "base", "meta", "frame", "applet"}
)
_FETCHED = frozenset({"src", "srcset", "poster", "data", "action", "formaction", "background"})
_READ = frozenset({"alt", "aria-label", "placeholder", "title"})


class _Markup(HTMLParser):
    """Goes through a page from top to bottom."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[Fault] = []
        self.words: list[Fault] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _ELEMENTS:
            self._fault(f"a page has no <{tag}> of its own", "its looks come with the page")
        for name, value in attrs:
            self._look(name, (value or "").strip())

    def _look(self, name: str, value: str) -> None:
        if name.startswith("on"):
            self._fault(f'a page runs no script: "{name}"', "a page works without scripts")
        elif name == "style":
            self._fault('browsers ignore a "style" here', "use a class of the page's own looks")
        elif value.lower().replace("\t", "").startswith(("javascript:", "data:", "vbscript:")):
            self._fault("an address runs no script", "give the address of a page")
        elif name in _FETCHED and re.match(r"(?:[a-z][a-z0-9+.-]*:)?//", value, re.IGNORECASE):
            self._fault(
                "browsers fetch nothing here from another website",
                'put the picture in brand/ and write  src="{{ asset("brand/…") }}"',
            )
        elif name in _READ:
            self._text(value)

    def handle_data(self, data: str) -> None:
        self._text(data)

    def _text(self, data: str) -> None:
        words = " ".join(data.split())
        if re.search(r"[^\W\d_]{2}", words):
            self.words.append(
                Fault(
                    self.getpos()[0] + data[: len(data) - len(data.lstrip())].count("\n"),
                    f'"{words}" is the same in every language',
                    (f'write  {{{{ say("{words}") }}}}  and translate it in words/',),
                )
            )

    def _fault(self, message: str, help_: str) -> None:
        self.faults.append(Fault(self.getpos()[0], message, (help_,)))
