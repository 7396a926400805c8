"""The demo shop 'Voorbeeld Fietsen': what it sells, to whom, and how each order fares.

Everything follows from these tables and the day of loading: no chance, so a test may count on it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

COMPANY = "Voorbeeld Fietsen B.V."


@dataclass(frozen=True)
class Article:
    """Something the shop sells. A service is never shipped."""

    code: str
    name: str
    price: Decimal
    service: bool = False


@dataclass(frozen=True)
class Customer:
    """A person or an organisation. contact: who reads the mail of an organisation."""

    name: str
    mail: str
    street: str
    postal_code: str
    city: str
    orders: int
    contact: str | None = None
    days: int = 14  # to pay


@dataclass(frozen=True)
class Plan:
    """One order to make: for whom, when, what, and how it fares."""

    customer: Customer
    on: date
    fate: str
    lines: tuple[tuple[Article, int], ...] = field(default=())
    reference: str | None = None


def _article(code: str, name: str, price: str, *, service: bool = False) -> Article:
    return Article(code, name, Decimal(price), service)


ARTICLES = (
    _article("FIE-1001", "Stadsfiets Amstel 7V", "649.00"),
    _article("FIE-1002", "E-bike Vecht 500 Wh", "2399.00"),
    _article("FIE-1003", 'Kinderfiets Linde 16"', "249.00"),
    _article("FIE-1004", 'Vouwfiets IJssel 20"', "799.00"),
    _article("FIE-1005", "Racefiets Maas 105", "1549.00"),
    _article("ACC-2001", "Voorlamp LED 40 lux", "34.95"),
    _article("ACC-2002", "Achterlicht USB", "19.95"),
    _article("ACC-2003", "Kettingslot ART-2", "49.95"),
    _article("ACC-2004", "Fietstas dubbel 35 l", "69.95"),
    _article("ACC-2005", "Zadel met gel", "39.95"),
    _article("ACC-2006", "Bidon 0,75 l", "8.95"),
    _article("ACC-2007", "Helm M/L", "59.95"),
    _article("ACC-2008", "Regenponcho", "29.95"),
    _article("ACC-2009", "Kinderzitje voor", "89.00"),
    _article("OND-3001", 'Binnenband 28"', "7.50"),
    _article("OND-3002", "Buitenband 28 x 1,75", "24.95"),
    _article("OND-3003", "Remblokjes, set", "12.50"),
    _article("OND-3004", "Ketting 8V", "17.95"),
    _article("OND-3005", "Pomp met manometer", "32.50"),
    _article("OND-3006", "Accu 500 Wh", "549.00"),
    _article("DIE-4001", "Kleine beurt", "59.00", service=True),
    _article("DIE-4002", "Montage", "25.00", service=True),
)

CUSTOMERS = (
    Customer("Anna de Vries", "anna@fietsen.example", "Kerkweg 12", "3511 LX", "Utrecht", 54),
    Customer("Bram Visser", "bram@fietsen.example", "Dorpsstraat 88", "1012 AB", "Amsterdam", 12),
    Customer(
        "Basisschool De Linde",
        "carla@fietsen.example",
        "Stationsplein 3",
        "6811 KL",
        "Arnhem",
        14,
        contact="Carla Mulder",
        days=30,
    ),
    Customer("Eva van den Berg", "eva@fietsen.example", "Havenweg 7", "9711 KM", "Groningen", 3),
    Customer(
        "Fatima El Idrissi",
        "fatima@fietsen.example",
        "Lange Nieuwstraat 41",
        "2311 GP",
        "Leiden",
        3,
    ),
    Customer("Gijs Østergård", "gijs@fietsen.example", "Kerkweg 130", "5611 EM", "Eindhoven", 2),
    Customer("Hanna Yılmaz", "hanna@fietsen.example", "Dorpsstraat 5", "3511 LX", "Utrecht", 2),
    Customer("Noor Jansen", "noor@fietsen.example", "Havenweg 64", "1012 AB", "Amsterdam", 2),
    Customer(
        "Hotel Horizon",
        "inkoop@hotel.example",
        "Stationsplein 20",
        "2311 GP",
        "Leiden",
        4,
        contact="Jan Bakker",
        days=30,
    ),
    Customer(
        "Zorggroep Rijnmond",
        "inkoop@zorg.example",
        "Lange Nieuwstraat 2",
        "6811 KL",
        "Arnhem",
        4,
        contact="Karim Smit",
        days=30,
    ),
)

# From the newest order of a customer to older ones; what is older still is sent and paid.
FATES = (
    "waiting", "quotation", "confirmed", "picked", "partly sent", "shipped", "draft", "sent",
    "packed", "assigned", "cancelled", "paid", "partly paid", "paid", "invoice draft", "paid",
    "shipment cancelled", "paid", "invoice cancelled",
)  # fmt: skip
PAID = "paid"
IN_TWO_PARTS = {"partly sent", "partly paid"}
BUSY_WEEKS = 9  # so many orders of a customer are of the last weeks, the others of months ago


def plans(today: date) -> list[Plan]:
    """Every order of the shop, oldest first."""
    made = [plan for number, one in enumerate(CUSTOMERS) for plan in _of(one, number, today)]
    return sorted(made, key=lambda plan: plan.on)


def _of(customer: Customer, number: int, today: date) -> Iterator[Plan]:
    shift = number if customer.orders < BUSY_WEEKS else 0
    for age in range(customer.orders):
        nth = age + shift
        fate = FATES[nth] if nth < len(FATES) else PAID
        yield Plan(
            customer=customer,
            on=today - timedelta(days=1 + number + _days_ago(age)),
            fate=fate,
            lines=tuple(_lines(age + 3 * number, 2 if fate in IN_TWO_PARTS else 1)),
            reference=f"INK-{2600 + 10 * number + age}" if customer.contact else None,
        )


def _days_ago(age: int) -> int:
    return 3 * age if age < BUSY_WEEKS else 3 * BUSY_WEEKS + 7 * (age - BUSY_WEEKS)


def _lines(seed: int, least: int) -> Iterator[tuple[Article, int]]:
    goods = [article for article in ARTICLES if not article.service]
    for nth in range(max(least, 1 + seed % 3)):
        yield goods[(seed * 7 + nth * 5) % len(goods)], 1 + (seed + nth) % 3
    if seed % 4 == 0:
        yield ARTICLES[-1 - seed % 2], 1
