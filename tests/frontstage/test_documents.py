"""Documents over HTTP: saved under a fit name, never run, never kept, and never half."""

import asyncio

import httpx
import pytest
import uvicorn

from balie.backstage.media import media_of
from balie.frontstage.files import safe_name
from tests.frontstage.site import COOKIE, Site, site
from tests.ports import free_ports
from tests.semantics.world import world

INVOICE = "/facturen/VF-33015/pdf.pdf"
LARGE = b"%PDF-1.4\n" + b"x" * 9_000_000


async def test_a_document_is_saved_and_can_do_nothing() -> None:
    async with site().visit("fatima") as visit:
        answer = await visit.get(INVOICE)
    assert answer.status_code == 200
    assert b"VF-33015" in answer.content
    said = answer.headers
    assert said["content-type"] == "application/pdf"
    assert said["content-length"] == str(len(answer.content))
    assert said["content-disposition"].startswith('attachment; filename="Factuur VF-33015.pdf"')
    assert said["cache-control"] == "private, no-store"
    assert said["x-content-type-options"] == "nosniff"
    assert said["content-security-policy"].startswith("default-src 'none'; sandbox")


async def test_its_name_is_in_the_readers_language() -> None:
    async with site().visit("fatima", **{"accept-language": "en"}) as visit:
        answer = await visit.get(INVOICE)
    assert 'filename="Invoice VF-33015.pdf"' in answer.headers["content-disposition"]


async def test_head_tells_the_same_without_the_document() -> None:
    async with site().visit("fatima") as visit:
        whole, head = await visit.get(INVOICE), await visit.head(INVOICE)
    assert head.status_code == 200
    assert dict(head.headers) == dict(whole.headers)


@pytest.mark.parametrize("who", ["sanne", "bram", "nobody", "mila"])
async def test_a_stranger_gets_the_page_that_nothing_is_there(who: str) -> None:
    async with site().visit(who) as visit:
        assert (await visit.get(INVOICE)).status_code == 404
        assert (await visit.head(INVOICE)).status_code == 404


async def test_nobody_posts_to_a_document() -> None:
    async with site().visit("fatima") as visit:
        answer = await visit.post(INVOICE, headers={"sec-fetch-site": "same-origin"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


async def test_a_system_that_is_away_is_a_page_in_words() -> None:
    here = world()
    portal = site(here)
    here.systems["erp"].down = True
    async with portal.visit("fatima") as visit:
        page = await visit.get(INVOICE)
        problem = await visit.get(INVOICE, headers={"accept": "application/json"})
    assert page.status_code == problem.status_code == 503
    assert page.headers["retry-after"] == "30"
    assert "Dit document kunnen we nu niet ophalen" in page.text
    assert f'href="{INVOICE}"' in page.text
    assert problem.json()["title"] == "Dit document kunnen we nu niet ophalen"


async def test_a_row_without_a_document_is_told_so() -> None:
    here = world()
    here.systems["erp"].papers = lambda _row, _field: None
    async with site(here).visit("fatima") as visit:
        answer = await visit.get(INVOICE)
    assert answer.status_code == 404
    assert "Dit document is er (nog) niet" in answer.text


@pytest.mark.parametrize("breaks", [False, True])
async def test_what_breaks_off_on_its_way_does_not_look_whole(breaks: bool) -> None:
    here = world()
    here.systems["erp"].papers = lambda _row, _field: LARGE
    here.systems["erp"].breaks_off = breaks
    portal = site(here)
    port = free_ports(1)
    server, serving = await _served(portal, port)
    try:
        address = f"http://127.0.0.1:{port}{INVOICE}"
        async with httpx.AsyncClient(cookies={COOKIE: "fatima"}) as client:
            if breaks:
                with pytest.raises(httpx.RemoteProtocolError):
                    await client.get(address)
            else:
                assert (await client.get(address)).content == LARGE
        assert here.systems["erp"].closed == 1
    finally:
        server.should_exit = True
        await serving


async def _served(portal: Site, port: int) -> tuple[uvicorn.Server, asyncio.Task[None]]:
    config = uvicorn.Config(portal.app, port=port, lifespan="off", log_level="critical")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  uvicorn tells it in no other way
        await asyncio.sleep(0.01)
    return server, serving


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Factuur A/7 B.pdf", "Factuur A-7 B.pdf"),
        (
            'x"; filename=evil.exe\r\nSet-Cookie: a=b.pdf',
            "x- filename=evil.exe-Set-Cookie- a=b.pdf",
        ),
        ("../../etc/passwd.pdf", "etc-passwd.pdf"),
        ("\u202egpj.exe.pdf", "gpj.exe.pdf"),
        ("....pdf", "document.pdf"),
        ("a" * 300 + ".pdf", "a" * 120 + ".pdf"),
    ],
)
def test_a_file_name_fits_everywhere(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_kind_is_known_by_its_first_bytes() -> None:
    odt = b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.text"
    found = [media_of(head) for head in (b"%PDF-1.7", b"\xff\xd8\xff\xe0", odt, b"<html>", b"")]
    assert [m.extension if m else None for m in found] == ["pdf", "jpg", "odt", None, None]
