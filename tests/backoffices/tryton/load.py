"""Makes a Tryton database on SQLite with the demo shop: load.py FOLDER

Runs in Tryton's own environment. Leaves in FOLDER: tryton.sqlite, trytond.conf, passwords.json.
"""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import shop
from proteus import Model, Wizard
from proteus import config as proteus_config
from trytond import config as tryton_config
from trytond.modules.account.tests.tools import (
    create_chart,
    create_fiscalyear,
    create_tax,
    get_accounts,
)
from trytond.modules.account_invoice.tests.tools import set_fiscalyear_invoice_sequences
from trytond.modules.company.tests.tools import create_company, get_company
from trytond.modules.currency.tests.tools import get_currency

DATABASE = "tryton"
MODULES = ("sale", "account_invoice_stock", "sale_complaint", "shop")
LANGUAGES = ("nl", "en")

# What the technical user may do, and nothing else. Of an address it may change these fields.
READABLE = (
    "account.invoice",
    "account.invoice.line",
    "account.invoice.payment_term",
    "account.move",
    "account.move.line",
    "account.account",
    "company.company",
    "country.country",
    "currency.currency",
    "party.address",
    "party.contact_mechanism",
    "party.party",
    "product.product",
    "product.template",
    "product.uom",
    "sale.complaint",
    "sale.complaint.type",
    "sale.line",
    "sale.sale",
    "stock.location",
    "stock.move",
    "stock.shipment.out",
)
MAKES = ("sale.complaint",)
CHANGES = {"party.address": ("street", "street_unstructured", "postal_code", "city")}
KINDS = ("Klacht over een bestelling", "Vraag over een bestelling")  # the blueprint: 1 and 2

Record = Any  # a proteus record: its attributes are the model's fields, known to Tryton alone


def main(folder: Path) -> None:
    passwords = {"admin": secrets.token_urlsafe(18), "portal": secrets.token_urlsafe(18)}
    configuration = create_database(folder, passwords["admin"])
    proteus_config.set_trytond(
        DATABASE, user="admin", config_file=str(configuration)
    ).skip_warning = True
    today = datetime.now(ZoneInfo("Europe/Amsterdam")).date()
    books = open_company(today)
    products = add_products(books)
    parties = add_parties(books)
    trade(shop.plans(today), parties, products, books)
    add_kinds_of_complaint()
    add_portal_user(books.company, passwords["portal"])
    (folder / "passwords.json").write_text(json.dumps(passwords))
    (folder / "passwords.json").chmod(0o600)


def create_database(folder: Path, password: str) -> Path:
    """An empty database with the modules in it; the address of its configuration file."""
    configuration = folder / "trytond.conf"
    template = Path(__file__).with_name("trytond.conf").read_text()
    configuration.write_text(template.format(folder=folder))
    (folder / f"{DATABASE}.sqlite").touch()  # trytond wants the file to exist
    secret = folder / "admin.password"
    secret.write_text(password)
    os.environ["TRYTONPASSFILE"] = str(secret)
    admin = [
        str(Path(sys.executable).with_name("trytond-admin")),
        "-c",
        str(configuration),
        "-d",
        DATABASE,
    ]
    subprocess.run(
        [*admin, "--all", "--email", "admin@fietsen.example", "--language", "nl"], check=True
    )
    subprocess.run(
        [*admin, "-u", *MODULES, "--activate-dependencies", "--language", *LANGUAGES], check=True
    )
    secret.unlink()
    return configuration


# ---- the company and its books


@dataclass(frozen=True)
class Books:
    """What every order needs of the company."""

    company: Record
    country: Record
    category: Record  # of products: accounts and taxes
    payment_method: Record
    terms: Mapping[int, Record]  # days to pay -> payment term


def open_company(today: date) -> Books:
    party = Model.get("party.party")(name=shop.COMPANY)
    party.save()
    create_company(party, get_currency("EUR"))
    company = get_company()
    create_chart(company)
    accounts = get_accounts(company)
    open_year(company, today)
    return Books(
        company=company,
        country=saved(
            Model.get("country.country")(
                name="Nederland", code="NL", code3="NLD", code_numeric="528"
            )
        ),
        category=product_category(accounts),
        payment_method=saved(
            Model.get("account.invoice.payment.method")(
                name="Bank",
                journal=only("account.journal", ("type", "=", "cash")),
                credit_account=accounts["cash"],
                debit_account=accounts["cash"],
            )
        ),
        terms={days: payment_term(days) for days in (14, 30)},
    )


def open_year(company: Record, today: date) -> None:
    """One long fiscal year, so that invoices of a year ago and of next month both fit."""
    span = (today - timedelta(days=400), today + timedelta(days=200))
    year = set_fiscalyear_invoice_sequences(create_fiscalyear(company, span))
    year.click("create_period")


def product_category(accounts: Mapping[str, Record]) -> Record:
    tax = create_tax(Decimal("0.21"))
    tax.name = tax.description = "Btw 21%"
    tax.save()
    category = Model.get("product.category")(name="Omzet", accounting=True)
    category.account_expense = accounts["expense"]
    category.account_revenue = accounts["revenue"]
    category.customer_taxes.append(tax)
    return saved(category)


def payment_term(days: int) -> Record:
    term = Model.get("account.invoice.payment_term")(name=f"{days} dagen")
    term.lines.new(type="remainder").relativedeltas.new(days=days)
    return saved(term)


# ---- what is sold, and to whom


def add_products(books: Books) -> dict[str, Record]:
    """Products by code; of the goods there are plenty in stock."""
    unit = only("product.uom", ("symbol", "in", ["u", "st"]))
    products = {article.code: add_product(article, unit, books) for article in shop.ARTICLES}
    inventory = Model.get("stock.inventory")(location=only("stock.location", ("code", "=", "STO")))
    for product in products.values():
        if product.type == "goods":
            inventory.lines.new(product=product, quantity=900.0, expected_quantity=0.0)
    inventory.click("confirm")
    return products


def add_product(article: shop.Article, unit: Record, books: Books) -> Record:
    template = Model.get("product.template")(
        name=article.name,
        code=article.code,
        default_uom=unit,
        type="service" if article.service else "goods",
        salable=True,
        list_price=article.price,
        account_category=books.category,
    )
    return saved(template).products[0]


def add_parties(books: Books) -> dict[str, Record]:
    """Customers by mail address."""
    return {customer.mail: add_party(customer, books) for customer in shop.CUSTOMERS}


def add_party(customer: shop.Customer, books: Books) -> Record:
    party = Model.get("party.party")(name=customer.name)
    address = party.addresses[0]
    address.street_unstructured = customer.street
    address.postal_code, address.city, address.country = (
        customer.postal_code,
        customer.city,
        books.country,
    )
    party.contact_mechanisms.new(type="email", value=customer.mail, name=customer.contact)
    party.customer_payment_term = books.terms[customer.days]
    return saved(party)


# ---- how each order fares

STEPS = (  # a shipment's buttons, and the fates that stop before each
    ("assign_try", {"waiting", "invoice draft"}),
    ("pick", {"assigned"}),
    ("pack", {"picked"}),
    ("ship", {"packed"}),
    ("do", {"shipped"}),
)
NO_ORDER = {"draft", "quotation", "cancelled", "confirmed"}
PAYS = {"paid", "partly paid"}  # of "partly paid" the bill of the first parcel
UNPOSTED = {"invoice draft", "invoice cancelled"}


def trade(
    plans: Iterable[shop.Plan],
    parties: Mapping[str, Record],
    products: Mapping[str, Record],
    books: Books,
) -> None:
    """Every order, batch by batch: orders, confirmations, shipments, invoices, payments."""
    orders = [(plan, order(plan, parties, products)) for plan in plans]
    sales = [sale for _, sale in orders]
    press("sale.sale", sales, "", save=True)
    press("sale.sale", [s for plan, s in orders if plan.fate != "draft"], "quote")
    press("sale.sale", [s for plan, s in orders if plan.fate == "cancelled"], "cancel")
    confirm_without_processing([s for plan, s in orders if plan.fate == "confirmed"])
    running = [(plan, sale) for plan, sale in orders if plan.fate not in NO_ORDER]
    press("sale.sale", [sale for _, sale in running], "confirm")
    ship(running)
    bill(running)
    pay(running, books)


def order(plan: shop.Plan, parties: Mapping[str, Record], products: Mapping[str, Record]) -> Record:
    party = parties[plan.customer.mail]
    sale = Model.get("sale.sale")(party=party, sale_date=plan.on, reference=plan.reference)
    sale.contact = party.contact_mechanisms[0] if plan.customer.contact else None
    sale.shipment_method = "order"
    sale.invoice_method = "fulfillment" if plan.fate in shop.IN_TWO_PARTS else "order"
    for article, quantity in plan.lines:
        line = sale.lines.new()
        line.product = products[article.code]  # after new(): its price comes with on_change
        line.quantity = float(quantity)
    return sale


def confirm_without_processing(sales: list[Record]) -> None:
    """As on a busy day: confirmed, and Tryton's worker has not come round to them yet."""
    tryton_config.set("queue", "worker", "True")
    press("sale.sale", sales, "confirm")
    tryton_config.set("queue", "worker", "False")


def ship(running: list[tuple[shop.Plan, Record]]) -> None:
    going = shipments_of(running)
    plan_a_day(going)
    send_half([s for plan, s in going if plan.fate in shop.IN_TWO_PARTS])
    press("stock.shipment.out", [s for p, s in going if p.fate == "shipment cancelled"], "cancel")
    move_along([(plan, s) for plan, s in going if plan.fate != "shipment cancelled"])
    halves = [(plan, sale) for plan, sale in running if plan.fate == "partly paid"]
    move_along([(plan, s) for plan, s in shipments_of(halves) if s.state != "done"])


def shipments_of(running: list[tuple[shop.Plan, Record]]) -> list[tuple[shop.Plan, Record]]:
    return [(plan, shipment) for plan, sale in running for shipment in fresh(sale).shipments]


def plan_a_day(going: list[tuple[shop.Plan, Record]]) -> None:
    """Tryton plans nothing in the past; only a draft may be given another day."""
    shipments = [shipment for _, shipment in going]
    press("stock.shipment.out", shipments, "draft")
    for plan, shipment in going:
        shipment.planned_date = plan.on + timedelta(days=3)
    press("stock.shipment.out", shipments, "", save=True)
    press("stock.shipment.out", shipments, "wait")


def send_half(shipments: list[Record]) -> None:
    """The first article stays behind: Tryton makes a second shipment of what is left."""
    for shipment in shipments:
        shipment.inventory_moves[0].quantity = 0.0
    press("stock.shipment.out", shipments, "", save=True)


def move_along(going: list[tuple[shop.Plan, Record]]) -> None:
    for button, stops in STEPS:
        going = [(plan, shipment) for plan, shipment in going if plan.fate not in stops]
        if button == "do":
            date_on_the_day(going)
        press("stock.shipment.out", [shipment for _, shipment in going], button)


def date_on_the_day(going: list[tuple[shop.Plan, Record]]) -> None:
    for plan, shipment in going:
        fresh(shipment).effective_date = plan.on + timedelta(days=1)
    press("stock.shipment.out", [shipment for _, shipment in going], "", save=True)


def bill(running: list[tuple[shop.Plan, Record]]) -> None:
    """Posts invoices oldest first, for their numbers must follow their dates."""
    bills = [(plan, invoice) for plan, sale in running for invoice in fresh(sale).invoices]
    press("account.invoice", [i for p, i in bills if p.fate == "invoice cancelled"], "cancel")
    posted = [(plan, invoice) for plan, invoice in bills if plan.fate not in UNPOSTED]
    for plan, invoice in posted:
        invoice.invoice_date = plan.on
    press("account.invoice", [invoice for _, invoice in posted], "", save=True)
    press("account.invoice", [invoice for _, invoice in posted], "post")


def pay(running: list[tuple[shop.Plan, Record]], books: Books) -> None:
    for plan, sale in running:
        if plan.fate in PAYS:
            invoice = min(fresh(sale).invoices, key=lambda invoice: invoice.number)
            paying = Wizard("account.invoice.pay", [invoice])
            paying.form.payment_method = books.payment_method
            paying.form.date = plan.on + timedelta(days=1)
            paying.execute("choice")


# ---- the technical user


def add_kinds_of_complaint() -> None:
    """What customers can report about an order."""
    about = only("ir.model", ("name", "=", "sale.sale"))
    for name in KINDS:
        saved(Model.get("sale.complaint.type")(name=name, origin=about))


def add_portal_user(company: Record, password: str) -> None:
    """A user that reads what the portal shows, and writes what its forms send: no more."""
    group = saved(Model.get("res.group")(name="Portaal"))
    access = Model.get("ir.model.access")
    access.save([access(model=name, group=group, **rights(name)) for name in READABLE])
    for model, fields in CHANGES.items():
        only_these_fields(group, model, fields)
    user = Model.get("res.user")(name="Portaal", login="portal", password=password)
    user.groups.append(group)
    user.companies.append(company)
    user.company = company
    user.language = only("ir.lang", ("code", "=", "nl"))
    user.save()


def rights(model: str) -> dict[str, bool]:
    return {
        "perm_read": True,
        "perm_write": model in CHANGES,
        "perm_create": model in MAKES,
        "perm_delete": False,
    }


def only_these_fields(group: Record, model: str, fields: Iterable[str]) -> None:
    """Every other field of the model can only be read by this group."""
    others = [name for name in Model.get(model)._fields if name not in {*fields, "id"}]
    access = Model.get("ir.model.field.access")
    read_only = {"perm_read": True, "perm_write": False, "perm_create": False, "perm_delete": False}
    access.save([access(model=model, field=one, group=group, **read_only) for one in others])


# ---- small words


def saved(record: Record) -> Record:
    record.save()
    return record


def only(model: str, *domain: tuple[str, str, object]) -> Record:
    return Model.get(model).find(list(domain), limit=1)[0]


def fresh(record: Record) -> Record:
    record.reload()
    return record


def press(model: str, records: list[Record], button: str, *, save: bool = False) -> None:
    """Presses a button of many records at once, or saves them all."""
    kind = Model.get(model)
    if save:
        kind.save(records)
    else:
        kind.click(records, button)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
