"""Forms of the example, opened and sent without a web: rows in memory, a store in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from balie.backstage.actions import Receipt
from balie.backstage.forms.desk import BACK, TOKEN, NotAccepted
from balie.backstage.forms.offering import FormOpening
from balie.backstage.forms.page import FormPage, Stage
from balie.backstage.forms.plan import Control
from balie.backstage.service import Service
from balie.mapping.rules import Wrong
from tests.semantics.world import KINDS, SECRET, World, contracts_of, world
from tests.writing.world import HeldActions

SANNE, BRAM, FATIMA, JOOST = (f"{n}@example.nl" for n in ("sanne", "bram", "fatima", "joost"))
SENT = "VO-26088"  # an order of Sanne of which everything was sent


@dataclass
class Office:
    """A world in which forms can be sent."""

    world: World
    actions: HeldActions = field(default_factory=HeldActions)

    def __post_init__(self) -> None:
        self.service = Service(
            self.world.blueprint,
            contracts_of(self.world.blueprint),
            self.world.systems,
            KINDS,
            self.world.memory,
            self.world.hands.clock,
            self.world.noticeboard,
            SECRET,
            actions=self.actions,
        )

    async def form(self, who: str, address: str, language: str = "nl") -> FormOpening | None:
        viewer = await replace(self.world, service=self.service).viewer(who)
        return await self.service.form(address, viewer, language)

    async def open(self, who: str, address: str, about: str | None = None) -> FormPage | None:
        opening = await self.form(who, address)
        assert self.service.forms is not None
        if opening is None:
            return None
        return await self.service.forms.open(opening, self._around(opening), about)

    async def look(
        self, who: str, address: str, about: str | None = None, **posted: "str | Sequence[str]"
    ) -> FormPage | NotAccepted | None:
        opening = await self.form(who, address)
        assert self.service.forms is not None
        assert opening is not None
        return await self.service.forms.look(opening, self._around(opening), about, _listed(posted))

    async def send(
        self,
        who: str,
        address: str,
        about: str | None = None,
        *,
        token: str | None = None,
        **posted: "str | Sequence[str]",
    ) -> Receipt | NotAccepted | None:
        opening = await self.form(who, address)
        assert self.service.forms is not None
        assert opening is not None
        token = self.service.forms.token(opening) if token is None else token
        return await self.service.forms.send(
            opening, self._around(opening), about, _listed(posted) | {TOKEN: [token]}
        )

    async def token(self, who: str, address: str) -> str:
        opening = await self.form(who, address)
        assert opening is not None
        assert self.service.forms is not None
        return self.service.forms.token(opening)

    def _around(self, opening: FormOpening):
        return self.service.around(opening.presenting.viewer, "nl", opening.address)


def _listed(posted: Mapping[str, "str | Sequence[str]"]) -> dict[str, Sequence[str]]:
    """Names of rows are written `lines_10000_quantity` here."""
    return {
        name.replace("__", "."): [value] if isinstance(value, str) else value
        for name, value in posted.items()
    }


@pytest.fixture
def office() -> Office:
    return Office(world())


DETAILS = {
    "email": "sanne@example.nl",
    "mobile": "06 12 34 56 78",
    "street": "Kade 9",
    "postcode": "3512jc",
    "city": "Utrecht",
}


async def test_a_form_that_changes_is_filled_in_already(office: Office) -> None:
    page = await office.open(SANNE, "/gegevens")
    assert page is not None
    assert page.stage is Stage.FILL
    # The mail address is not asked: it is guarded, and no code can be asked for here.
    assert [one.name for one in page.asked] == ["mobile", "street", "postcode", "city"]
    assert page.asked[0].control is Control.PHONE
    assert page.asked[1].value == "Kersenlaan 12"
    assert page.button == "Opslaan"


async def test_what_is_right_is_accepted_with_a_receipt_that_tells_it_back(office: Office) -> None:
    receipt = await office.send(SANNE, "/gegevens", **DETAILS)
    assert isinstance(receipt, Receipt)
    told = {told.field: told.text for told in receipt.action.answers}
    assert told["postcode"] == "3512 JC"
    assert [errand.system for errand in receipt.action.errands] == ["crm", "erp"]
    assert receipt.action.errands[0].fields["postalCode"] == "3512 JC"


async def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    office: Office,
) -> None:
    answer = await office.send(SANNE, "/gegevens", **(DETAILS | {"postcode": "351", "city": ""}))
    assert isinstance(answer, NotAccepted)
    assert answer.status == 422
    assert [(name, wrong) for name, _, wrong in answer.page.problems] == [
        ("postcode", Wrong("postcode")),
        ("city", Wrong("missing")),
    ]
    assert answer.page.asked[2].value == "351"
    assert answer.page.asked[1].value == "Kade 9"
    assert office.actions.kept == {}


async def test_the_same_form_twice_is_one_action_and_the_same_receipt(office: Office) -> None:
    token = await office.token(SANNE, "/gegevens")
    first = await office.send(SANNE, "/gegevens", token=token, **DETAILS)
    again = await office.send(SANNE, "/gegevens", token=token, **DETAILS)
    assert isinstance(first, Receipt)
    assert isinstance(again, Receipt)
    assert first.action.reference == again.action.reference
    assert len(office.actions.kept) == 1


async def test_the_same_form_with_other_answers_is_asked_about(office: Office) -> None:
    token = await office.token(SANNE, "/gegevens")
    await office.send(SANNE, "/gegevens", token=token, **DETAILS)
    other = await office.send(SANNE, "/gegevens", token=token, **(DETAILS | {"street": "Brug 2"}))
    assert isinstance(other, NotAccepted)
    assert other.status == 409
    assert other.before is not None
    assert "Brug 2" in [told.text for told in other.page.told]
    assert len(office.actions.kept) == 1


@pytest.mark.parametrize("token", ["", "x", "0.0.0", "1.2", "ü", "f" * 500])
async def test_a_token_that_was_not_given_out_sends_nothing(office: Office, token: str) -> None:
    answer = await office.send(SANNE, "/gegevens", token=token, **DETAILS)
    assert isinstance(answer, NotAccepted)
    assert answer.expired
    assert office.actions.kept == {}


async def test_a_token_of_somebody_else_or_of_another_form_sends_nothing(office: Office) -> None:
    for who, address in ((BRAM, "/gegevens"), (SANNE, "/bel-mij")):
        token = await office.token(who, address)
        answer = await office.send(SANNE, "/gegevens", token=token, **DETAILS)
        assert isinstance(answer, NotAccepted)
        assert answer.expired


async def test_a_token_lives_seven_days(office: Office) -> None:
    token = await office.token(SANNE, "/gegevens")
    office.world.hands.on(days=7, minutes=1)
    answer = await office.send(SANNE, "/gegevens", token=token, **DETAILS)
    assert isinstance(answer, NotAccepted)
    assert answer.expired


async def test_nothing_changed_is_said_and_nothing_is_kept(office: Office) -> None:
    page = await office.open(SANNE, "/gegevens")
    assert page is not None
    as_it_is = {one.name: one.value for one in page.asked}
    answer = await office.send(SANNE, "/gegevens", **as_it_is)
    assert isinstance(answer, NotAccepted)
    assert answer.nothing_changed
    assert office.actions.kept == {}


async def test_a_return_first_asks_which_order_and_says_why_another_cannot(
    office: Office,
) -> None:
    page = await office.open(SANNE, "/retour/nieuw")
    assert page is not None
    assert page.stage is Stage.PICK
    by_key = {row.key: row for row in page.pickable}
    assert SENT in by_key
    assert all(bool(row.link) != bool(row.why_not) for row in page.pickable)
    assert any("nog niet verzonden" in row.why_not for row in page.pickable)


async def test_a_return_is_ticked_checked_and_sent(office: Office) -> None:
    page = await office.open(SANNE, "/retour/nieuw", SENT)
    assert page is not None
    assert page.stage is Stage.FILL, page.pickable
    assert page.ticking is not None
    row = page.ticking.rows[0]
    answers = {
        "reason": "REGRET",
        "lines": [row.key],
        f"lines__{row.key}__quantity": "1",
    }
    check = await office.look(SANNE, "/retour/nieuw", SENT, **answers)
    assert isinstance(check, FormPage), check
    assert check.stage is Stage.CHECK
    assert [told.field for told in check.told] == ["order", "reason", "lines"]
    receipt = await office.send(SANNE, "/retour/nieuw", SENT, **answers)
    assert isinstance(receipt, Receipt)
    (case,) = receipt.action.errands
    assert case.fields["orderReference"] == SENT
    assert case.fields["reasonCode"] == "REGRET"
    assert len(case.fields["itemLines"]) == 1


async def test_more_than_was_sent_cannot_come_back(office: Office) -> None:
    page = await office.open(SANNE, "/retour/nieuw", SENT)
    assert page is not None
    assert page.ticking is not None
    key = page.ticking.rows[0].key
    name = f"lines__{key}__quantity"
    answer = await office.look(
        SANNE, "/retour/nieuw", SENT, reason="REGRET", lines=[key], **{name: "999"}
    )
    assert isinstance(answer, NotAccepted)
    (problem,) = answer.page.problems
    assert (problem[0], problem[2].word) == (name.replace("__", "."), "between")


async def test_an_order_of_somebody_else_is_not_there(office: Office) -> None:
    assert await office.open(BRAM, "/retour/nieuw", SENT) is None
    opening = await office.form(BRAM, "/retour/nieuw")
    assert opening is not None
    assert office.service.forms is not None
    around = office.service.around(opening.presenting.viewer, "nl", "/retour/nieuw")
    token = office.service.forms.token(opening)
    posted = {"reason": ["REGRET"], "lines": ["10000"], TOKEN: [token]}
    assert await office.service.forms.send(opening, around, SENT, posted) is None


async def test_rows_that_were_not_offered_are_not_taken(office: Office) -> None:
    answer = await office.look(
        SANNE, "/retour/nieuw", SENT, reason="REGRET", lines=["99999", "../1"]
    )
    assert isinstance(answer, NotAccepted)
    assert [(name, wrong.word) for name, _, wrong in answer.page.problems] == [
        ("lines", "nothing ticked")
    ]


async def test_an_order_that_is_not_ones_own_cannot_be_chosen_in_a_question(
    office: Office,
) -> None:
    answer = await office.look(BRAM, "/vraag/nieuw", order=SENT, text="Waar blijft het?")
    assert isinstance(answer, NotAccepted)
    assert [(n, w.word) for n, _, w in answer.page.problems] == [("order", "choice")]


async def test_a_question_without_an_order_is_sent(office: Office) -> None:
    receipt = await office.send(SANNE, "/vraag/nieuw", order="", text="Wanneer komt het?")
    assert isinstance(receipt, Receipt)
    assert receipt.action.errands[0].fields["description"] == "Wanneer komt het?"


async def test_a_form_is_only_for_whom_it_is(office: Office) -> None:
    assert await office.form(SANNE, "/factuuradres") is None
    assert await office.form(FATIMA, "/factuuradres") is not None
    assert await office.form(FATIMA, "/retour/nieuw") is None


async def test_forms_stand_in_the_menu_in_the_order_of_the_story(office: Office) -> None:
    opening = await office.form(SANNE, "/gegevens")
    assert opening is not None
    menu = office.service.menu(opening.presenting.viewer, "nl")
    addresses = [item.address for item in menu]
    assert "/factuuradres" not in addresses
    assert addresses.index("/bestellingen") < addresses.index("/gegevens")
    assert addresses.index("/gegevens") < addresses.index("/retour/nieuw")


async def test_back_shows_the_form_again_as_it_was_filled_in(office: Office) -> None:
    page = await office.look(
        SANNE, "/vraag/nieuw", order="", text="Wanneer komt het?", **{BACK: "1"}
    )
    assert isinstance(page, FormPage)
    assert page.stage is Stage.FILL
    assert page.asked[-1].value == "Wanneer komt het?"


async def test_a_form_whose_system_is_away_says_so_and_keeps_what_was_typed(
    office: Office,
) -> None:
    office.world.systems["crm"].down = True
    page = await office.open(SANNE, "/gegevens")
    if page is not None:  # who this is may be known still
        assert page.notices
        assert all(one.value == "" for one in page.asked)
