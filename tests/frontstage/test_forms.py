"""Forms as a browser meets them: asked over HTTP, filled in, checked, sent, and told back."""

import asyncio
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest
from httpx import AsyncClient, Response

from balie.backstage.actions import Action as OurAction
from balie.backstage.actions import ErrandState, Progress, Receipt
from tests.frontstage.site import FROM_HERE, Site, leads_to, site
from tests.semantics.world import World, world
from tests.writing.world import HeldActions

SENT = "VO-26088"  # an order of Sanne of which everything was sent
DETAILS = {
    "email": "sanne@example.nl",
    "mobile": "06 12 34 56 78",
    "street": "Kade 9",
    "postcode": "3512jc",
    "city": "Utrecht",
}
_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@dataclass
class Office:
    """A portal in which forms can be sent, and what was sent there."""

    actions: HeldActions = field(default_factory=HeldActions)

    def __post_init__(self) -> None:
        self.world: World = world(actions=self.actions)
        self.site: Site = site(self.world)

    def visit(self, who: str = "sanne", **headers: str) -> AsyncClient:
        return self.site.visit(who, **FROM_HERE, **headers)

    def done(self, errand: int = 1, state: ErrandState = ErrandState.DONE, **more: object) -> None:
        """Lets an errand of the only action fare so."""
        (action,) = self.actions.kept.values()
        id_ = f"{action.id}:{errand}"
        at = self.world.hands.now()
        self.actions.progress[action.id][id_] = replace(
            Progress(errand=id_, state=state, since=at), **more
        )


@pytest.fixture
def office() -> Office:
    return Office()


def token_of(page: Response) -> str:
    found = _TOKEN.search(page.text)
    assert found is not None, page.text
    return found[1]


def kept_in(page: Response) -> list[tuple[str, str]]:
    """Hidden fields: what the page brings along."""
    return [(html.unescape(n), html.unescape(v)) for n, v in _HIDDEN.findall(page.text)]


async def post(
    visit: AsyncClient, address: str, fields: Mapping[str, str | Sequence[str]]
) -> Response:
    return await visit.post(address, data=dict(fields))


async def check(visit: AsyncClient, address: str, **fields: str | Sequence[str]) -> Response:
    """A form that was opened and filled in: the page that asks whether it is right."""
    page = await visit.get(address)
    return await post(visit, address, {**fields, "form_token": token_of(page)})


async def confirm(visit: AsyncClient, address: str, page: Response, **more: str) -> Response:
    """Presses the button of that page."""
    fields: dict[str, list[str]] = {}
    for name, value in kept_in(page):
        fields.setdefault(name, []).append(value)
    return await post(visit, address, {**fields, **more, "confirm": "yes"})


async def sent(visit: AsyncClient, address: str, **fields: str | Sequence[str]) -> Response:
    """A form from opening it to its receipt."""
    return await confirm(visit, address, await check(visit, address, **fields))


def only(actions: HeldActions) -> OurAction:
    (action,) = actions.kept.values()
    return action


# ---- filling in


async def test_a_form_is_one_page_with_a_label_for_each_question(office: Office) -> None:
    async with office.visit() as visit:
        page = await visit.get("/gegevens")
    assert page.status_code == 200
    assert page.text.count("<h1>") == 1
    assert "<h1>Ik wijzig mijn gegevens</h1>" in page.text
    assert 'autocomplete="postal-code"' in page.text
    assert 'autocomplete="tel" inputmode="tel"' in page.text
    assert "(mag leeg blijven)" in page.text  # the mobile number alone
    assert page.text.count("(mag leeg blijven)") == 1
    for id_ in re.findall(r'<label class="lab" for="([^"]+)"', page.text):
        assert f'id="{id_}"' in page.text


async def test_what_is_right_is_shown_to_be_checked_and_then_sent(office: Office) -> None:
    async with office.visit() as visit:
        page = await check(visit, "/gegevens", **DETAILS)
        assert page.status_code == 200
        assert "<h1>Klopt dit?</h1>" in page.text
        assert "3512 JC" in page.text
        assert office.actions.kept == {}
        answer = await confirm(visit, "/gegevens", page)
        assert answer.status_code == 303
        reference = only(office.actions).reference
        assert leads_to(answer.headers["location"]) == f"/ontvangst/{reference}"
        receipt = await visit.get(answer.headers["location"])
    assert receipt.status_code == 200
    assert "<h1>We hebben het ontvangen</h1>" in receipt.text
    assert reference in receipt.text
    assert "Kade 9" in receipt.text


async def test_what_is_wrong_is_said_on_top_and_beside_the_field(office: Office) -> None:
    async with office.visit() as visit:
        page = await check(visit, "/gegevens", **{**DETAILS, "postcode": "351", "city": ""})
    assert page.status_code == 422
    assert "<title>Fout: Ik wijzig mijn gegevens" in page.text
    summary = page.text.partition('class="esum"')[2].partition("</div>")[0]
    assert page.text.index('class="esum"') < page.text.index("<h1>")
    assert 'tabindex="-1" autofocus' in summary
    linked = re.findall(r'<a href="#([^"]+)">([^<]+)</a>', summary)
    assert [text for _, text in linked] == [
        "Postcode: Vul een postcode in, zoals 3512 JC",
        "Plaats: Vul dit in",
    ]
    for id_, text in linked:
        assert f'aria-describedby="{id_}-' in page.text
        assert f'id="{id_}-fault"' in page.text
        assert text.partition(": ")[2] in page.text.replace(summary, "")
    assert 'value="351"' in page.text
    assert 'value="Kade 9"' in page.text
    assert office.actions.kept == {}


async def test_every_answer_can_be_changed_from_the_page_that_asks_whether_it_is_right(
    office: Office,
) -> None:
    async with office.visit() as visit:
        page = await check(visit, "/gegevens", **DETAILS)
        fields = dict(kept_in(page))
        again = await post(visit, "/gegevens", {**fields, "back": "street"})
    assert again.status_code == 200
    assert re.search(r'name="street"[^>]*value="Kade 9"[^>]*autofocus', again.text)
    assert token_of(again) == fields["form_token"]


async def test_nothing_changed_is_said_before_it_is_sent(office: Office) -> None:
    async with office.visit() as visit:
        page = await visit.get("/gegevens")
        as_it_is = dict(re.findall(r' name="(\w+)" type="\w+" value="([^"]*)"', page.text))
        answer = await check(visit, "/gegevens", **as_it_is)
    assert answer.status_code == 422
    assert "U heeft nog niets veranderd" in answer.text
    assert office.actions.kept == {}


async def test_answers_are_text_and_never_markup(office: Office) -> None:
    bad = '"><script>alert(1)</script>'
    async with office.visit() as visit:
        wrong = await check(visit, "/vraag/nieuw", text="", order=bad)
        page = await check(visit, "/vraag/nieuw", text=bad, order="")
        answer = await confirm(visit, "/vraag/nieuw", page)
        receipt = await visit.get(answer.headers["location"])
    for one in (wrong, page, receipt):
        assert "<script>alert" not in one.text
    assert html.escape(bad, quote=False)[:10] in receipt.text.replace("&#34;", '"')


# ---- about a row


async def test_a_return_first_asks_which_order_and_says_why_another_cannot(
    office: Office,
) -> None:
    async with office.visit() as visit:
        page = await visit.get("/retour/nieuw")
    assert page.status_code == 200
    assert f'href="/retour/nieuw?order={SENT}"' in page.text
    assert "Deze bestelling is nog niet verzonden." in page.text


async def test_a_return_from_the_page_of_its_order_to_its_receipt(office: Office) -> None:
    async with office.visit() as visit:
        order = await visit.get(f"/bestellingen/{SENT}")
        (address,) = set(re.findall(r'href="(/retour/nieuw\?[^"]+)"', order.text))
        assert address == f"/retour/nieuw?order={SENT}"
        page = await visit.get(address)
        keys = re.findall(r'type="checkbox"[^>]*name="lines" value="([^"]+)"', page.text)
        assert keys
        fields = {"lines": keys[:1], f"lines.{keys[0]}.quantity": "1", "reason": "REGRET"}
        answer = await sent(visit, address, **fields)
        assert answer.status_code == 303
        receipt = await visit.get(answer.headers["location"])
    assert "1 × Handdoekdispenser RVS wit" in receipt.text
    assert "Ik heb het niet nodig" in receipt.text
    (case,) = only(office.actions).errands
    assert case.fields["orderReference"] == SENT
    assert case.returns == ("caseNumber",)


async def test_there_is_no_way_to_a_form_that_is_not_allowed_for_a_row(office: Office) -> None:
    async with office.visit() as visit:
        pick = await visit.get("/retour/nieuw")
        for order in re.findall(r"VO-\d+", pick.text):
            page = await visit.get(f"/bestellingen/{order}")
            form = await visit.get(f"/retour/nieuw?order={order}")
            can = 'name="reason"' in form.text
            assert (f"/retour/nieuw?order={order}" in page.text) is can, order


async def test_a_row_of_somebody_else_is_not_there(office: Office) -> None:
    async with office.visit("bram") as visit:
        assert (await visit.get(f"/retour/nieuw?order={SENT}")).status_code == 404
        answer = await post(visit, f"/retour/nieuw?order={SENT}", {"reason": "REGRET"})
    assert answer.status_code == 404
    assert office.actions.kept == {}


@pytest.mark.parametrize("key", ["%00", "x" * 300, "%C3%28", "a%0Ab", "..%2F.."])
async def test_no_key_breaks_a_form(office: Office, key: str) -> None:
    async with office.visit() as visit:
        for answer in (
            await visit.get(f"/retour/nieuw?order={key}"),
            await post(visit, f"/retour/nieuw?order={key}", {"reason": "REGRET"}),
        ):
            assert answer.status_code in (404, 422, 503), answer.text


async def test_more_than_was_sent_is_refused_in_words(office: Office) -> None:
    address = f"/retour/nieuw?order={SENT}"
    async with office.visit() as visit:
        page = await visit.get(address)
        key = re.findall(r'name="lines" value="([^"]+)"', page.text)[0]
        answer = await check(
            visit, address, **{"lines": key, f"lines.{key}.quantity": "99", "reason": "REGRET"}
        )
    assert answer.status_code == 422
    assert re.search(r"Hoeveel: Vul een getal in van 1 tot en met \d", answer.text)
    assert 'value="99"' in answer.text


# ---- twice, too late, in between


async def test_the_same_form_sent_twice_is_once_with_the_same_receipt(office: Office) -> None:
    async with office.visit() as visit:
        page = await check(visit, "/gegevens", **DETAILS)
        first = await confirm(visit, "/gegevens", page)
        again = await confirm(visit, "/gegevens", page)
    assert first.status_code == again.status_code == 303
    assert first.headers["location"] == again.headers["location"]
    assert len(office.actions.kept) == 1


async def test_a_hundred_at_once_are_one_action_with_a_hundred_identical_answers(
    office: Office,
) -> None:
    async with office.visit() as visit:
        page = await check(visit, "/gegevens", **DETAILS)
        answers = await asyncio.gather(*(confirm(visit, "/gegevens", page) for _ in range(100)))
    said = {(a.status_code, a.headers["location"], a.content) for a in answers}
    assert len(said) == 1
    assert next(iter(said))[0] == 303
    assert len(office.actions.kept) == 1


async def test_sent_again_after_the_systems_have_it_is_still_the_first_receipt(
    office: Office,
) -> None:
    async with office.visit() as visit:
        page = await check(visit, "/gegevens", **DETAILS)
        first = await confirm(visit, "/gegevens", page)
        crm = office.world.systems["crm"]
        new = {"addressLine1": "Kade 9", "postalCode": "3512 JC", "city": "Utrecht"}
        new |= {"mobilePhone": "06 12 34 56 78"}
        mine = "sanne@example.nl"
        crm.rows = {
            **crm.rows,
            "contacts": [r | new if r["email"] == mine else r for r in crm.rows["contacts"]],
        }
        office.world.hands.on(minutes=10)
        again = await confirm(visit, "/gegevens", page)
    assert again.status_code == 303
    assert again.headers["location"] == first.headers["location"]


async def test_the_same_form_with_other_answers_shows_both_and_keeps_the_new(
    office: Office,
) -> None:
    async with office.visit() as visit:
        page = await check(visit, "/gegevens", **DETAILS)
        first = await confirm(visit, "/gegevens", page)
        token = dict(kept_in(page))["form_token"]
        other = await post(
            visit,
            "/gegevens",
            {**DETAILS, "street": "Brug 2", "form_token": token, "confirm": "yes"},
        )
        assert other.status_code == 409
        assert "Dit formulier heeft u al verstuurd" in other.text
        assert "Kade 9" in other.text
        assert "Brug 2" in other.text
        assert first.headers["location"] in other.text
        new = await confirm(visit, "/gegevens", other)
    assert new.status_code == 303
    assert new.headers["location"] != first.headers["location"]
    assert len(office.actions.kept) == 2


async def test_a_form_that_was_open_too_long_is_shown_again_filled_in(office: Office) -> None:
    async with office.visit() as visit:
        page = await check(visit, "/gegevens", **DETAILS)
        office.world.hands.on(days=8)
        late = await confirm(visit, "/gegevens", page)
        assert late.status_code == 409
        assert "Kijk het nog een keer na" in late.text
        assert "Kade 9" in late.text
        assert office.actions.kept == {}
        answer = await confirm(visit, "/gegevens", late)
    assert answer.status_code == 303


async def test_signed_out_in_between_leads_back_to_the_form(office: Office) -> None:
    async with office.site.visit("", **FROM_HERE) as visit:
        answer = await post(visit, f"/retour/nieuw?order={SENT}", {"reason": "REGRET"})
    assert answer.status_code == 303
    assert (
        leads_to(answer.headers["location"])
        == f"/accounts/login/?next=%2Fretour%2Fnieuw%3Forder%3D{SENT}"
    )


async def test_a_form_from_another_website_is_not_taken(office: Office) -> None:
    async with office.site.visit("sanne", **{"sec-fetch-site": "cross-site"}) as visit:
        answer = await post(visit, "/gegevens", DETAILS)
    assert answer.status_code == 403
    assert office.actions.kept == {}


async def test_what_cannot_be_kept_stands_in_the_page_that_says_so(office: Office) -> None:
    class Full(HeldActions):
        async def accept(self, action: OurAction) -> Receipt:
            raise OSError("no space left: Kade 9")

    full = Office(Full())
    async with full.visit() as visit:
        page = await check(visit, "/gegevens", **DETAILS)
        answer = await confirm(visit, "/gegevens", page)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "30"
    assert dict(kept_in(answer))["street"] == "Kade 9"
    assert dict(kept_in(answer))["confirm"] == "yes"
    assert "no space left" not in answer.text


async def test_while_nobody_knows_whose_it_is_the_form_stays_in_the_page(office: Office) -> None:
    async with office.visit() as visit:
        page = await check(visit, "/gegevens", **DETAILS)
        fresh = Office()
        fresh.world.systems["crm"].down = True
        async with fresh.visit() as other:
            answer = await confirm(other, "/gegevens", page)
            asked = await other.get("/gegevens")
    assert answer.status_code == asked.status_code == 503
    assert dict(kept_in(answer))["street"] == "Kade 9"


async def test_while_a_system_is_away_nothing_is_said_to_be_kept_that_was_not_sent(
    office: Office,
) -> None:
    async with office.visit() as visit:
        await visit.get("/gegevens")
        office.world.systems["crm"].down = True
        office.world.hands.on(minutes=10)
        page = await visit.get("/gegevens")
    assert page.status_code == 200
    assert "Uw wijziging is bewaard" not in page.text
    assert "U ziet de stand van" in page.text
    assert 'value="Kersenlaan 12"' in page.text


async def test_a_question_that_cannot_be_answered_now_is_not_asked(office: Office) -> None:
    async with office.visit() as visit:
        before = await visit.get("/vraag/nieuw")
        office.world.systems["erp"].down = True
        office.world.hands.on(minutes=10)
        page = await visit.get("/vraag/nieuw")
        answer = await sent(visit, "/vraag/nieuw", text="Waar is VO-26088?")
    assert 'name="order"' in before.text
    assert 'name="order"' not in page.text
    assert "U kunt nu geen bestelling kiezen. Noem het nummer in uw vraag." in page.text
    assert answer.status_code == 303


# ---- who


async def test_forms_are_only_for_whom_they_are(office: Office) -> None:
    async with office.visit("sanne") as sanne, office.visit("fatima") as fatima:
        assert (await sanne.get("/factuuradres")).status_code == 404
        assert (await fatima.get("/factuuradres")).status_code == 200
        assert (await fatima.get("/retour/nieuw")).status_code == 404
        answer = await post(sanne, "/factuuradres", {"email": "x@example.nl", "confirm": "yes"})
        assert answer.status_code == 404
    async with office.visit("mila") as mila:
        assert (await mila.get("/gegevens")).status_code == 404
        assert (await mila.get("/ontvangst")).status_code == 404


async def test_forms_and_receipts_cannot_be_put_or_deleted(office: Office) -> None:
    async with office.visit() as visit:
        for method in ("PUT", "PATCH", "DELETE"):
            answer = await visit.request(method, "/gegevens")
            assert answer.status_code == 405
            assert answer.headers["allow"] == "GET, HEAD, POST"
        assert (await visit.post("/ontvangst")).status_code == 405


async def test_forms_stand_in_the_menu(office: Office) -> None:
    async with office.visit() as visit:
        page = await visit.get("/bestellingen")
    assert 'href="/retour/nieuw"' in page.text
    assert 'href="/factuuradres"' not in page.text


async def test_long_names_go_behind_more_so_that_the_menu_is_one_row(office: Office) -> None:
    async with office.visit() as visit:
        page = await visit.get("/bestellingen")
    bar, _, more = page.text.partition('class="nav"')[2].partition('class="menu more"')
    more = more.partition("</nav>")[0]
    assert re.findall(r'href="([^"]+)"', bar) == ["/", "/bestellingen", "/gegevens"]
    assert re.findall(r'href="([^"]+)"', more)[:2] == ["/retour/nieuw", "/retour"]


async def test_a_row_that_it_cannot_be_about_says_why_and_leads_to_the_others(
    office: Office,
) -> None:
    async with office.visit() as visit:
        page = await visit.get("/retour/nieuw?order=VO-25977")
    assert "Terugsturen kon tot en met 30 oktober 2026. Stuk? Bel ons." in page.text
    assert 'href="/retour/nieuw">Kies een andere' in page.text
    assert 'name="reason"' not in page.text


# ---- receipts


async def test_a_receipt_is_nobody_elses(office: Office) -> None:
    async with office.visit() as sanne, office.visit("bram") as bram:
        answer = await sent(sanne, "/gegevens", **DETAILS)
        address = answer.headers["location"]
        assert (await sanne.get(address)).status_code == 200
        for stranger in (
            await bram.get(address),
            await bram.get(address, headers={"accept": "application/json"}),
        ):
            assert stranger.status_code == 404
            assert "Kade 9" not in stranger.text
        assert only(office.actions).reference not in (await bram.get("/ontvangst")).text
    async with office.site.visit("") as nobody:
        assert (await nobody.get(address)).status_code == 303


async def test_a_receipt_tells_how_far_it_is_at_every_moment(office: Office) -> None:
    async with office.visit() as visit:
        address = (await sent(visit, "/gegevens", **DETAILS)).headers["location"]
        said = [(await visit.get(address)).text]
        office.done(1, ErrandState.WAITING, next_at=office.world.hands.now())
        said.append((await visit.get(address)).text)
        office.done(1)
        said.append((await visit.get(address)).text)
        office.done(2)
        said.append((await visit.get(address)).text)
        listed = await visit.get("/ontvangst")
    assert "<h1>We hebben het ontvangen</h1>" in said[0]
    assert "Uw wijziging is bewaard. We verwerken hem zodra het kan." in said[1]
    assert "We proberen het zo opnieuw" in said[1]
    assert "<h1>Het is doorgegeven</h1>" in said[2]
    assert "<h1>Het is verwerkt</h1>" in said[3]
    assert "Verwerkt" in listed.text
    assert address in listed.text
    for page in said:  # no customer reads what a system is called
        main = page.partition("<main")[2].partition("</main>")[0]
        assert not re.search(r"\b(CRM|crm|erp|ERP|Business Central)\b", main)


@pytest.mark.parametrize("state", list(ErrandState))
async def test_whatever_an_errand_does_its_receipt_can_be_read(
    office: Office, state: ErrandState
) -> None:
    async with office.visit() as visit:
        address = (await sent(visit, "/gegevens", **DETAILS)).headers["location"]
        for errand in (1, 2):
            office.done(errand, state, why="Fault 7: Kade 9 is not a street")
            for language in ("nl", "en"):
                page = await visit.get(address, headers={"accept-language": language})
                assert page.status_code == 200
                assert "Fault 7" not in page.text


async def test_what_had_changed_meanwhile_is_shown_beside_what_was_filled_in(
    office: Office,
) -> None:
    async with office.visit() as visit:
        address = (await sent(visit, "/gegevens", **DETAILS)).headers["location"]
        office.done(1, ErrandState.CONFLICT, now={"addressLine1": "Singel 4"})
        page = await visit.get(address)
    assert "Het was intussen al veranderd" in page.text
    row = page.text.partition("Straat en huisnummer</th>")[2].partition("</tr>")[0]
    assert "Kade 9" in row
    assert "Singel 4" in row
    assert 'href="/gegevens">Wijzig het opnieuw' in page.text


async def test_a_receipt_leads_to_what_was_made_once_it_has_a_number(office: Office) -> None:
    async with office.visit() as visit:
        address = (await sent(visit, "/vraag/nieuw", text="Wanneer?", order="")).headers["location"]
        before = await visit.get(address)
        office.done(1, values={"caseNumber": "V-000123"}, row="1")
        after = await visit.get(address)
    assert "/vraag/V-000123" not in before.text
    assert 'href="/vraag/V-000123"' in after.text
    assert "Vraagnummer" in after.text


async def test_the_way_to_receipts_is_there_once_there_is_one(office: Office) -> None:
    async with office.visit() as visit:
        before = await visit.get("/bestellingen")
        await sent(visit, "/gegevens", **DETAILS)
        after = await visit.get("/bestellingen")
    assert 'href="/ontvangst"' not in before.text
    assert 'href="/ontvangst"' in after.text


async def test_who_sent_nothing_reads_so(office: Office) -> None:
    async with office.visit() as visit:
        page = await visit.get("/ontvangst")
    assert page.status_code == 200
    assert "U heeft hier nog niets verstuurd." in page.text


@pytest.mark.parametrize("reference", ["x" * 100, "%00", "AAAA-BBBB", "a/b", "%FF"])
async def test_a_reference_that_is_none_is_not_found(office: Office, reference: str) -> None:
    async with office.visit() as visit:
        assert (await visit.get(f"/ontvangst/{reference}")).status_code == 404


# ---- for programs


async def test_a_form_is_described_and_sent_as_json(office: Office) -> None:
    as_json = {"accept": "application/json"}
    async with office.visit(**as_json) as visit:
        form = (await visit.get(f"/retour/nieuw?order={SENT}")).json()
        assert form["kind"] == "form"
        assert [one["name"] for one in form["questions"]] == ["reason"]
        key = form["rows"]["rows"][0]["key"]
        said = {"order": SENT, "reason": "REGRET", "lines": [key], f"lines.{key}.quantity": "1"}
        wrong = await visit.post(
            "/retour/nieuw", data={**said, "reason": "ZZ"}, headers={"idempotency-key": "k-1"}
        )
        assert wrong.status_code == 422
        assert wrong.json()["problems"] == {"reason": "Kies een van de antwoorden die er staan"}
        made = [
            await visit.post("/retour/nieuw", data=said, headers={"idempotency-key": "k-2"})
            for _ in range(2)
        ]
        assert [one.status_code for one in made] == [201, 201]
        assert made[0].content == made[1].content
        receipt = (await visit.get(made[0].headers["location"])).json()
        listed = (await visit.get("/ontvangst")).json()
        changed = await visit.post(
            "/retour/nieuw",
            data={**said, "reason": "DEFECT"},
            headers={"idempotency-key": "k-2"},
        )
    assert receipt["state"] == "received"
    assert receipt["answers"][0] == {
        "field": "order",
        "label": "Bij welke bestelling?",
        "text": SENT,
    }
    assert [one["address"] for one in listed["receipts"]] == [made[0].headers["location"]]
    assert changed.status_code == 409
    assert changed.json()["refused"] == "sent before"
    assert changed.json()["sent_before"] == made[0].headers["location"]


async def test_a_program_without_a_key_is_told_so(office: Office) -> None:
    async with office.visit(accept="application/json") as visit:
        answer = await post(visit, "/gegevens", DETAILS)
    assert answer.status_code == 409
    assert answer.json()["refused"] == "expired"


async def test_the_key_of_somebody_else_is_another_key(office: Office) -> None:
    key = {"idempotency-key": "the same"}
    async with (
        office.visit(accept="application/json") as sanne,
        office.visit("bram", accept="application/json") as bram,
    ):
        said = {"text": "Wanneer?"}
        first = await sanne.post("/vraag/nieuw", data=said, headers=key)
        other = await bram.post("/vraag/nieuw", data=said, headers=key)
    assert first.status_code == other.status_code == 201
    assert first.json() != other.json()


async def test_forms_and_receipts_are_in_the_description(office: Office) -> None:
    async with office.site.visit("") as nobody:
        described = (await nobody.get("/api/openapi.json")).json()
    paths = described["paths"]
    assert set(paths["/retour/nieuw"]) == {"get", "post"}
    assert {"/ontvangst", "/ontvangst/{reference}"} <= set(paths)
    body = paths["/retour/nieuw"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["required"] == ["reason", "lines"]
    assert body["properties"]["reason"]["enum"] == ["DEFECT", "WRONG", "REGRET"]
