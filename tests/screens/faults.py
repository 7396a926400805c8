"""Faults planted in pages that are good, one at a time: the test of the tests."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.screens.screen import File, Recording, Screen

Change = Callable[[str], str]
_HTML = {"content-type": "text/html; charset=utf-8"}


@dataclass(frozen=True)
class Fault:
    """On which kind of page it is planted, how, and which checks must notice it."""

    name: str
    page: str
    noticed_by: tuple[str, ...]
    html: Change = str
    css: str = ""
    script: str = ""
    policy: bool = True  # whether the page keeps its policy on content


def _instead(old: str, new: str) -> Change:
    return lambda html: html.replace(old, new, 1)


def _again(pattern: str, new: str, times: int = 0) -> Change:
    return lambda html: re.sub(pattern, new, html, count=times, flags=re.DOTALL)


def _below(new: str) -> Change:
    return _instead("</main>", f"{new}</main>")


DETAILS, LIST, WRONG, HOME = "a row", "a list", "wrong input", "home"
FAULTS = (
    # the fifteen of the design
    Fault("a field without a label", WRONG, ("axe",), _again("<label.*?</label>", "")),
    Fault("pale letters", DETAILS, ("axe",), css=".facts dt{color:#b4bcc0}"),
    Fault("a link without words", DETAILS, ("axe",), _below('<a href="/"></a>')),
    Fault("no language", DETAILS, ("axe", "outline"), _again(' lang="nl"', "", 1)),
    Fault("no first heading", DETAILS, ("outline",), _again(r"<(/?)h1", r"<\1p")),
    Fault(
        "targets of 14 px",
        DETAILS,
        ("targets",),
        _below('<p class="t"><a href="/">een</a><a href="/">twee</a></p>'),
        css=".t a{display:block;font-size:10px;line-height:14px;inline-size:14px}",
    ),
    Fault("an id twice", DETAILS, ("markup",), _below('<p id="main">Nog een</p>')),
    Fault("a tag that is not closed", DETAILS, ("markup",), _instead("</dl>", "")),
    Fault(
        "a dead link in the summary of faults",
        WRONG,
        ("dead links",),
        _again(r'<li><a href="#\w+"', '<li><a href="#nergens"', 1),
    ),
    Fault(
        "too wide at 320 px",
        DETAILS,
        ("overflow",),
        _below('<p class="w">breed</p>'),
        css=".w{inline-size:400px}",
    ),
    Fault("no ring of focus", DETAILS, ("keyboard",), css=":focus-visible{outline:none!important}"),
    Fault(
        "focus below the menu",
        LIST,
        ("keyboard",),
        css="html{scroll-padding:0!important}body{padding:0!important}"
        ".nav{position:fixed!important;inset:auto 0 0!important;min-block-size:45vh}",
    ),
    Fault(
        "a fault that is not tied to its field",
        WRONG,
        ("faults tied to fields",),
        _again(r' aria-describedby="[^"]*"', ""),
    ),
    Fault(
        "a stage by colour only",
        DETAILS,
        ("state by colour only",),
        _again(r'<span class="vh"> – [^<]*</span>', ""),
    ),
    Fault(
        "content that needs scripts",
        DETAILS,
        ("content without scripts",),
        css="main{display:none}",
        script="document.querySelector('main').style.display='block'",
    ),
    # and more of ours
    Fault(
        "a script in the page",
        DETAILS,
        ("policy on content",),
        _below("<script>document.title='x'</script>"),
    ),
    Fault(
        "a style in the page",
        DETAILS,
        ("policy on content",),
        _below('<p style="color:red">rood</p>'),
    ),
    Fault(
        "a picture from elsewhere",
        DETAILS,
        ("policy on content",),
        _below('<img src="https://elders.example/a.png" alt="iets">'),
    ),
    Fault(
        "no policy, and a picture from elsewhere",
        DETAILS,
        ("requests to elsewhere",),
        _below('<img src="https://elders.example/a.png" alt="iets">'),
        policy=False,
    ),
    Fault("a script that complains", DETAILS, ("console",), script="console.error('nee')"),
    Fault(
        "a file that is not there",
        DETAILS,
        ("dead links",),
        _instead("</head>", '<link rel="stylesheet" href="/static/weg.css"></head>'),
    ),
    Fault("a script that fails", DETAILS, ("errors of scripts",), script="nergens.iets()"),
    Fault(
        "a script that changes what is said",
        DETAILS,
        ("content without scripts",),
        script="document.querySelector('h1').textContent='Anders'",
    ),
    Fault(
        "letters that are cut off",
        DETAILS,
        ("overflow",),
        css="h1{block-size:1rem;overflow:hidden}",
    ),
    Fault(
        "texts over each other", DETAILS, ("overflow",), css=".facts dd{margin-block-start:-1.4rem}"
    ),
    Fault(
        "a ring that does not stand out",
        DETAILS,
        ("keyboard",),
        css=":focus-visible{outline-color:#e8eef0!important}",
    ),
    Fault(
        "a field with a pale edge", WRONG, ("edges",), css=".in{border:1px solid #e5e9ec!important}"
    ),
    Fault(
        "something that no key reaches",
        LIST,
        ("keyboard",),
        _again('(<tr class="link".*?<a) ', r'\1 tabindex="-1" ', 1),
    ),
    Fault(
        "a jump in the order",
        DETAILS,
        ("outline",),
        _instead('<a class="skip"', '<a tabindex="3" class="skip"'),
    ),
    Fault(
        "movement for who asked for calm",
        DETAILS,
        ("movement",),
        css="main{transition:opacity 1s!important}",
    ),
    Fault(
        "a menu on paper", HOME, ("on paper",), css="@media print{.nav{display:block!important}}"
    ),
    Fault(
        "pale letters on paper", DETAILS, ("on paper",), css="@media print{.facts dd{color:#ccc}}"
    ),
    Fault(
        "buttons without an edge in forced colours",
        WRONG,
        ("forced colours",),
        css="@media (forced-colors:active){.btn{border:0!important}}",
    ),
    Fault("columns without heads", LIST, ("outline",), _again(r"<(/?)th\b[^>]*>", r"<\1td>")),
    Fault("data among our words", DETAILS, ("data by itself",), _again(r"</?bdi[^>]*>", "")),
    Fault("a code instead of words", DETAILS, ("texts",), _below("<p>Stand: on_its_way</p>")),
    Fault("the name of a system", DETAILS, ("texts",), _below("<p>Business Central is weg.</p>")),
    Fault("jargon", DETAILS, ("texts",), _below("<p>Er is een time-out.</p>")),
    Fault(
        "a date as a computer writes it",
        DETAILS,
        ("texts",),
        _below("<p>Besteld op <bdi>2026-11-22</bdi></p>"),
    ),
    Fault("a date in the other language", DETAILS, ("texts",), _below("<p>Op 3 March 2026</p>")),
    Fault("an amount as in the other language", DETAILS, ("texts",), _below("<p>€1,234.50</p>")),
    Fault("nothing at all, written down", DETAILS, ("texts",), _below("<p><bdi>None</bdi></p>")),
    Fault("a place that was not filled", DETAILS, ("texts",), _below("<p>Dag {name}</p>")),
    Fault(
        "a label of 60 characters",
        DETAILS,
        ("labels",),
        _again("<dt>[^<]*", "<dt>Hoe het er nu voor staat met de bestelling die u deed", 1),
    ),
)


def pages_of(recording: Recording) -> dict[str, Screen]:
    """The good pages that faults are planted in."""
    found: dict[str, Screen] = {}
    for screen in recording.screens:
        html = screen.html
        if 'class="tl"' in html and 'class="facts"' in html:
            found.setdefault(DETAILS, screen)
        if screen.path == "/" and "figure" in html:
            found.setdefault(HOME, screen)
        if 'tr class="link"' in html:
            found.setdefault(LIST, screen)
        if 'class="esum"' in html and 'aria-invalid="true"' in html:
            found.setdefault(WRONG, screen)
    return found


def planted(fault: Fault, recording: Recording, page: Screen) -> Recording:
    """The page with the fault in it, and its files."""
    html = fault.html(page.html)
    screen = replace(page.with_html(html), situation=fault.name)
    if not fault.policy:
        screen = replace(screen, served=replace(screen.served, headers=_HTML))
    with_fault = recording.only(screen)
    with_fault.files = {
        address: _with(file, fault, address) for address, file in recording.files.items()
    }
    changed = html != page.html or bool(fault.css) or bool(fault.script)
    assert changed, f"not planted: {fault.name}"
    return with_fault


def _with(file: File, fault: Fault, address: str) -> File:
    if fault.css and address.startswith("/static/portal.") and address.endswith(".css"):
        return replace(file, body=file.body + fault.css.encode())
    if fault.script and address.startswith("/static/portal.") and address.endswith(".js"):
        return replace(file, body=file.body + b"\n" + fault.script.encode())
    return file
