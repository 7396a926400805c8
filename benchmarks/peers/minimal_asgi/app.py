"""The least that can do the same by hand: ASGI without a framework, aiohttp, orjson.

The same sign-in is read from the same database, every row is held against its owner again, the
mapping is written out. No freshness, no last known answer, no languages, no blueprint, nothing when
a system is away.

Environment: DATABASE (Balie's SQLite file), CRM_URL, ERP_URL, BILLING_URL, HELPDESK_URL.
"""

import asyncio
import hashlib
import json
import os
import sqlite3
import time
from datetime import UTC, datetime
from html import escape

import aiohttp
import orjson

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August",
          "September", "October", "November", "December")  # fmt: skip
ORDER = {"received": "We have your order", "confirmed": "Confirmed", "sent": "On its way",
         "picking": "We are packing it", "delivered": "Delivered"}  # fmt: skip
INVOICE = {"open": "To be paid", "paid": "Paid", "reminded": "Reminded"}
TICKET = {"new": "We look at it", "busy": "We are working on it", "answered": "Answered"}
ASK = """
    SELECT p.is_active, p.password, s.fingerprint, s.expires,
           (SELECT json_group_object(r.name, r.key) FROM recognition r WHERE r.person_id = p.id)
      FROM viewer_session s JOIN person p ON p.id = s.person_id
     WHERE s.cookie = ?
"""
database = sqlite3.connect(f"file:{os.environ['DATABASE']}?mode=ro", uri=True)
systems = [os.environ[f"{name}_URL"] for name in ("CRM", "ERP", "BILLING", "HELPDESK")]
client: aiohttp.ClientSession | None = None
pages: dict[tuple[str, bool], bytes] = {}


def customer_of(headers: list[tuple[bytes, bytes]]) -> str | None:
    """The customer who is signed in."""
    cookies = next((value.decode() for name, value in headers if name == b"cookie"), "")
    cookie = cookies.partition("balie=")[2].partition(";")[0]
    row = database.execute(ASK, (hashlib.sha256(cookie.encode()).hexdigest(),)).fetchone()
    if row is None or not row[0] or row[3] <= time.time():
        return None
    if hashlib.sha256(row[1].encode()).hexdigest() != row[2]:
        return None
    return json.loads(row[4]).get("customer")


async def read(address: str, owner: str, number: str) -> list[dict]:
    """The rows of one system that are this customer's."""
    async with client.get(f"{address}?{owner}={number}&limit=200") as answer:
        rows = orjson.loads(await answer.read())["items"]
    return [row for row in rows if row[owner] == number]


async def page(number: str) -> dict:
    """The page as data."""
    crm, erp, billing, helpdesk = systems
    (who,), orders, invoices, tickets = await asyncio.gather(
        read(f"{crm}/customers", "number", number),
        read(f"{erp}/orders", "customerNumber", number),
        read(f"{billing}/invoices", "customerNumber", number),
        read(f"{helpdesk}/tickets", "customerNumber", number),
    )
    now = datetime.now(UTC).isoformat(timespec="seconds")
    fresh = {"trust": "fresh", "as_of": now, "says": None}
    return {
        "step": "cold", "kind": "details", "title": "My file, asked again",
        "headline": f"Hello {who['name']}", "address": f"/cold/{number}",
        "trust": "fresh", "as_of": now, "acting_for": None, "up": None,
        "menu": [{"label": "Orders", "address": "/orders"},
                 {"label": "Invoices", "address": "/invoices"}],
        "notices": [],
        "blocks": {
            "customer": {"type": "facts", "title": "My details", "freshness": fresh,
                         "fields": customer(who)},
            "order": listing("Orders", fresh, [order(row) for row in orders]),
            "invoice": listing("Invoices", fresh, [invoice(row) for row in invoices]),
            "ticket": listing("Questions", fresh, [ticket(row) for row in tickets]),
        },
    }  # fmt: skip


def listing(title: str, fresh: dict, records: list[dict]) -> dict:
    return {"type": "list", "title": title, "freshness": fresh,
            "records": [{"link": None, "fields": fields} for fields in records],
            "broken": 0, "newer": None, "older": None, "arranged": None}  # fmt: skip


def customer(row: dict) -> dict:
    return {
        "number": text("Customer number", row["number"]),
        "name": text("Name", row["name"]),
        "contact": text("Contact", row["contactName"]),
        "email": text("Mail", row["email"]),
        "phone": text("Phone", row["phone"]),
        "street": text("Street", row["street"]),
        "postcode": text("Postcode", row["postcode"]),
        "city": text("City", row["city"]),
        "points": number("Points", row["points"]),
        "since": day("Customer since", row["since"]),
    }


def order(row: dict) -> dict:
    return {
        "number": text("Number", row["number"]),
        "status": status(ORDER, row["status"]),
        "placed_on": day("Placed on", row["orderDate"]),
        "wanted_on": day("Wanted on", row["requestedDate"]),
        "sent_on": day("Sent on", row["shipDate"], "Not yet"),
        "reference": text("Your reference", row["reference"], "None"),
        "total": money("Total", row["totalIncludingTax"]),
    }


def invoice(row: dict) -> dict:
    return {
        "number": text("Number", row["number"]),
        "status": status(INVOICE, row["status"]),
        "date": day("Date", row["invoiceDate"]),
        "due_on": day("Due on", row["dueDate"]),
        "order": text("Order", row["orderNumber"]),
        "total": money("Total", row["totalIncludingTax"]),
        "open_amount": money("To pay", row["remaining"]),
    }


def ticket(row: dict) -> dict:
    return {
        "number": text("Number", row["number"]),
        "subject": text("Subject", row["subject"]),
        "status": status(TICKET, row["status"]),
        "messages": number("Messages", row["messages"]),
        "opened_on": day("Asked on", row["openedOn"]),
        "answered_on": day("Answered on", row["answeredOn"], "Not yet"),
    }


def text(label: str, value: str | None, empty: str = "") -> dict:
    return {"label": label, "kind": "text", "text": empty if value is None else value,
            "value": value}  # fmt: skip


def number(label: str, value: int) -> dict:
    return {"label": label, "kind": "number", "text": f"{value:,}", "value": value}


def day(label: str, value: str | None, empty: str = "") -> dict:
    said = empty
    if value is not None:
        said = f"{int(value[8:])} {MONTHS[int(value[5:7]) - 1]} {value[:4]}"
    return {"label": label, "kind": "date", "text": said, "value": value}


def money(label: str, value: str) -> dict:
    return {"label": label, "kind": "money", "text": f"€{float(value):,.2f}", "value": value}


def status(words: dict[str, str], code: str) -> dict:
    return {"label": "Status", "kind": "status", "text": words[code], "value": code}


def html(data: dict) -> str:
    """The page for people: facts and three tables."""
    blocks = data["blocks"]
    facts = "".join(f"<div><dt>{f['label']}</dt><dd>{escape(f['text'])}</dd></div>\n"
                    for f in blocks["customer"]["fields"].values())  # fmt: skip
    tables = "".join(table(blocks[name]) for name in ("order", "invoice", "ticket"))
    headline = escape(data["headline"])
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{headline}</title>'
        '<link rel="stylesheet" href="/static/portal.css"></head>\n<body><nav><a href="/orders">'
        'Orders</a> <a href="/invoices">Invoices</a></nav>\n<main>'
        f"<h1>{headline}</h1>\n{tables}<dl>{facts}</dl></main></body></html>\n"
    )


def table(block: dict) -> str:
    records = [record["fields"].values() for record in block["records"]]
    heads = "".join(f'<th scope="col">{cell["label"]}</th>' for cell in records[0])
    rows = "".join(f"<tr>{cells(record)}</tr>\n" for record in records)
    return (f"<section><h2>{block['title']}</h2><table><thead><tr>{heads}</tr></thead>"
            f"<tbody>\n{rows}</tbody></table></section>\n")  # fmt: skip


def cells(record) -> str:
    return "".join(
        f'<td class="{cell["kind"]}" data-label="{cell["label"]}">{escape(cell["text"])}</td>'
        for cell in record
    )


async def app(scope, _receive, send) -> None:
    """/cold/NUMBER and /warm/NUMBER, as JSON or HTML; /healthz says hello."""
    global client
    if scope["type"] != "http":
        return
    if scope["path"] == "/healthz":
        await say(send, 200, b"hello\n", b"text/plain")
        return
    if client is None:
        client = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    _, mode, wanted = scope["path"].split("/")
    if customer_of(scope["headers"]) != wanted:
        await say(send, 404, b"", b"text/plain")
        return
    is_html = any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])
    body = pages.get((wanted, is_html)) if mode == "warm" else None
    if body is None:
        data = await page(wanted)
        body = html(data).encode() if is_html else orjson.dumps(data)
        if mode == "warm":
            pages[(wanted, is_html)] = body
    await say(send, 200, body, b"text/html; charset=utf-8" if is_html else b"application/json")


async def say(send, status_: int, body: bytes, kind: bytes) -> None:
    headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body)),
               (b"cache-control", b"private, no-store")]  # fmt: skip
    await send({"type": "http.response.start", "status": status_, "headers": headers})
    await send({"type": "http.response.body", "body": body})
