"""Makes customers who are signed in already, in Balie's own database: who signs in is not measured.

    python -m benchmarks.people NUMBER...      with the settings of the portal in the environment

Prints nothing. A customer's cookie is `cookie_of(number)`. Whom a customer is to the systems is
kept as Balie keeps it after the first sign-in.
"""

import os
import sys
import time
from collections.abc import Iterable, Sequence
from pkgutil import resolve_name

from balie.site import installation

SECONDS = 12 * 60 * 60


def cookie_of(number: str) -> str:
    """The value of the session cookie of this customer."""
    return f"benchmark-{number}-0123456789abcdef"


def numbers(letter: str, count: int) -> list[str]:
    """The first customers with this letter."""
    return [f"{letter}{n:05}" for n in range(count)]


def sign_in(wanted: Iterable[str]) -> None:
    """Adds these customers with a completed sign-in each. Those who are there already stay."""
    installation.ready(os.environ)
    models = resolve_name("balie.identity.models")  # can be imported only now
    reader = resolve_name("balie.identity.reader")
    expires = int(time.time()) + SECONDS
    there = set(models.Person.objects.values_list("email", flat=True))
    people = {
        number: models.Person(email=f"{number.lower()}@example.nl", name=number, password="!none")
        for number in wanted
        if f"{number.lower()}@example.nl" not in there
    }
    models.Person.objects.bulk_create(people.values(), batch_size=500)
    models.Recognition.objects.bulk_create(
        [
            models.Recognition(person=person, name="customer", key=number, why="benchmark")
            for number, person in people.items()
        ],
        batch_size=500,
    )
    models.ViewerSession.objects.bulk_create(
        [
            models.ViewerSession(
                cookie=reader.cookie_digest(cookie_of(number)),
                person=person,
                fingerprint=reader.fingerprint(person.password),
                expires=expires,
            )
            for number, person in people.items()
        ],
        batch_size=500,
    )


def main(words: Sequence[str]) -> None:
    """Signs in `C:200` (the first 200 customers with a C) and the like."""
    for word in words:
        letter, _, count = word.partition(":")
        sign_in(numbers(letter, int(count)))


if __name__ == "__main__":
    main(sys.argv[1:])
