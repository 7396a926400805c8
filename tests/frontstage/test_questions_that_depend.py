"""Questions that are asked only if an earlier answer says so: page by page, without JavaScript."""

import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from httpx import AsyncClient, Response

from balie.backstage.forms.inputs import Inputs
from tests.frontstage.site import FROM_HERE, Site, site
from tests.frontstage.test_forms import SENT, kept_in, only, token_of
from tests.frontstage.test_what_comes_in import JPEG, HeldDrafts, HeldFiles
from tests.semantics.world import world
from tests.telling import LINDEMAN
from tests.writing.world import HeldActions

RETURN, CALL = f"/retour/nieuw?order={SENT}", "/bel-mij"
AS_JSON = {"accept": "application/json"}
CHAIN = {
    "          PM: Middag\n": "          PM: Middag\n        asked if: has(callback.phone)\n",
    "must be: at most 200 characters\n        optional: true\n      part_of_day": (
        'must be: at most 200 characters\n        asked if: callback.part_of_day == "PM"\n'
        "      part_of_day"
    ),
}
"""The second question after the first, and the third after the second."""


class Desk:
    """A portal that takes forms, with everything that came in."""

    def __init__(self, folder: Path) -> None:
        self.actions, self.files, self.drafts = HeldActions(), HeldFiles(), HeldDrafts()
        self.world = world(
            folder,
            actions=self.actions,
            inputs=Inputs(files=self.files, drafts=self.drafts),
        )
        self.drafts.world = self.world
        self.site: Site = site(self.world)

    def visit(self, **headers: str) -> AsyncClient:
        return self.site.visit("sanne", **FROM_HERE, **headers)

    def empty(self) -> None:
        self.actions.kept.clear()
        self.files.kept.clear()
        self.drafts.kept.clear()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("blueprint") / "lindeman"
    shutil.copytree(LINDEMAN, folder)
    text = (folder / "things.yaml").read_text(encoding="utf-8")
    for old, new in CHAIN.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    (folder / "things.yaml").write_text(text, encoding="utf-8")
    return Desk(folder)


@pytest.fixture
def desk(opened: Desk) -> Iterator[Desk]:
    yield opened
    opened.empty()


def asked_on(page: Response) -> set[str]:
    """The names of what can be filled in on a page."""
    fields = re.findall(r"<(?:input|textarea|select)[^>]*>", page.text)
    names = (re.search(r'name="([^"]+)"', one) for one in fields if 'type="hidden"' not in one)
    return {found[1] for found in names if found is not None}


async def on(
    visit: AsyncClient,
    address: str,
    page: Response,
    said: Mapping[str, str] | None = None,
    photo: bytes | None = None,
) -> Response:
    """Presses "Verder", or another button, with this filled in."""
    fields: dict[str, list[str]] = {}
    for name, value in kept_in(page):
        fields.setdefault(name, []).append(value)
    files = {} if photo is None else {"photo": ("stuk.jpg", photo, "image/jpeg")}
    return await visit.post(
        address, data={**fields, **{k: [v] for k, v in (said or {}).items()}}, files=files
    )


async def about_something(visit: AsyncClient, reason: str) -> Response:
    """A return of one thing, for this reason: the page that follows."""
    page = await visit.get(RETURN)
    (key, *_) = re.findall(r'name="lines" value="([^"]+)"', page.text)
    said = {"lines": key, f"lines.{key}.quantity": "1", "reason": reason}
    return await on(visit, RETURN, page, said)


# ---- asked, or not


async def test_the_photo_is_asked_on_a_page_of_its_own_of_what_is_broken(desk: Desk) -> None:
    async with desk.visit() as visit:
        first = await visit.get(RETURN)
        assert "photo" not in asked_on(first)
        page = await about_something(visit, "DEFECT")
        assert page.status_code == 200
        assert asked_on(page) == {"photo"}
        assert page.text.count("<h1>") == 1
        assert "Vervolgvragen" in page.text
        check = await on(visit, RETURN, page, photo=JPEG)
        assert "<h1>Klopt dit?</h1>" in check.text
        assert "stuk.jpg" in check.text
        answer = await on(visit, RETURN, check, {"confirm": "yes"})
        receipt = await visit.get(answer.headers["location"])
    assert "stuk.jpg" in receipt.text
    (file,) = (errand for errand in only(desk.actions).errands if errand.upload)
    assert file.file == "photo"


async def test_what_is_not_broken_is_checked_at_once_and_tells_of_no_photo(desk: Desk) -> None:
    async with desk.visit() as visit:
        check = await about_something(visit, "REGRET")
        assert "<h1>Klopt dit?</h1>" in check.text
        assert "Foto" not in check.text
        answer = await on(visit, RETURN, check, {"confirm": "yes"})
    assert answer.status_code == 303
    assert {told.field for told in only(desk.actions).answers} == {"order", "reason", "lines"}


async def test_what_may_be_left_open_is_left_open_by_going_on(desk: Desk) -> None:
    async with desk.visit() as visit:
        page = await about_something(visit, "DEFECT")
        check = await on(visit, RETURN, page)
        answer = await on(visit, RETURN, check, {"confirm": "yes"})
    assert answer.status_code == 303
    assert not any(errand.upload for errand in only(desk.actions).errands)


# ---- back and forth


async def test_going_back_keeps_every_answer(desk: Desk) -> None:
    async with desk.visit() as visit:
        page = await about_something(visit, "DEFECT")
        check = await on(visit, RETURN, page, photo=JPEG)
        again = await on(visit, RETURN, check, {"back": "-"})
        assert asked_on(again) == {"photo"}
        assert "<bdi>stuk.jpg</bdi> is bewaard." in again.text
        first = await on(visit, RETURN, again, {"back": "-"})
        assert 'value="DEFECT" checked' in first.text
        assert "reason" in asked_on(first)
        changed = await on(visit, RETURN, check, {"back": "reason"})
        assert 'value="DEFECT" checked' in changed.text
        assert re.search(r'value="DEFECT" checked autofocus', changed.text)


async def test_a_photo_of_what_is_not_broken_any_more_is_not_kept_anywhere(desk: Desk) -> None:
    async with desk.visit() as visit:
        page = await about_something(visit, "DEFECT")
        check = await on(visit, RETURN, page, photo=JPEG)
        (id_,) = desk.files.kept
        first = await on(visit, RETURN, check, {"back": "reason"})
        (key,) = re.findall(r'name="lines" value="([^"]+)" checked', first.text)
        said = {"lines": key, f"lines.{key}.quantity": "1", "reason": "WRONG"}
        check = await on(visit, RETURN, first, said)
        assert "<h1>Klopt dit?</h1>" in check.text
        assert id_ not in check.text
        assert desk.files.kept == {}
        (draft,) = desk.drafts.kept.values()
        assert "photo" not in draft.fields
        answer = await on(visit, RETURN, check, {"confirm": "yes"})
    assert answer.status_code == 303
    assert not any(errand.upload for errand in only(desk.actions).errands)


async def test_a_draft_is_gone_on_with_on_the_first_page_and_holds_the_later_ones(
    desk: Desk,
) -> None:
    async with desk.visit() as visit:
        page = await about_something(visit, "DEFECT")
        await on(visit, RETURN, page, photo=JPEG)
        first = await visit.get(RETURN)
        assert "U was hier gebleven" in first.text
        assert 'value="DEFECT" checked' in first.text
        assert dict(kept_in(first))["photo"] in desk.files.kept


# ---- one after the other


async def test_each_question_waits_for_the_answer_before_it(desk: Desk) -> None:
    async with desk.visit() as visit:
        page = await visit.get(CALL)
        assert asked_on(page) == {"phone"}
        second = await on(visit, CALL, page, {"phone": "06 12345678"})
        assert asked_on(second) == {"part_of_day"}
        assert ("phone", "06 12345678") in kept_in(second)
        third = await on(visit, CALL, second, {"part_of_day": "PM"})
        assert asked_on(third) == {"about"}
        check = await on(visit, CALL, third, {"about": "De lamp"})
        assert "<h1>Klopt dit?</h1>" in check.text
        answer = await on(visit, CALL, check, {"confirm": "yes"})
    assert answer.status_code == 303
    assert only(desk.actions).errands[0].fields["description"] == "De lamp"


async def test_what_is_wrong_stands_beside_its_field_on_its_own_page(desk: Desk) -> None:
    async with desk.visit() as visit:
        page = await visit.get(CALL)
        wrong = await on(visit, CALL, page, {"phone": "12"})
        assert (wrong.status_code, asked_on(wrong)) == (422, {"phone"})
        second = await on(visit, CALL, page, {"phone": "06 12345678"})
        nothing = await on(visit, CALL, second)
        assert (nothing.status_code, asked_on(nothing)) == (422, {"part_of_day"})
        assert nothing.text.count("Kies een antwoord") == 2
        third = await on(visit, CALL, second, {"part_of_day": "PM"})
        assert third.status_code == 200
        assert "Fout" not in third.text
        empty = await on(visit, CALL, third, {"about": ""})
        assert (empty.status_code, asked_on(empty)) == (422, {"about"})
        back = await on(visit, CALL, third, {"about": "", "back": "-"})
        assert (back.status_code, asked_on(back)) == (200, {"part_of_day"})
        assert 'value="PM" checked' in back.text


async def test_what_depends_on_what_is_not_asked_is_not_asked(desk: Desk) -> None:
    async with desk.visit() as visit:
        page = await visit.get(CALL)
        said = {"phone": "", "part_of_day": "PM", "about": "x"}
        answer = await on(visit, CALL, page, said)
        assert (answer.status_code, asked_on(answer)) == (422, {"phone"})
        assert not {"part_of_day", "about"} & dict(kept_in(answer)).keys()


@pytest.mark.parametrize("page", ["", "-1", "99", "٣", "1e9", "x" * 500])
async def test_a_page_number_that_is_none_skips_no_question(desk: Desk, page: str) -> None:
    async with desk.visit() as visit:
        opened = await visit.get(CALL)
        said = {"phone": "06 12345678", "part_of_day": "PM", "form_page": page}
        answer = await on(visit, CALL, opened, said)
        assert (answer.status_code, asked_on(answer)) == (422, {"about"})
        answer = await on(visit, CALL, opened, {**said, "form_page": "0", "confirm": "yes"})
        assert (answer.status_code, asked_on(answer)) == (422, {"about"})
    assert desk.actions.kept == {}


# ---- for programs


async def test_a_program_sees_every_question_and_when_it_is_asked(desk: Desk) -> None:
    async with desk.visit(**AS_JSON) as visit:
        form = (await visit.get(CALL)).json()
        described = (await visit.get("/api/openapi.json")).json()
    assert {one["name"]: one["asked_if"] for one in form["questions"]} == {
        "phone": None,
        "part_of_day": "has(callback.phone)",
        "about": 'callback.part_of_day == "PM"',
    }
    body = described["paths"][CALL]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["required"] == ["phone"]
    assert body["properties"]["about"]["description"] == (
        'Waarover? (only needed if callback.part_of_day == "PM"; else refused)'
    )


async def test_a_program_is_told_of_an_answer_to_what_is_not_asked(desk: Desk) -> None:
    said = {"phone": "06 12345678", "part_of_day": "AM", "about": "De lamp"}
    async with desk.visit(**AS_JSON) as visit:
        refused = await visit.post(CALL, json=said, headers={"idempotency-key": "a"})
        assert refused.status_code == 422
        assert refused.json()["problems"] == {
            "about": "Dit vragen we niet bij deze andere antwoorden. Laat het weg"
        }
        lacking = {"phone": "06 12345678", "part_of_day": "PM"}
        refused = await visit.post(CALL, json=lacking, headers={"idempotency-key": "b"})
        assert refused.json()["problems"] == {"about": "Vul dit in"}
        assert desk.actions.kept == {}
        right = {**lacking, "part_of_day": "AM"}
        accepted = await visit.post(CALL, json=right, headers={"idempotency-key": "c"})
    assert accepted.status_code == 201


async def test_a_browser_that_answers_what_is_not_asked_sends_nothing_of_it(desk: Desk) -> None:
    async with desk.visit() as visit:
        page = await visit.get(CALL)
        said = {
            "form_token": token_of(page),
            "phone": "06 12345678",
            "part_of_day": "AM",
            "about": "De lamp",
            "confirm": "yes",
        }
        answer = await visit.post(CALL, data=said)
    assert answer.status_code == 303
    assert "description" not in only(desk.actions).errands[0].fields
