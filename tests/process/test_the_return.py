"""The example's stories from the form to their end, in simulated time, line by line of the log."""

import pytest

from tests.process.world import CONTACT, Office
from tests.telling import Telling


@pytest.fixture
def office(telling: Telling) -> Office:
    """The service, in its own words and with every name replaced."""
    return Office(telling)


def return_of(amount: float, reason: str = "REGRET") -> dict[str, object]:
    return {
        "kind": "return",
        "contactId": CONTACT,
        "customerNumber": "10085",
        "orderReference": "VO-26088",
        "subject": "Retour bij bestelling VO-26088",
        "reasonCode": reason,
        "amount": amount,
        "itemLines": [
            {"lineNumber": 1, "itemNumber": "KB-1", "description": "Kraan", "quantity": 2,
             "unitPrice": 12.5},
            {"lineNumber": 2, "itemNumber": "KB-2", "description": "Slang", "quantity": 1,
             "unitPrice": 15},
        ],
    }  # fmt: skip


async def test_a_small_return_from_the_form_to_the_refund(office: Office) -> None:
    await office.sent("ask-return", "cases", return_of(40))
    await office.passes(days=2)
    await office.told("carrier", "parcelReceived", "R-000001")
    await office.passes(hours=5)
    office.staff_change("erp", "salesCreditMemos", {"number": "VC-1", "status": "Open"})
    await office.passes(hours=1)
    assert office.log() == []
