"""A page of the blueprint's own replaces parts of the generated one, and never costs a customer."""

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path

import pytest

from balie.backstage.page import Page
from balie.backstage.ports import IncidentKind
from balie.blueprint import pages
from balie.blueprint.check import check
from balie.blueprint.model import Blueprint
from balie.blueprint.reader import read as read_blueprint
from balie.frontstage.looks import OWN_TEMPLATES
from balie.frontstage.moments import Voice
from balie.frontstage.trust import Told
from tests.blueprint.examples import copy_in
from tests.frontstage.markup import read
from tests.frontstage.site import Site, site
from tests.semantics.world import world

ORDER = "/bestellingen/VO-26088"
PICTURE = b"\x89PNG\r\n\x1a\n"
BELOW = '{% extends "generated.html" %}\n{% block below %}<p>PART</p>{% endblock %}\n'


def with_page(
    text: str, step: str = "follow-order", words: Mapping[str, str] | None = None
) -> Site:
    """The example's site with one page of its own."""
    here = world()
    blueprint = _with(here.blueprint, {f"pages/{step}.html": text}, words or {})
    return site(here, blueprint=blueprint)


def _with(blueprint: Blueprint, texts: Mapping[str, str], words: Mapping[str, str]) -> Blueprint:
    english = {**blueprint.words["en"], **words}
    return replace(
        blueprint, texts={**blueprint.texts, **texts}, words={**blueprint.words, "en": english}
    )


async def seen(portal: Site, address: str = ORDER, **choices: str) -> str:
    async with portal.visit("sanne", **choices) as visit:
        answer = await visit.get(address)
    assert answer.status_code == 200
    return answer.text


def noted(portal: Site) -> list[tuple[IncidentKind, str, str]]:
    told = portal.incidents.noted()
    return [(one.about.kind, one.about.about, one.about.step) for one in told]


async def test_a_part_is_replaced_and_the_rest_is_as_it_was() -> None:
    own = await seen(with_page(BELOW.replace("PART", "{{ page.headline | upper }}!")))
    generated = await seen(site(world()))
    assert "<p>VERZONDEN!</p>" in own
    assert [h.text for h in read(own).all("h2")] == [h.text for h in read(generated).all("h2")]


async def test_other_pages_of_the_same_kind_stay_as_they_are() -> None:
    portal = with_page(BELOW)
    assert "<p>PART</p>" not in await seen(portal, "/bestellingen")
    assert "<p>PART</p>" in await seen(portal)


async def test_what_a_system_says_is_text_also_here() -> None:
    portal = with_page(BELOW.replace("PART", '{{ "<b>" ~ page.headline }}'))
    assert "<p>&lt;b&gt;Verzonden</p>" in await seen(portal)


async def test_its_words_are_translated_by_the_files_of_words() -> None:
    part = '{{ say("Nog {number} dagen, {name}", number=3, name="<i>") }}'
    portal = with_page(
        BELOW.replace("PART", part), words={"Nog {number} dagen, {name}": "{number} days, {name}"}
    )
    assert "<p>Nog 3 dagen, &lt;i&gt;</p>" in await seen(portal)
    english = await seen(portal, **{"accept-language": "en"})
    assert "<p>3 days, &lt;i&gt;</p>" in english


async def test_a_picture_of_the_brand_is_served_and_nothing_else_of_its_folder() -> None:
    here = world()
    text = BELOW.replace("PART", '<img alt="" src="{{ asset("brand/shop.png") }}">')
    files = {**here.blueprint.files, "brand/shop.png": PICTURE, "brand/notes.pdf": b"%PDF"}
    blueprint = _with(here.blueprint, {"pages/follow-order.html": text}, {})
    portal = site(here, blueprint=replace(blueprint, files=files))
    address = next(read(await seen(portal)).all("img")).attributes["src"]
    async with portal.visit("sanne") as visit:
        answer = await visit.get(address)
        assert (answer.headers["content-type"], answer.content) == ("image/png", PICTURE)
        assert (await visit.get("/static/brand/notes.pdf")).status_code == 404


async def test_the_generated_part_can_stand_around_what_is_added() -> None:
    text = '{% extends "generated.html" %}{% block facts %}{{ super() }}<p>PART</p>{% endblock %}'
    page = await seen(with_page(text))
    assert page.index("<dl") < page.index("<p>PART</p>")


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        ("{{ page.blocks[99].title }}", "UndefinedError"),
        ("{{ 1 / 0 }}", "ZeroDivisionError"),
        ("{{ page.__class__.__mro__ }}", "SecurityError"),
        ("{{ page.menu.append(1) }}", "UndefinedError"),
        ("{{ nobody }}", "UndefinedError"),
        ("{{ say.blueprint }}", "UndefinedError"),
        ("{{ say.__closure__ }}", "SecurityError"),
        ("{{ asset.__self__ }}", "SecurityError"),
        ('{{ asset("brand/none.png") }}', "KeyError"),
        ('{{ t.say("no.such") }}', "KeyError"),
    ],
)
async def test_a_broken_page_gives_the_generated_one_and_staff_hear_where(
    part: str, kind: str
) -> None:
    portal = with_page(BELOW.replace("PART", f"\n{part}"))
    own = await seen(portal)
    assert next(read(own).all("h1")).text == "Verzonden"
    assert "<dl" in own
    ((what, about, step),) = noted(portal)
    assert (what, step) == (IncidentKind.OWN_PAGE, "follow-order")
    assert about == f"pages/follow-order.html:3 {kind}"


@pytest.mark.parametrize(
    "part",
    [
        "{% if %}",
        "{{ 'a' | safe }}",
        '{% include "../x" %}',
        "{% autoescape false %}{{ page.headline }}{% endautoescape %}",
    ],
)
async def test_a_page_that_cannot_be_read_is_not_used(part: str) -> None:
    portal = with_page(BELOW.replace("PART", part))
    assert "<dl" in await seen(portal)
    assert noted(portal)[0][0] is IncidentKind.OWN_PAGE


async def test_a_page_is_compiled_once() -> None:
    portal = with_page(BELOW)
    first = portal.views._own_pages._compiled["follow-order"]
    await seen(portal)
    await seen(portal)
    assert portal.views._own_pages._compiled["follow-order"] is first


# ---- what the check knows of the pages is what there is


def blocks_of(file: str) -> set[str]:
    return set(re.findall(r"{% block (\w+)", (OWN_TEMPLATES / file).read_text("utf-8")))


def test_the_parts_that_a_page_may_replace_are_those_of_the_generated_pages() -> None:
    there = set().union(*(blocks_of(f"{kind}.html") for kind in ("page", "list", "details")))
    assert there | blocks_of("overview.html") == {*pages.BLOCKS, "main"}


def test_what_a_page_may_ask_for_is_what_the_data_holds() -> None:
    names = {one.name for one in fields(Page)} | {"again", "trust"}
    assert names == pages.ATTRIBUTES["page"]
    assert {one.name for one in fields(Told)} == pages.ATTRIBUTES["told"]
    assert all(hasattr(Voice, name) for name in pages.ATTRIBUTES["t"])


@pytest.mark.parametrize("name", sorted(pages.IMPORTS))
def test_what_a_page_may_import_is_there(name: str) -> None:
    assert (OWN_TEMPLATES / name).is_file()


# ---- what the check finds


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<p>{{ 1 }}</p>", [("BP603", 1)]),
        ('{% extends "page.html" %}', [("BP603", 1)]),
        (BELOW.replace("PART", "{{ pag.title }}"), [("BP603", 2)]),
        (BELOW.replace("PART", "\n{{ page.titel }}"), [("BP603", 3)]),
        (BELOW.replace("PART", "{{ page.title | uper }}"), [("BP603", 2)]),
        (BELOW.replace("PART", "{{ page.title is nice }}"), [("BP603", 2)]),
        (BELOW.replace("PART", "{{ page.title | safe }}"), [("BP603", 2)]),
        (BELOW.replace("PART", "\n{% autoescape 0 %}{% endautoescape %}"), [("BP603", 3)]),
        (BELOW.replace("block below", "block belo").replace("PART", ""), [("BP603", 2)]),
        (BELOW.replace("PART", '{% include "layout.html" %}'), [("BP603", 2)]),
        (BELOW.replace("PART", "{{ told.facts[0].cells[0].sources }}"), [("BP603", 2)]),
        (BELOW.replace("PART", "{% if %}"), [("BP603", 2)]),
        (BELOW.replace("PART", "<script>1</script>"), [("BP602", 2)]),
        (BELOW.replace("PART", "<i\n onclick='x'></i>"), [("BP602", 2)]),
        (BELOW.replace("PART", "<i style='color:red'></i>"), [("BP602", 2)]),
        (BELOW.replace("PART", "<img alt='' src='https://a.example/x.png'>"), [("BP602", 2)]),
        (BELOW.replace("PART", "<a href='JavaScript:x()'>1</a>"), [("BP602", 2)]),
        (BELOW.replace("PART", "{{ say.blueprint }}"), [("BP603", 2)]),
        (BELOW.replace("PART", "\n{{ asset('brand/shopp.png') }}"), [("BP603", 3)]),
        (BELOW.replace("PART", "<img alt='' src='{{ asset(\"brand/shop.png\") }}'>"), []),
        (BELOW.replace("PART", "\n\nDag allemaal"), [("BP604", 4)]),
        (BELOW.replace("PART", "<img alt='Een fiets' src='/static/x'>"), [("BP604", 2)]),
        (BELOW.replace("PART", '{{ say("Dag allemaal") }}'), [("BP501", 2)]),
        (BELOW.replace("PART", "<a href='https://example.nl/'>{{ page.title }}</a>"), []),
        (BELOW.replace("PART", "{% for b in told.facts %}{{ b.cells }}{% endfor %}"), []),
        (BELOW.replace("PART", "{% set x = page.help %}{{ x.phone }} 1 x"), []),
        (BELOW.replace("PART", "{% from 'macros/icons.html' import icon as i %}{{ i('x') }}"), []),
    ],
)
def test_what_is_wrong_with_a_page_is_known_before_anybody_opens_it(
    tmp_path: Path, text: str, found: list[tuple[str, int]]
) -> None:
    folder = copy_in(tmp_path)
    (folder / "pages").mkdir(exist_ok=True)
    (folder / "pages" / "follow-order.html").write_text(text)
    (folder / "brand").mkdir(exist_ok=True)
    (folder / "brand" / "shop.png").write_bytes(PICTURE)
    reading = read_blueprint(folder)
    assert reading.blueprint is not None
    findings = check(reading.blueprint, {}, reading.findings)
    ours = [one for one in findings if one.where[0].at.file.startswith("pages/")]
    assert [(one.code, one.where[0].at.line) for one in ours] == found


def test_a_page_for_no_step_is_told(tmp_path: Path) -> None:
    folder = copy_in(tmp_path)
    (folder / "pages").mkdir()
    (folder / "pages" / "folow-order.html").write_text(BELOW.replace("PART", ""))
    reading = read_blueprint(folder)
    assert reading.blueprint is not None
    (finding,) = (one for one in check(reading.blueprint, {}) if one.code == "BP601")
    assert finding.help == ('did you mean "follow-order"?',)
