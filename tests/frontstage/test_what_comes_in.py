"""What comes in with a form besides answers: files, drafts, codes; over HTTP, as a browser does."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest
from httpx import AsyncClient, Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from balie.backstage.forms.drafts import Draft, DraftPlace
from balie.backstage.forms.filling import Posted
from balie.backstage.forms.guarding import CODE, PROOF, AskedFor, Guarded, ProofBy
from balie.backstage.forms.inputs import Inputs
from balie.backstage.forms.receiving import KeptFile, Place
from balie.mapping.rules import MEGABYTE, Wrong
from tests.examples import examples
from tests.frontstage.site import FROM_HERE, Site, site
from tests.frontstage.test_forms import DETAILS, SENT, confirm, kept_in, only, token_of
from tests.semantics.world import World, world
from tests.writing.world import HeldActions

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\x00" * 80
RETURN = f"/retour/nieuw?order={SENT}"
NEW = "sanne.nieuw@example.nl"


@dataclass
class HeldFiles:
    """Fulfils `FilesKept` in memory."""

    pieces: dict[str, list[bytes]] = field(default_factory=dict)
    kept: dict[str, KeptFile] = field(default_factory=dict)

    async def add(self, file: str, number: int, piece: bytes, at: object) -> None:
        self.pieces.setdefault(file, []).append(piece)

    async def finish(self, file: KeptFile) -> None:
        self.kept[file.id] = file

    async def drop(self, file: str) -> None:
        self.pieces.pop(file, None)
        self.kept.pop(file, None)

    async def find(self, file: str, place: Place) -> KeptFile | None:
        found = self.kept.get(file)
        return found if found is not None and found.place == place else None

    async def unsent(self, person: str) -> int:
        return len(self.kept)


@dataclass
class HeldDrafts:
    """Fulfils `Drafts` in memory."""

    kept: dict[DraftPlace, Draft] = field(default_factory=dict)
    held: dict[str, tuple[str, Posted]] = field(default_factory=dict)
    world: World | None = None

    async def keep(self, place: DraftPlace, fields: Posted) -> None:
        assert self.world is not None
        self.kept[place] = Draft(fields=fields, at=self.world.hands.now())

    async def find(self, place: DraftPlace) -> Draft | None:
        return self.kept.get(place)

    async def drop(self, place: DraftPlace) -> None:
        self.kept.pop(place, None)

    async def hold(self, address: str, fields: Posted) -> str | None:
        mark = f"mark{len(self.held)}"
        self.held[mark] = (address, fields)
        return mark

    async def claim(self, mark: str, address: str) -> Posted | None:
        at, fields = self.held.pop(mark, ("", {}))
        return fields if at == address else None


@dataclass
class HeldGuard:
    """Fulfils `Guard`: the codes are `1234` for the new address and `5678` for the old one."""

    begun: list[tuple[str, bool]] = field(default_factory=list)

    async def begin(self, guarded: Guarded, *, again: bool = False) -> AskedFor:
        self.begun.append((guarded.address, again))
        return AskedFor(by=ProofBy.CODE)

    async def look(self, guarded: Guarded, proof: str, code: str) -> AskedFor | None:
        problems = {}
        if proof != "5678":
            problems[PROOF] = Wrong("wrong code")
        if code != "1234":
            problems[CODE] = Wrong("wrong code")
        return AskedFor(by=ProofBy.CODE, problems=problems) if problems else None


@dataclass
class Office:
    """A portal that takes files, keeps drafts and asks for codes."""

    actions: HeldActions = field(default_factory=HeldActions)
    files: HeldFiles = field(default_factory=HeldFiles)
    drafts: HeldDrafts = field(default_factory=HeldDrafts)
    guard: HeldGuard = field(default_factory=HeldGuard)

    def __post_init__(self) -> None:
        inputs = Inputs(files=self.files, drafts=self.drafts, guard=self.guard)
        self.world = self.drafts.world = world(actions=self.actions, inputs=inputs)
        self.site: Site = site(self.world)

    def visit(self, who: str = "sanne", **headers: str) -> AsyncClient:
        return self.site.visit(who, **FROM_HERE, **headers)


@pytest.fixture
def office() -> Office:
    return Office()


async def filled_in(
    visit: AsyncClient, photo: tuple[str, bytes] | None = None, quantity: str = "1", **more: str
) -> Response:
    """A return of something broken that was filled in, its photo at once with the rest."""
    page = await visit.get(RETURN)
    (key, *_) = re.findall(r'type="checkbox"[^>]*name="lines" value="([^"]+)"', page.text)
    fields = {
        "form_token": token_of(page),
        "lines": key,
        f"lines.{key}.quantity": quantity,
        "reason": "DEFECT",
        **more,
    }
    files = {"photo": (*photo, "text/plain")} if photo else {"photo": ("", b"")}
    return await visit.post(RETURN, data=fields, files=files)


async def again(visit: AsyncClient, page: Response, quantity: str = "", **more: str) -> Response:
    """The same page sent again without a new file; quantity: another one of what is ticked."""
    fields: dict[str, Sequence[str]] = {}
    for name, value in kept_in(page):
        fields[name] = [*fields.get(name, ()), value]
    for name, value in re.findall(r'name="([^"]+)" type="text" value="([^"]*)"', page.text):
        fields[name] = [html.unescape(value)]
    ticked = re.findall(r'name="([^"]+)" value="([^"]+)" checked', page.text)
    if quantity:
        (key,) = (value for name, value in ticked if name == "lines")
        fields[f"lines.{key}.quantity"] = [quantity]
    return await visit.post(RETURN, data={**fields, **dict(ticked), **more})


# ---- files


async def test_what_may_be_sent_is_told_before(office: Office) -> None:
    async with office.visit() as visit:
        first = await visit.get(RETURN)
        page = await filled_in(visit, form_page="0")
    assert 'enctype="multipart/form-data"' not in first.text
    assert 'enctype="multipart/form-data"' in page.text
    assert 'accept="image/jpeg,image/png,image/gif"' in page.text
    assert "Een foto (JPG, PNG of GIF) van hooguit 8 MB" in page.text


async def test_a_photo_goes_along_with_the_form(office: Office) -> None:
    async with office.visit() as visit:
        check = await filled_in(visit, ("stuk.jpg", JPEG))
        assert check.status_code == 200, check.text
        assert "stuk.jpg" in check.text
        answer = await confirm(visit, RETURN, check)
    assert answer.status_code == 303
    (id_,) = office.files.kept
    assert {type(errand.file) for errand in only(office.actions).errands} == {str}  # can be kept
    assert [(e.file, e.upload) for e in only(office.actions).errands if e.upload] == [
        ("photo", id_)
    ]
    assert b"".join(office.files.pieces[id_]) == JPEG


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7" + b" " * 100, "Dit is geen foto die we kunnen aannemen"),
        (b"<svg/>", "Dit is geen foto die we kunnen aannemen"),
        (b"", "Dit bestand is leeg"),
        (JPEG.ljust(8 * MEGABYTE + 1), "Dit bestand is te groot. Het mag hooguit 8 MB zijn"),
    ],
    ids=["pdf", "svg", "empty", "large"],
)
async def test_what_is_wrong_with_a_file_stands_beside_it_and_nothing_is_kept(
    office: Office, content: bytes, said: str
) -> None:
    async with office.visit() as visit:
        page = await filled_in(visit, ("vakantie.jpg", content))
    assert page.status_code == 422
    assert page.text.count(said) == 2  # on top and beside the field
    assert (office.files.kept, office.files.pieces) == ({}, {})


async def test_a_photo_survives_a_mistake_elsewhere_and_can_be_taken_away(office: Office) -> None:
    async with office.visit() as visit:
        wrong = await filled_in(visit, ("stuk.jpg", JPEG), quantity="99")
        assert wrong.status_code == 422
        photo = await again(visit, wrong, quantity="1")
        assert photo.status_code == 200
        assert "<bdi>stuk.jpg</bdi> is bewaard." in photo.text
        right = await again(visit, photo)
        assert right.status_code == 200
        assert "stuk.jpg" in right.text
        gone = await again(visit, photo, remove="photo")
        assert gone.status_code == 200
        assert "stuk.jpg" not in gone.text
        assert 'name="photo" type="file"' in gone.text  # where it was taken away
    assert office.files.kept == {}


async def test_a_file_of_somebody_else_does_not_go_along(office: Office) -> None:
    async with office.visit() as visit:
        await filled_in(visit, ("stuk.jpg", JPEG), quantity="99")
        (id_,) = office.files.kept
        theirs = replace(
            office.files.kept[id_], place=replace(office.files.kept[id_].place, person="other")
        )
        office.files.kept[id_] = theirs
        check = await filled_in(visit, None)
        answer = await confirm(visit, RETURN, check, photo=id_)
    assert answer.status_code == 303
    assert not any(errand.upload for errand in only(office.actions).errands)


@pytest.mark.parametrize("who", ["", "joost", "mila"])
async def test_nobody_leaves_a_file_who_may_not_fill_in_the_form(office: Office, who: str) -> None:
    async with office.visit(who) as visit:
        answer = await visit.post(
            RETURN, data={"form_token": "x"}, files={"photo": ("a.jpg", JPEG)}
        )
    assert answer.status_code in (303, 404, 422, 503)
    if who != "joost":
        assert office.files.pieces == {}


async def test_a_file_from_another_website_is_not_even_read(office: Office) -> None:
    async with office.site.visit("sanne", **{"sec-fetch-site": "cross-site"}) as visit:
        answer = await visit.post(RETURN, files={"photo": ("a.jpg", JPEG)})
    assert answer.status_code == 403
    assert office.files.pieces == {}


# ---- drafts


async def test_what_was_filled_in_is_offered_again_and_gone_once_it_is_sent(
    office: Office,
) -> None:
    async with office.visit() as visit:
        await filled_in(visit, ("stuk.jpg", JPEG), quantity="99")
    async with office.visit() as elsewhere:  # another device
        page = await elsewhere.get(RETURN)
        assert "U was hier gebleven" in page.text
        assert "checked" in page.text
        assert "Fout" not in page.text
        photo = await again(elsewhere, page, quantity="1")
        assert "<bdi>stuk.jpg</bdi> is bewaard." in photo.text
        check = await again(elsewhere, photo)
        assert (await confirm(elsewhere, RETURN, check)).status_code == 303
        fresh = await elsewhere.get(RETURN)
    assert "U was hier gebleven" not in fresh.text
    assert office.drafts.kept == {}


async def test_a_draft_is_thrown_away_by_a_button(office: Office) -> None:
    async with office.visit() as visit:
        await filled_in(visit, None, reason="")
        page = await visit.get(RETURN)
        thrown = await visit.post(RETURN, data={"form_token": token_of(page), "forget": "yes"})
    assert thrown.status_code == 200
    assert "U was hier gebleven" not in thrown.text
    assert office.drafts.kept == {}


async def test_a_draft_is_of_one_person(office: Office) -> None:
    async with office.visit() as visit:
        page = await visit.get("/gegevens")
        await visit.post(
            "/gegevens", data={**DETAILS, "city": "Elders", "form_token": token_of(page)}
        )
    async with office.visit("bram") as other:
        page = await other.get("/gegevens")
    assert "Elders" not in page.text
    assert "gebleven" not in page.text


async def signed_out_with(office: Office, visit: AsyncClient, **fields: str) -> Response:
    """Somebody whose sign-in ended while the form was open."""
    page = await visit.get("/gegevens")
    visit.cookies.delete("balie")
    return await visit.post("/gegevens", data={**fields, "form_token": token_of(page)})


async def test_what_was_sent_after_a_sign_in_ended_is_there_after_signing_in(
    office: Office,
) -> None:
    async with office.visit() as visit:
        answer = await signed_out_with(office, visit, **{**DETAILS, "city": "Elders"})
        assert answer.status_code == 303
        assert answer.headers["location"] == "/accounts/login/?next=%2Fgegevens"
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly; SameSite=Lax" in cookie
        assert "Path=/gegevens" in cookie
        assert "Elders" not in cookie
        visit.cookies.set("balie", "sanne")
        page = await visit.get("/gegevens")
        assert 'value="Elders"' in page.text
        assert "U was hier gebleven" in page.text
        assert 'held=""' in page.headers["set-cookie"] or "held=;" in page.headers["set-cookie"]
    assert office.drafts.held == {}


async def test_the_next_person_on_the_same_computer_sees_nothing_of_it(office: Office) -> None:
    async with office.visit() as visit:
        await signed_out_with(office, visit, **{**DETAILS, "city": "Elders"})
        visit.cookies.set("balie", "bram")
        page = await visit.get("/gegevens")
        assert "Elders" not in page.text
        visit.cookies.set("balie", "sanne")
        assert "Elders" not in (await visit.get("/gegevens")).text
    assert (office.drafts.held, office.drafts.kept) == ({}, {})


async def test_without_a_form_of_ours_nothing_is_held(office: Office) -> None:
    async with office.visit("") as visit:
        answer = await visit.post("/gegevens", data=DETAILS)
    assert answer.status_code == 303
    assert "set-cookie" not in answer.headers
    assert office.drafts.held == {}


# ---- guarded fields


async def to_prove(visit: AsyncClient, **changed: str) -> Response:
    """Details with another address, sent as far as the page that asks who this is."""
    page = await visit.get("/gegevens")
    fields: Mapping[str, str] = {**DETAILS, "email": NEW, **changed, "form_token": token_of(page)}
    return await confirm(visit, "/gegevens", await visit.post("/gegevens", data=fields))


async def test_another_address_is_only_taken_with_both_codes(office: Office) -> None:
    async with office.visit() as visit:
        prove = await to_prove(visit)
        assert prove.status_code == 200
        assert "Bent u het?" in prove.text
        assert office.actions.kept == {}
        assert office.guard.begun == [(NEW, False)]
        wrong = await confirm(visit, "/gegevens", prove, proof="5678", code="0000")
        assert wrong.status_code == 422
        assert "Code van uw nieuwe e-mailadres: Deze code klopt niet" in wrong.text
        assert wrong.text.count("Deze code klopt niet") == 2
        assert office.actions.kept == {}
        answer = await confirm(visit, "/gegevens", wrong, proof="5678", code="1234")
        assert answer.status_code == 303
        same = await confirm(visit, "/gegevens", wrong, proof="", code="")
    assert same.headers["location"] == answer.headers["location"]  # sent twice is once
    action = only(office.actions)
    assert action.sign_in == NEW
    assert action.errands[0].fields["email"] == NEW


async def test_a_new_code_can_be_asked_for_and_answers_changed(office: Office) -> None:
    async with office.visit() as visit:
        prove = await to_prove(visit)
        await confirm(visit, "/gegevens", prove, again="yes", proof="", code="")
        assert office.guard.begun == [(NEW, False), (NEW, True)]
        back = await confirm(visit, "/gegevens", prove, back="-", proof="", code="")
        assert f'value="{NEW}"' in back.text
    assert office.actions.kept == {}


@pytest.mark.parametrize("address", ["sanne@example.nl", "SANNE@example.nl"])
async def test_the_same_address_needs_no_code(office: Office, address: str) -> None:
    async with office.visit() as visit:
        answer = await to_prove(visit, email=address)
    assert answer.status_code == 303
    assert office.guard.begun == []
    assert only(office.actions).sign_in == ""


async def test_a_program_is_asked_too(office: Office) -> None:
    fields = {**DETAILS, "email": NEW}
    async with office.visit(accept="application/json") as visit:
        key = {"idempotency-key": "one"}
        asked = await visit.post("/gegevens", json=fields, headers=key)
        assert (asked.json()["stage"], asked.json()["proof"]) == ("prove", "code")
        assert office.actions.kept == {}
        done = await visit.post(
            "/gegevens", json={**fields, "proof": "5678", "code": "1234"}, headers=key
        )
    assert done.status_code == 201


async def test_without_somebody_to_send_codes_the_address_is_not_asked() -> None:
    office = Office()
    plain = site(world(actions=office.actions))
    async with plain.visit("sanne", **FROM_HERE) as visit:
        page = await visit.get("/gegevens")
        assert 'name="email"' not in page.text
        assert 'type="file"' not in (await visit.get(RETURN)).text


# ---- what is under way


async def test_what_was_sent_stands_on_pages_as_being_processed_until_it_is_done(
    office: Office,
) -> None:
    async with office.visit() as visit:
        check = await filled_in(visit)
        receipt = (await confirm(visit, RETURN, check)).headers["location"]
        office.world.hands.on(seconds=2)
        page = await visit.get("/retour")
        (row,) = re.findall(r"<tr[^>]*>.*?</tr>", page.text.split("<tbody>")[1], re.DOTALL)
        assert f'href="{receipt}"' in row
        assert "wordt verwerkt" in row
        data = (await visit.get("/retour", headers={"accept": "application/json"})).json()
        (record,) = data["blocks"]["return"]["records"]
        assert (record["pending"], record["link"]) == (True, receipt)
    async with office.visit("bram") as other:
        assert receipt not in (await other.get("/retour")).text


async def test_a_changed_value_is_what_the_form_shows_next_time(office: Office) -> None:
    async with office.visit() as visit:
        page = await visit.get("/gegevens")
        fields = {**DETAILS, "city": "Elders", "form_token": token_of(page)}
        sent = await confirm(visit, "/gegevens", await visit.post("/gegevens", data=fields))
        assert sent.status_code == 303
        office.world.hands.on(seconds=2)
        assert 'value="Elders"' in (await visit.get("/gegevens")).text
    async with office.visit("bram") as other:
        assert "Elders" not in (await other.get("/gegevens")).text


# ---- whatever anybody sends

_names = st.sampled_from(
    ["photo", "lines", "reason", "email", "city", "form_token", "confirm", "back", "remove",
     "forget", "again", "proof", "code", "order", "held", "x"]
)  # fmt: skip
_texts = st.one_of(
    st.text(max_size=20), st.sampled_from(["yes", "photo", "\x00", "1234", "5678", NEW, "REGRET"])
)


@settings(max_examples=examples(12), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    address=st.sampled_from([RETURN, "/retour/nieuw", "/gegevens"]),
    who=st.sampled_from(["sanne", "bram", ""]),
    fields=st.dictionaries(_names, _texts, max_size=6),
    file=st.one_of(st.none(), st.binary(max_size=200), st.just(JPEG)),
    held=st.one_of(st.none(), st.sampled_from(["mark0", "x", "%00"])),
)
async def test_whatever_is_posted_gets_words_and_nothing_is_sent_without_being_shown(
    address: str, who: str, fields: dict[str, str], file: bytes | None, held: str | None
) -> None:
    office = Office()
    async with office.visit(who) as visit:
        if held is not None:
            visit.cookies.set("held", held)
        files = {} if file is None else {"photo": ("a.jpg", file)}
        answer = await visit.post(address, data=fields, files=files)
        assert answer.status_code in {200, 303, 400, 404, 409, 413, 415, 422, 503}
        again = await visit.get(address)
        assert again.status_code in {200, 303, 404}
    assert office.actions.kept == {}  # no token of ours went along
    kept = {one.place.person for one in office.files.kept.values()}
    assert kept <= {f"person of {who}@example.nl"}
