"""Where what we collect must go: forms of the example become rows of its systems, exactly."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from balie.access.viewer import Knowledge, Mine, Viewer
from balie.backstage.errands import Sending, errands
from balie.backstage.filled import Filled, PickedRow
from balie.backstage.row_to_write import CannotBeSent
from balie.mapping.raw import Unfit
from balie.mapping.thing import Record, map_things
from balie.systems.rows import Row
from tests.semantics.world import blueprint_of, contracts_of
from tests.telling import LINDEMAN

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 22)
BLUEPRINT = blueprint_of(LINDEMAN)
CONTRACTS = contracts_of(BLUEPRINT)
THINGS = map_things(BLUEPRINT, CONTRACTS)
CONTACT = "7a0f3c52-0000-4000-8000-000000000001"
NAMES = {"contact": CONTACT, "customer": "10042"}
CONTACT_ROW: Row = {
    "id": CONTACT,
    "email": "sanne@example.nl",
    "mobilePhone": None,
    "addressLine1": "Domplein 1",
    "postalCode": "3512 JC",
    "city": "Utrecht",
}


def viewer(kind: str, names: Mapping[str, str] = NAMES) -> Viewer:
    return Viewer(
        person="p1",
        email="sanne@example.nl",
        kinds=frozenset({kind}),
        kinds_known=True,
        me={name: Mine(Knowledge.KNOWN, (value,)) for name, value in names.items()},
    )


def sending(step: str, kind: str = "consumer", names: Mapping[str, str] = NAMES) -> Sending:
    return Sending(
        blueprint=BLUEPRINT,
        contracts=CONTRACTS,
        things=THINGS,
        step=next(one for one in BLUEPRINT.steps if one.id == step),
        viewer=viewer(kind, names),
        action="0198",
        at=AT,
        today=TODAY,
    )


def record(thing: str, row: Row, source: str = "") -> Record:
    mapped = THINGS[thing]
    fields = [
        id_
        for id_, field in mapped.fields.items()
        if any(name == source for name, _ in field.paths)
    ]
    made = mapped.record({source: [row]}, fields, TODAY)
    assert made is not None
    return made


def sent_line(number: int, price: float, quantity: int) -> Record:
    return record(
        "sent_line",
        {
            "id": f"{number:08d}-0000-4000-8000-000000000000",
            "documentId": "00000000-0000-4000-8000-000000000101",
            "sequence": number,
            "lineType": "Item",
            "lineObjectNumber": f"A-{number}",
            "description": f"Artikel {number}",
            "quantity": quantity,
            "unitPrice": price,
        },
    )


def asked_return(**answers: str) -> Filled:
    rows = (
        PickedRow(
            record=sent_line(10000, 12.5, 3),
            of="order.sent_lines",
            answers={"number": "10000", "quantity": "2"},
        ),
        PickedRow(
            record=sent_line(20000, 3, 1),
            of="order.sent_lines",
            answers={"number": "20000", "quantity": "1"},
        ),
    )
    return Filled(answers={"order": "VO-26088", "reason": "DEFECT"} | answers, rows={"lines": rows})


BILLING_ROW: Row = {
    "id": "5d3c8a1e-0000-4000-8000-000000000077",
    "number": "10085",
    "email": "facturen@example.nl",
    "addressLine1": "Domplein 1",
    "postalCode": "3512 JC",
    "city": "Utrecht",
}


def test_a_row_that_changes_goes_by_the_key_of_its_table_whatever_the_thing_is_told_by() -> None:
    shown = record("billing", BILLING_ROW)
    filled = Filled(answers={"city": "Zeist"}, subject=shown)
    (change,) = errands(sending("change-billing", "finance"), filled)
    assert shown.key == "10085"
    assert (change.row, change.link) == ("5d3c8a1e-0000-4000-8000-000000000077", {})
    assert (change.fields, change.shown) == ({"city": "Zeist"}, {"city": "Utrecht"})


def test_a_row_of_which_that_key_is_not_known_is_looked_up() -> None:
    shown = record("billing", {name: said for name, said in BILLING_ROW.items() if name != "id"})
    filled = Filled(answers={"city": "Zeist"}, subject=shown)
    (change,) = errands(sending("change-billing", "finance"), filled)
    assert (change.row, change.link) == (None, {"number": "10085"})


def test_a_return_becomes_one_case_with_its_lines_stamped_set_and_added_up() -> None:
    (case,) = errands(sending("ask-return"), asked_return())
    assert (case.id, case.system, case.table, case.is_master) == ("0198:1", "crm", "cases", True)
    assert case.row is None
    assert case.fields == {
        "contactId": CONTACT,
        "kind": "return",
        "orderReference": "VO-26088",
        "reasonCode": "DEFECT",
        "customerNumber": "10042",
        "subject": "Retour bij bestelling VO-26088",
        "amount": 28,
        "itemLines": [
            {
                "lineNumber": 10000,
                "quantity": 2,
                "itemNumber": "A-10000",
                "description": "Artikel 10000",
                "unitPrice": 12.5,
            },
            {
                "lineNumber": 20000,
                "quantity": 1,
                "itemNumber": "A-20000",
                "description": "Artikel 20000",
                "unitPrice": 3,
            },
        ],
    }
    assert (case.give_up, case.goes_to) == (AT + timedelta(hours=48), "returns")


def test_a_photo_follows_the_case_that_it_belongs_to() -> None:
    case, photo = errands(sending("ask-return"), replace(asked_return(), files={"photo": "u1"}))
    assert (photo.id, photo.system, photo.table) == ("0198:2", "crm", "cases")
    assert (photo.follows, photo.file, photo.upload) == (case.number, "photo", "u1")
    assert not photo.is_master
    assert not photo.fields


def test_a_file_of_a_row_that_changes_goes_to_that_row_also_when_nothing_else_changed() -> None:
    (alone,) = errands(sending("change-details"), replace(changed_details(), files={"mobile": "u"}))
    assert (alone.row, alone.follows, alone.is_master) == (CONTACT, None, True)
    assert (alone.file, alone.upload) == ("mobilePhone", "u")
    both = replace(changed_details(mobile="06 12 34 56 78"), files={"mobile": "u"})
    master, file = errands(sending("change-details"), both)
    assert (master.row, master.is_master) == (file.row, not file.is_master) == (CONTACT, True)


def test_whose_it_is_never_comes_from_the_form() -> None:
    with pytest.raises(CannotBeSent, match=r"me\.contact"):
        errands(sending("ask-return", names={"customer": "10042"}), asked_return())


def test_a_code_that_the_contract_does_not_know_is_not_sent() -> None:
    with pytest.raises(Unfit, match="reasonCode"):
        errands(sending("ask-return"), asked_return(reason="BECAUSE"))


def changed_details(**answers: str) -> Filled:
    as_it_was = {
        "email": "sanne@example.nl",
        "mobile": "",
        "street": "Domplein 1",
        "postcode": "3512 JC",
        "city": "Utrecht",
    }
    return Filled(answers=as_it_was | answers, subject=record("contact", CONTACT_ROW))


def test_only_what_differs_is_sent_with_what_was_shown_and_a_follower_with_its_row() -> None:
    master, follower = errands(
        sending("change-details"), changed_details(street="Kade 9", mobile="06 12 34 56 78")
    )
    assert (master.system, master.table, master.row) == ("crm", "contacts", CONTACT)
    assert master.fields == {"addressLine1": "Kade 9", "mobilePhone": "06 12 34 56 78"}
    assert master.shown == {"addressLine1": "Domplein 1", "mobilePhone": None}
    assert (follower.system, follower.table, follower.row) == ("erp", "customers", None)
    assert follower.link == {"number": "10042"}
    assert follower.fields == {"addressLine1": "Kade 9"}
    assert not follower.is_master


def test_the_record_of_a_company_does_not_follow_one_of_its_people() -> None:
    (master,) = errands(sending("change-details", "buyer"), changed_details(street="Kade 9"))
    assert (master.system, master.table) == ("crm", "contacts")


def test_what_was_emptied_is_sent_as_nothing() -> None:
    shown = record("contact", {**CONTACT_ROW, "mobilePhone": "06 1"})
    (master,) = errands(sending("change-details"), replace(changed_details(), subject=shown))
    assert master.fields == {"mobilePhone": None}


def test_a_form_in_which_nothing_was_changed_has_no_errands() -> None:
    assert errands(sending("change-details"), changed_details()) == ()


def test_a_question_has_its_text_its_order_and_its_team() -> None:
    (case,) = errands(
        sending("ask-question"), Filled(answers={"order": "", "text": "Wanneer komt het?"})
    )
    assert case.fields == {
        "contactId": CONTACT,
        "kind": "question",
        "description": "Wanneer komt het?",
        "customerNumber": "10042",
        "subject": "Vraag van een klant",
    }
    assert case.goes_to == "service"
