"""The rows of the simulated back office: the same for everybody, but for whose they are.

A customer's number says how many orders and invoices they have: C00042 has 20, A00042 10, B00042
100, D00042 1,000. So a back office of any number of customers needs no memory.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

Row = dict[str, object]

CUSTOMER = "C%%%%%"
"""Stands in a row for the customer's number; as long as one."""
CENTS = "#!"
"""Stands in an amount for two digits that differ at every answer, while answers change."""
ROWS = {"C": 20, "A": 10, "B": 100, "D": 1000}
TICKETS = 5
_TODAY = date(2026, 11, 20)
_ORDER_STATES = ("received", "confirmed", "picking", "sent", "delivered")
_INVOICE_STATES = ("open", "paid", "reminded")
_TICKET_STATES = ("new", "busy", "answered")


@dataclass(frozen=True, slots=True)
class Table:
    """A table of one system. owner: the field that says whose a row is."""

    system: str
    name: str
    owner: str


TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        Table("crm", "customers", "number"),
        Table("erp", "orders", "customerNumber"),
        Table("billing", "invoices", "customerNumber"),
        Table("helpdesk", "tickets", "customerNumber"),
    )
}


def rows(table: str, count: int) -> Iterator[Row]:
    """This many rows of a table, newest first, with CUSTOMER and CENTS in them."""
    make = {
        "customers": lambda _: customer(),
        "orders": order,
        "invoices": invoice,
        "tickets": ticket,
    }[table]
    return (make(n) for n in range(count))


def count(table: str, number: str) -> int:
    """How many rows the customer with this number has."""
    if table == "customers":
        return 1
    return TICKETS if table == "tickets" else ROWS[number[0]]


def customer() -> Row:
    """The one row of a customer."""
    return {
        "number": CUSTOMER,
        "name": "Installation company Van Dalen & Daughters",
        "kind": "company",
        "contactName": "Robin van Dalen",
        "email": f"{CUSTOMER}@example.nl",
        "phone": "030 - 555 01 42",
        "mobile": None,
        "street": "Herengracht 182",
        "postcode": "1016 BR",
        "city": "Amsterdam",
        "country": "NL",
        "website": "https://dalen.example",
        "chamberNumber": "30142857",
        "taxNumber": "NL001234567B01",
        "bankAccount": "NL91ABNA0417164300",
        "bankHolder": "Van Dalen",
        "currency": "EUR",
        "paymentTerms": "30D",
        "paymentMethod": "TRANSFER",
        "creditLimit": 25000,
        "blocked": False,
        "priceList": "TRADE",
        "discountGroup": "D2",
        "salesperson": "MB",
        "territory": "MIDDLE",
        "language": "en",
        "segment": "SMALL",
        "industry": "4322",
        "employees": 12,
        "points": f"1{CENTS}",
        "marketing": False,
        "newsletter": True,
        "invoiceEmail": f"invoices.{CUSTOMER}@example.nl",
        "invoiceStreet": "Herengracht 182",
        "invoicePostcode": "1016 BR",
        "invoiceCity": "Amsterdam",
        "since": "2016-03-14",
        "createdAt": "2016-03-14T09:12:00Z",
        "changedAt": "2026-11-02T15:40:00Z",
        "revision": f"r{CENTS}",
    }


def order(n: int) -> Row:
    """The n-th newest order."""
    placed = _TODAY - timedelta(days=3 * n)
    state = _ORDER_STATES[min(n, 4)]
    excluding = 110 + 7 * n
    return {
        "id": f"o-{CUSTOMER}-{n:04}",
        "number": f"SO-{CUSTOMER}-{n:04}",
        "customerNumber": CUSTOMER,
        "reference": f"PO {4100 + n}" if n % 3 else None,
        "status": state,
        "orderDate": placed.isoformat(),
        "requestedDate": (placed + timedelta(days=5)).isoformat(),
        "promisedDate": (placed + timedelta(days=6)).isoformat(),
        "shipDate": (placed + timedelta(days=4)).isoformat() if n > 2 else None,
        "deliveredAt": f"{placed + timedelta(days=6)}T10:2{n % 10}:00Z" if n > 3 else None,
        "fullyShipped": n > 2,
        "currency": "EUR",
        "totalExcludingTax": f"{excluding}.00",
        "totalTax": f"{excluding * 21 / 100:.2f}",
        "totalIncludingTax": f"{excluding + excluding * 21 // 100}.{CENTS}",
        "discount": "0.00",
        "shippingCost": "6.95",
        "lineCount": 1 + n % 7,
        "weight": f"{2 + n % 9}.40",
        "paymentTerms": "30D",
        "paymentMethod": "TRANSFER",
        "shippingMethod": "DPD",
        "trackingCode": f"3SBAL{n:08}" if n > 2 else None,
        "warehouse": "UTR",
        "salesperson": "MB",
        "channel": "WEB",
        "priority": "NORMAL",
        "contactName": "Robin van Dalen",
        "contactEmail": f"{CUSTOMER}@example.nl",
        "contactPhone": "030 - 555 01 42",
        "shipName": "Van Dalen",
        "shipStreet": "Herengracht 182",
        "shipPostcode": "1016 BR",
        "shipCity": "Amsterdam",
        "shipCountry": "NL",
        "billName": "Van Dalen",
        "billCity": "Amsterdam",
        "note": "Please ring twice." if n % 4 == 0 else None,
        "changedAt": f"{placed}T16:00:00Z",
        "revision": f"r{CENTS}",
    }


def invoice(n: int) -> Row:
    """The n-th newest invoice."""
    posted = _TODAY - timedelta(days=5 * n + 1)
    state = _INVOICE_STATES[0 if n < 2 else 1 if n % 9 else 2]
    excluding = 95 + 11 * n
    including = excluding + excluding * 21 // 100
    return {
        "id": f"i-{CUSTOMER}-{n:04}",
        "number": f"SI-{CUSTOMER}-{n:04}",
        "customerNumber": CUSTOMER,
        "orderNumber": f"SO-{CUSTOMER}-{n:04}",
        "reference": f"PO {4100 + n}" if n % 3 else None,
        "status": state,
        "kind": "invoice",
        "invoiceDate": posted.isoformat(),
        "postingDate": posted.isoformat(),
        "dueDate": (posted + timedelta(days=30)).isoformat(),
        "paidDate": None if state == "open" else (posted + timedelta(days=21)).isoformat(),
        "currency": "EUR",
        "totalExcludingTax": f"{excluding}.00",
        "totalTax": f"{excluding * 21 / 100:.2f}",
        "totalIncludingTax": f"{including}.{CENTS}",
        "remaining": f"{including}.{CENTS}" if state == "open" else "0.00",
        "discount": "0.00",
        "paymentDiscount": "0.00",
        "reminders": 0 if state != "reminded" else 1,
        "paymentTerms": "30D",
        "paymentMethod": "TRANSFER",
        "bankAccount": "NL91ABNA0417164300",
        "taxNumber": "NL001234567B01",
        "ledger": "1300",
        "costCentre": "SALES",
        "salesperson": "MB",
        "billName": "Van Dalen",
        "billStreet": "Herengracht 182",
        "billPostcode": "1016 BR",
        "billCity": "Amsterdam",
        "billCountry": "NL",
        "billEmail": f"invoices.{CUSTOMER}@example.nl",
        "lineCount": 1 + n % 7,
        "sentBy": "MAIL",
        "sentAt": f"{posted}T06:00:00Z",
        "openedAt": None,
        "closed": state == "paid",
        "note": None,
        "changedAt": f"{posted}T06:00:00Z",
        "revision": f"r{CENTS}",
    }


def ticket(n: int) -> Row:
    """The n-th newest ticket."""
    asked = _TODAY - timedelta(days=2 * n)
    return {
        "id": f"t-{CUSTOMER}-{n:04}",
        "number": f"T-{CUSTOMER}-{n:04}",
        "customerNumber": CUSTOMER,
        "subject": f"Where is part {n + 1} of my order?",
        "status": _TICKET_STATES[min(n, 2)],
        "priority": "NORMAL",
        "channel": "MAIL",
        "team": "SERVICE",
        "agent": "Mila",
        "orderNumber": f"SO-{CUSTOMER}-{n:04}",
        "invoiceNumber": None,
        "messages": f"1{CENTS}",
        "contactName": "Robin van Dalen",
        "contactEmail": f"{CUSTOMER}@example.nl",
        "language": "en",
        "satisfaction": None,
        "openedOn": asked.isoformat(),
        "answeredOn": (asked + timedelta(days=1)).isoformat() if n > 1 else None,
        "closedOn": None,
        "createdAt": f"{asked}T09:30:00Z",
        "changedAt": f"{asked}T11:00:00Z",
        "revision": f"r{CENTS}",
    }
