"""What a browser sends is read as it was meant, however it comes in; the rest ends in words."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from balie.backstage.forms.filling import Uploaded
from balie.backstage.forms.receiving import Receiving
from balie.frontstage.bodies import Body, Unreadable, Welcome, read_body
from tests.frontstage.markup import read
from tests.frontstage.site import FROM_HERE, site

BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
PLAIN = "application/x-www-form-urlencoded"


@dataclass
class Held:
    """Fulfils `Receiving`: keeps all of a file in memory, and how it ended."""

    name: str
    content: bytes = b""
    ended: str = ""

    async def take(self, piece: bytes) -> None:
        self.content += piece

    async def done(self) -> Uploaded:
        self.ended = "done"
        return Uploaded(f"id of {self.name}", self.name)

    async def drop(self) -> None:
        self.ended = "dropped"


@dataclass
class Holding:
    """Begins to hold files."""

    begun: list[Held] = field(default_factory=list)

    async def __call__(self, filename: str) -> Receiving:
        self.begun.append(Held(filename))
        return self.begun[-1]


def request(pieces: Sequence[bytes], kind: str, *, breaks_off: bool = False) -> Request:
    """A request whose body comes in these pieces."""
    coming: list[Message] = [
        {"type": "http.request", "body": piece, "more_body": True} for piece in pieces
    ]
    end: Message = {"type": "http.request", "body": b"", "more_body": False}
    coming.append({"type": "http.disconnect"} if breaks_off else end)
    messages = iter(coming)

    async def receive() -> Message:
        return next(messages)

    headers = [(b"content-type", kind.encode())] if kind else []
    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


def form(*parts: tuple[str, bytes]) -> bytes:
    """A form as browsers write it: the rest of each disposition, and what is in it."""
    written = [
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; {said}\r\n\r\n".encode() + content
        for said, content in parts
    ]
    return b"\r\n".join([*written, f"--{BOUNDARY}--\r\n".encode()])


async def sent(
    body: bytes, kind: str = MULTIPART, welcome: Welcome | None = None, step: int = 0
) -> Body:
    step = step or len(body) or 1
    pieces = [body[at : at + step] for at in range(0, len(body), step)]
    return await read_body(request(pieces, kind), welcome or Welcome())


async def refusal(body: bytes, kind: str, welcome: Welcome | None = None) -> tuple[int, str]:
    with pytest.raises(Unreadable) as told:
        await sent(body, kind, welcome, step=1000)
    return told.value.status, told.value.words


async def test_a_field_that_is_there_several_times_keeps_all_its_values_in_order() -> None:
    body = await sent(b"lines=20000&lines=10000&text=caf%C3%A9+%26+co&empty=", PLAIN)
    assert body.fields == {
        "lines": ("20000", "10000"),
        "text": ("café & co",),
        "empty": ("",),
    }


async def test_a_program_may_send_json() -> None:
    said = b'{"lines": ["1", 2], "agreed": true, "much": 2.50, "nothing": null}'
    body = await sent(said, "application/json; charset=utf-8")
    assert body.fields == {
        "lines": ("1", "2"),
        "agreed": ("true",),
        "much": ("2.50",),
        "nothing": ("",),
    }


@pytest.mark.parametrize("step", [1, 2, 7, 64, 5000])
async def test_a_form_with_a_file_is_read_alike_however_it_is_cut(step: int) -> None:
    content = b"\r\n--" + bytes(range(256)) * 3 + f"\r\n--{BOUNDARY[:-1]}".encode()
    files = Holding()
    body = await sent(
        form(
            ('name="reason"', b"broken"),
            ('name="photo"; filename="C:\\\\Users\\\\S\\\\foto.jpg"', content),
            ('name="lines"', b"1"),
            ('name="lines"', b"2"),
        ),
        welcome=Welcome(files={"photo": files}),
        step=step,
    )
    assert body.fields == {"reason": ("broken",), "lines": ("1", "2")}
    assert body.files == {"photo": Uploaded("id of foto.jpg", "foto.jpg")}
    assert [(file.content, file.ended) for file in files.begun] == [(content, "done")]


async def test_no_file_chosen_is_no_file_and_a_second_one_is_let_go_by() -> None:
    files = Holding()
    welcome = Welcome(files={"photo": files})
    nothing = await sent(form(('name="photo"; filename=""', b"")), welcome=welcome)
    assert (nothing.files, files.begun) == ({}, [])
    two = form(('name="photo"; filename="a"', b"first"), ('name="photo"; filename="b"', b"second"))
    assert list((await sent(two, welcome=welcome)).files.values()) == [Uploaded("id of a", "a")]
    assert [file.content for file in files.begun] == [b"first"]


async def test_a_file_nobody_asked_for_is_kept_nowhere() -> None:
    body = await sent(form(('name="virus"; filename="x.exe"', b"MZ"), ('name="a"', b"1")))
    assert body == Body({"a": ("1",)}, {})


@pytest.mark.parametrize("ending", ["breaks off", "is cut", "is rubbish after the file"])
async def test_of_a_file_that_breaks_off_nothing_stays(ending: str) -> None:
    files = Holding()
    whole = form(('name="photo"; filename="a"', b"x" * 9000), ('name="b"', b"1"))
    cut = {"breaks off": whole[:5000], "is cut": whole[:5000], "is rubbish after the file": whole}
    body = cut[ending].replace(b'name="b"', b'nome="b"')
    asked = request([body[:4000], body[4000:]], MULTIPART, breaks_off=ending == "breaks off")
    with pytest.raises((Unreadable, ClientDisconnect)):
        await read_body(asked, Welcome(files={"photo": files}))
    assert [file.ended for file in files.begun] == ["dropped"]


RUBBISH: Mapping[str, tuple[bytes, str]] = {
    "no boundary": (b"--x", "multipart/form-data"),
    "another boundary": (b"--other\r\n", MULTIPART),
    "no name": (form(("", b"1")), MULTIPART),
    "no text": (form(('name="a"', b"\xff\xfe")), MULTIPART),
    "endless headers": (f"--{BOUNDARY}\r\nX: ".encode() + b"y" * 9000, MULTIPART),
    "not utf-8": (b"a=%ff", PLAIN),
    "bytes": (b"\xff\xfe=1", PLAIN),
    "many fields": (b"&".join(b"a=1" for _ in range(2000)), PLAIN),
    "no json": (b"{", "application/json"),
    "a list": (b"[1]", "application/json"),
    "deep json": (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, "application/json"),
    "an object inside": (b'{"a": {"b": 1}}', "application/json"),
}


@pytest.mark.parametrize("what", RUBBISH)
async def test_rubbish_is_a_400(what: str) -> None:
    body, kind = RUBBISH[what]
    assert await refusal(body, kind) == (400, "bad_form")


async def test_another_kind_of_body_is_a_415() -> None:
    assert await refusal(b"<a/>", "text/xml") == (415, "bad_form")


TOO_MUCH: Mapping[str, tuple[bytes, str]] = {
    "a long form": (b"a=" + b"x" * 300_000, PLAIN),
    "long json": (b'{"a": "' + b"x" * 300_000 + b'"}', "application/json"),
    "a long field": (form(('name="a"', b"x" * 300_000)), MULTIPART),
    "many parts": (form(*[('name="a"', b"")] * 1001), MULTIPART),
}


@pytest.mark.parametrize("what", TOO_MUCH)
async def test_too_much_is_a_413(what: str) -> None:
    body, kind = TOO_MUCH[what]
    assert await refusal(body, kind) == (413, "too_large")


async def test_what_says_to_be_too_much_is_not_read_at_all() -> None:
    async def never() -> Message:
        raise AssertionError("nothing is read")

    headers = [(b"content-length", b"99999999"), (b"content-type", PLAIN.encode())]
    asked = Request({"type": "http", "method": "POST", "headers": headers}, never)
    with pytest.raises(Unreadable) as told:
        await read_body(asked, Welcome())
    assert told.value.status == 413


@pytest.mark.parametrize("kind", [PLAIN, MULTIPART])
async def test_who_sends_too_slowly_is_told_so(kind: str) -> None:
    async def nothing_comes() -> Message:
        await asyncio.sleep(5)
        raise AssertionError("it was waited for")

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", kind.encode())]}
    for welcome in (Welcome(pause=0.01), Welcome(seconds=0.01)):
        with pytest.raises(Unreadable) as told:
            await read_body(Request(scope, nothing_comes), welcome)
        assert (told.value.status, told.value.words) == (408, "too_slow")


NAMES = st.text(st.characters(codec="utf-8", exclude_characters='"\\\r\n\0'), min_size=1)


@settings(max_examples=150, deadline=None)
@given(
    fields=st.lists(st.tuples(NAMES, st.text(st.characters(codec="utf-8")))),
    file=st.binary(max_size=2000),
    step=st.integers(1, 300),
)
async def test_any_fields_and_any_file_arrive_as_they_were(
    fields: list[tuple[str, str]], file: bytes, step: int
) -> None:
    files = Holding()
    written = form(
        *((f'name="{name}"', value.encode()) for name, value in fields),
        ('name="the file"; filename="f"', file),
    )
    body = await sent(written, welcome=Welcome(files={"the file": files}), step=step)
    found = [(name, value) for name, values in body.fields.items() for value in values]
    assert sorted(found) == sorted(fields)
    assert [one.content for one in files.begun] == [file]


@settings(max_examples=200, deadline=None)
@given(
    body=st.binary(max_size=400) | st.binary(max_size=400).map(lambda b: form(('name="a"', b))),
    kind=st.sampled_from([PLAIN, MULTIPART, "application/json", "", "multipart/form-data", "a/b"]),
)
async def test_whatever_comes_is_read_or_refused(body: bytes, kind: str) -> None:
    status = 200
    try:
        await sent(body, kind, Welcome(files={"a": Holding()}), step=50)
    except Unreadable as why:
        status = why.status
    assert status in (200, 400, 413, 415)


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_over_http_the_refusal_is_a_page_or_a_problem_with_words(language: str) -> None:
    portal = site(demo=True)
    address = "/demo/systems/erp"
    async with portal.visit("sanne", **FROM_HERE) as visit:
        visit.cookies.set("lang", language)
        page = await visit.post(address, content=b"a" * 300_000, headers={"content-type": PLAIN})
        problem = await visit.post(
            address,
            content=b"{",
            headers={"content-type": "application/json", "accept": "application/json"},
        )
    assert page.status_code == 413
    title = {"nl": "Dit is te veel in één keer", "en": "That is too much at once"}[language]
    assert [h.text for h in read(page.text).all("h1")] == [title]
    assert (problem.status_code, problem.headers["content-type"]) == (
        400,
        "application/problem+json",
    )


async def test_a_form_of_another_website_is_not_even_read() -> None:
    async with site(demo=True).visit("sanne", **{"sec-fetch-site": "cross-site"}) as visit:
        answer = await visit.post(
            "/demo/systems/erp", content=b"mode=off", headers={"content-type": PLAIN}
        )
    assert answer.status_code == 403
