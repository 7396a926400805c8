"""Customers of the example by the hundred: in its rows, and signed in at a portal that runs.

python -m tests.carrying.customers COUNT     with the settings of the portal in the environment
"""

import os
import sys
import time
from pathlib import Path
from pkgutil import resolve_name

from balie.site import installation

SECONDS = 12 * 60 * 60
_CONTACT = (
    '  - {{id: {id}, accountId: null, erpNumber: "{number}", role: PRIVATE, firstName: Klant, '
    'lastName: Nummer, email: {mail}, mobilePhone: "0612345678", addressLine1: Weg 1, '
    "postalCode: 3512 AB, city: Utrecht, country: NL}}\n"
)
_CUSTOMER = '  - {{id: {id}, number: "{number}", email: {mail}}}\n'


def cookie_of(number: int) -> str:
    """The value of the session cookie of this customer."""
    return f"customer-{number}-0123456789abcdef"


def mail_of(number: int) -> str:
    return f"klant{number}@example.nl"


def written(folder: Path, count: int) -> None:
    """Adds so many customers to the rows of a copy of the example."""
    file = folder / "examples" / "rows.yaml"
    text = file.read_text(encoding="utf-8")
    for table, row, kind in (("crm.contacts", _CONTACT, "c"), ("erp.customers", _CUSTOMER, "b")):
        assert text.count(f"\n{table}:\n") == 1
        rows = "".join(
            row.format(id=_id(kind, n), number=f"9{n:05}", mail=mail_of(n)) for n in range(count)
        )
        text = text.replace(f"\n{table}:\n", f"\n{table}:\n{rows}")
    file.write_text(text, encoding="utf-8")


def _id(kind: str, number: int) -> str:
    return f"{kind}0000000-0000-4000-8000-{number:012}"


def sign_in(count: int) -> None:
    """Lets them have signed in, and be recognised, in the portal's own database."""
    installation.ready(os.environ)
    models = resolve_name("balie.identity.models")  # can be imported only now
    reader = resolve_name("balie.identity.reader")
    people = [models.Person(email=mail_of(n), name="Klant", password="!") for n in range(count)]
    models.Person.objects.bulk_create(people)
    models.Recognition.objects.bulk_create(
        models.Recognition(person=person, name="contact", key=_id("c", n), why="proof")
        for n, person in enumerate(people)
    )
    models.ViewerSession.objects.bulk_create(
        models.ViewerSession(
            cookie=reader.cookie_digest(cookie_of(n)),
            person=person,
            fingerprint=reader.fingerprint(person.password),
            expires=int(time.time()) + SECONDS,
        )
        for n, person in enumerate(people)
    )


if __name__ == "__main__":
    sign_in(int(sys.argv[1]))
