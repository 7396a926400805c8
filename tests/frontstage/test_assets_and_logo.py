"""Static files are kept by browsers for ever; a logo brings nothing but its shapes."""

import gzip

import pytest
from httpx import ASGITransport, AsyncClient

from balie.frontstage.assets import Assets, read_files
from balie.frontstage.logo import safe_logo

SVG = 'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"'


def browser(assets: Assets) -> AsyncClient:
    return AsyncClient(transport=ASGITransport(assets), base_url="http://portal.example")


async def test_a_file_is_named_by_its_content_and_kept_for_ever() -> None:
    css = b"body { margin: 0 }" * 100
    assets = Assets({"portal.css": css})
    async with browser(assets) as visit:
        answer = await visit.get(assets.address("portal.css"))
    assert answer.content == css
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) == len(gzip.compress(css, 9, mtime=0))
    assert Assets({"portal.css": css + b" "}).address("portal.css") != assets.address("portal.css")


async def test_a_file_by_its_plain_name_is_asked_for_again() -> None:
    async with browser(Assets({"a/b.svg": b"<svg/>"})) as visit:
        answer = await visit.get("/static/a/b.svg")
        again = await visit.get(
            "/static/a/b.svg", headers={"if-none-match": answer.headers["etag"]}
        )
    assert answer.headers["cache-control"] == "public, no-cache"
    assert "content-encoding" not in answer.headers
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["nothing.css", "../secret", "%2e%2e/secret", "", "portal.css/"])
async def test_what_is_not_there_is_not_found(path: str) -> None:
    async with browser(Assets({"portal.css": b""})) as visit:
        assert (await visit.get(f"/static/{path}")).status_code == 404


async def test_static_files_are_only_read() -> None:
    async with browser(Assets({"portal.css": b""})) as visit:
        assert (await visit.post("/static/portal.css")).status_code == 405
        assert (await visit.head("/static/portal.css")).content == b""


def test_our_own_files_are_small() -> None:
    packed = sum(len(gzip.compress(body, 9)) for body in read_files().values())
    assert packed < 10_000


def test_a_logo_keeps_its_shapes_and_loses_its_name() -> None:
    logo = safe_logo(f'<svg {SVG} aria-label="X"><path d="M0 0h9" fill="red"/></svg>'.encode())
    assert logo == (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10" aria-hidden="true" '
        'class="mark"><path d="M0 0h9" fill="red" /></svg>'
    )


@pytest.mark.parametrize(
    "smuggled",
    [
        "<script>alert(1)</script>",
        '<path onload="alert(1)" d="M0 0"/>',
        '<path style="fill:url(https://evil.example)" d="M0 0"/>',
        '<path fill="url(https://evil.example)" d="M0 0"/>',
        '<image href="https://evil.example/a.png"/>',
        '<a href="javascript:alert(1)"><path d="M0 0"/></a>',
        '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml">x</body></foreignObject>',
        "<style>* { display: none }</style>",
        '<use href="https://evil.example#a"/>',
        '<animate attributeName="href" to="javascript:alert(1)"/>',
    ],
)
def test_a_logo_smuggles_nothing_in(smuggled: str) -> None:
    logo = safe_logo(f"<svg {SVG}><circle r='1'/>{smuggled}</svg>".encode())
    assert "evil" not in logo
    assert "alert" not in logo
    assert not {"script", "style", "image", "use", "foreignObject"} & set(logo.split("<"))
    assert "<circle" in logo


def test_the_names_inside_a_logo_meet_no_name_of_the_page() -> None:
    logo = safe_logo(
        f'<svg {SVG}><defs><linearGradient id="main"/></defs>'
        f'<path fill="url(#main)" d="M0 0"/></svg>'.encode()
    )
    assert 'id="logo-main"' in logo
    assert 'fill="url(#logo-main)"' in logo


@pytest.mark.parametrize(
    "file",
    [
        b"not xml",
        b"<html></html>",
        b"<svg></svg>",
        f'<!DOCTYPE x [<!ENTITY a "b">]><svg {SVG}>&a;</svg>'.encode(),
    ],
)
def test_what_is_no_drawing_is_refused_in_words(file: bytes) -> None:
    with pytest.raises(ValueError, match="logo"):
        safe_logo(file)
