"""The bicycle shop in memory: a few rows of Tryton, as its connector gives them."""

from pathlib import Path

from balie.backstage.actions import Actions
from balie.systems.rows import Raw
from tests.semantics.world import World, world

FIETSEN = Path(__file__).parents[2] / "blueprints" / "fietsen"
MAILS = {"sanne@example.nl": 1, "bram@example.nl": 2, "fatima@example.nl": 3}


def sale(number: str, party: int, state: str = "processing") -> dict[str, Raw]:
    """An order, with what the story looks at."""
    return {
        "id": int(number),
        "number": number,
        "party": {"id": party},
        "state": state,
        "shipment_state": "none",
        "invoice_state": "none",
        "sale_date": "2026-11-02",
        "total_amount": 120.5,
        "currency": {"code": "EUR"},
    }


def fietsen(actions: Actions) -> World:
    """Everybody has an address and an order that a question can be about: 101, 102 and 103."""
    rows = {
        "tryton": {
            "mails": [{"id": n, "value": m, "party": {"id": n}} for m, n in MAILS.items()],
            "parties": [{"id": n, "name": m, "code": str(n)} for m, n in MAILS.items()],
            "addresses": [
                {"id": n, "party": {"id": n}, "street": "Weg 1", "postal_code": "3512 JC",
                 "city": "Utrecht"}
                for n in MAILS.values()
            ],
            "orders": [
                *(sale(f"10{n}", n) for n in MAILS.values()),
                sale("201", 1, "draft"),
            ],
            "invoices": [],
            "complaints": [],
        }
    }  # fmt: skip
    return world(FIETSEN, rows, actions=actions)
