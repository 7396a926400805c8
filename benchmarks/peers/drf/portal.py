"""The same page as most portals in Python are built: Django, Django REST framework, requests.

The four calls of a page are made at the same time, in threads. Django's own session and user are
read at each request; every row is held against its owner again.

Environment: STATE (a folder), CRM_URL, ERP_URL, BILLING_URL, HELPDESK_URL.
    python portal.py NUMBER=COOKIE ...     makes the database with these customers signed in
    gunicorn portal:application
"""

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import django
import requests
from django.conf import settings

STATE = Path(os.environ["STATE"])
settings.configure(
    SECRET_KEY="only for a benchmark",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    LANGUAGE_CODE="en-gb",
    USE_THOUSAND_SEPARATOR=True,
    SESSION_COOKIE_NAME="balie",
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": STATE / "drf.db",
            "CONN_MAX_AGE": None,
        }
    },
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache",
                        "OPTIONS": {"MAX_ENTRIES": 10000}}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes",
                    "django.contrib.sessions", "rest_framework"],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [Path(__file__).parent / "templates"]}],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer",
                                     "rest_framework.renderers.TemplateHTMLRenderer"],
    },
)  # fmt: skip
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.contrib.sessions.models import Session  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import Http404, HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils.formats import date_format, number_format  # noqa: E402
from rest_framework import serializers  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

ORDER = {"received": "We have your order", "confirmed": "Confirmed", "sent": "On its way",
         "picking": "We are packing it", "delivered": "Delivered"}  # fmt: skip
INVOICE = {"open": "To be paid", "paid": "Paid", "reminded": "Reminded"}
TICKET = {"new": "We look at it", "busy": "We are working on it", "answered": "Answered"}
calling = ThreadPoolExecutor(64)
mine = threading.local()


class Cell(serializers.Field):
    """A value with its label and how it reads; empty: what it reads as when there is none."""

    kind = "text"

    def __init__(self, label: str, source: str, empty: str = "") -> None:
        super().__init__(source=source, read_only=True)
        self.title, self.empty = label, empty

    def bind(self, field_name, parent) -> None:
        if self.source == field_name:
            self.source = None
        super().bind(field_name, parent)

    def get_attribute(self, instance):
        return (instance[self.source],)  # in a tuple, so that "nothing" gets here too

    def to_representation(self, value):
        (raw,) = value
        said = self.empty if raw is None else self.say(raw)
        return {"label": self.title, "kind": self.kind, "text": said, "value": raw}

    def say(self, raw):
        return raw


class Number(Cell):
    kind = "number"

    def say(self, raw):
        return number_format(raw, force_grouping=True)


class Day(Cell):
    kind = "date"

    def say(self, raw):
        return date_format(date.fromisoformat(raw), "j F Y")


class Money(Cell):
    kind = "money"

    def say(self, raw):
        return f"€{number_format(Decimal(raw), 2, force_grouping=True)}"


class Status(Cell):
    kind = "status"

    def __init__(self, words: dict[str, str]) -> None:
        super().__init__("Status", "status")
        self.words = words

    def say(self, raw):
        return self.words[raw]


class Customer(serializers.Serializer):
    number = Cell("Customer number", "number")
    name = Cell("Name", "name")
    contact = Cell("Contact", "contactName")
    email = Cell("Mail", "email")
    phone = Cell("Phone", "phone")
    street = Cell("Street", "street")
    postcode = Cell("Postcode", "postcode")
    city = Cell("City", "city")
    points = Number("Points", "points")
    since = Day("Customer since", "since")


class Order(serializers.Serializer):
    number = Cell("Number", "number")
    status = Status(ORDER)
    placed_on = Day("Placed on", "orderDate")
    wanted_on = Day("Wanted on", "requestedDate")
    sent_on = Day("Sent on", "shipDate", "Not yet")
    reference = Cell("Your reference", "reference", "None")
    total = Money("Total", "totalIncludingTax")


class Invoice(serializers.Serializer):
    number = Cell("Number", "number")
    status = Status(INVOICE)
    date = Day("Date", "invoiceDate")
    due_on = Day("Due on", "dueDate")
    order = Cell("Order", "orderNumber")
    total = Money("Total", "totalIncludingTax")
    open_amount = Money("To pay", "remaining")


class Ticket(serializers.Serializer):
    number = Cell("Number", "number")
    subject = Cell("Subject", "subject")
    status = Status(TICKET)
    messages = Number("Messages", "messages")
    opened_on = Day("Asked on", "openedOn")
    answered_on = Day("Answered on", "answeredOn", "Not yet")


def read(system: str, table: str, owner: str, number: str) -> list[dict]:
    """The rows of one system that are this customer's."""
    if not hasattr(mine, "session"):
        mine.session = requests.Session()
    address = f"{os.environ[f'{system}_URL']}/{table}"
    answer = mine.session.get(address, params={owner: number, "limit": 200}, timeout=10)
    answer.raise_for_status()
    return [row for row in answer.json()["items"] if row[owner] == number]


def page(number: str) -> dict:
    """The page as data."""
    asked = [
        calling.submit(read, "CRM", "customers", "number", number),
        calling.submit(read, "ERP", "orders", "customerNumber", number),
        calling.submit(read, "BILLING", "invoices", "customerNumber", number),
        calling.submit(read, "HELPDESK", "tickets", "customerNumber", number),
    ]
    (who,), orders, invoices, tickets = (one.result() for one in asked)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    fresh = {"trust": "fresh", "as_of": now, "says": None}
    return {
        "step": "cold", "kind": "details", "title": "My file, asked again",
        "headline": f"Hello {who['name']}", "address": f"/cold/{number}", "trust": "fresh",
        "as_of": now, "acting_for": None, "up": None,
        "menu": [{"label": "Orders", "address": "/orders"},
                 {"label": "Invoices", "address": "/invoices"}],
        "notices": [],
        "blocks": {
            "customer": {"type": "facts", "title": "My details", "freshness": fresh,
                         "fields": Customer(who).data},
            "order": listing("Orders", fresh, Order(orders, many=True).data),
            "invoice": listing("Invoices", fresh, Invoice(invoices, many=True).data),
            "ticket": listing("Questions", fresh, Ticket(tickets, many=True).data),
        },
    }  # fmt: skip


def listing(title: str, fresh: dict, records: list[dict]) -> dict:
    return {"type": "list", "title": title, "freshness": fresh,
            "records": [{"link": None, "fields": fields} for fields in records],
            "broken": 0, "newer": None, "older": None, "arranged": None}  # fmt: skip


class Page(APIView):
    """/cold/NUMBER and /warm/NUMBER: warm pages come from the cache, rendered."""

    def get(self, request, mode: str, number: str):
        if request.user.username != number:
            raise Http404
        kind = request.accepted_renderer.format
        known = cache.get(f"{number}-{kind}") if mode == "warm" else None
        if known is not None:
            return HttpResponse(known[0], content_type=known[1])
        response = Response(page(number), template_name="page.html")
        response["Cache-Control"] = "private, no-store"
        if mode == "warm":
            response.add_post_render_callback(
                lambda done: cache.set(
                    f"{number}-{kind}", (done.content, done["content-type"]), None
                )
            )
        return response


def hello(_request):
    return HttpResponse("hello\n", content_type="text/plain")


urlpatterns = [path("healthz", hello), path("<str:mode>/<str:number>", Page.as_view())]


def prepare(people: dict[str, str]) -> None:
    """Makes the database, with these customers (number -> cookie) signed in."""
    call_command("migrate", verbosity=0)
    for number, cookie in people.items():
        user = User.objects.create(username=number, password="!none")
        signed_in = {
            "_auth_user_id": str(user.pk),
            "_auth_user_backend": "django.contrib.auth.backends.ModelBackend",
            "_auth_user_hash": user.get_session_auth_hash(),
        }
        Session.objects.create(
            session_key=cookie,
            session_data=SessionStore().encode(signed_in),
            expire_date=datetime.now(UTC) + timedelta(hours=12),
        )


if __name__ == "__main__":
    prepare(dict(pair.split("=", 1) for pair in sys.argv[1:]))
else:
    application = get_wsgi_application()
