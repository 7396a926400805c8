"""Accepts in a process of its own: `python -m tests.carrying.accepting COUNT FIRST [PAUSE]`.

It prints the number of each once it was accepted. Settings come from the environment. Each action
makes a case in the CRM, and then a label at the carrier.
"""

import asyncio
import hashlib
import os
import secrets
import sys
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pkgutil import resolve_name

from balie.backstage.actions import Action, Errand
from balie.site import installation
from balie.site.configuration import Configuration
from balie.systems.rows import Raw

SANNE = "00000000-0000-4000-8000-0000000000c1"
PEOPLE = 10
GIVE_UP = timedelta(hours=48)


def marker(number: int) -> str:
    """What stands in the row of the n-th action, in the system and nowhere in the clear here."""
    return f"Proof {number:05}"


def action(number: int) -> Action:
    """The n-th action. The same number again is the same form, sent twice."""
    now = datetime.now(UTC)
    id_ = f"{time.time_ns() // 1000:016x}{secrets.token_hex(8)}"
    token = f"token {number}"
    return Action(
        id=id_,
        reference=_reference(number),
        step="ask-question",
        version="proof",
        person=f"person {number % PEOPLE}",
        acting_for=None,
        language="nl",
        token=token,
        digest=hashlib.sha256(token.encode()).hexdigest(),
        at=now,
        errands=(
            _errand(id_, 1, "crm", "cases", _case(number), now),
            _errand(id_, 2, "carrier", "labels", _label(number), now),
        ),
        order_with=f"person {number % PEOPLE}",
    )


def _case(number: int) -> dict[str, Raw]:
    return {
        "kind": "question",
        "contactId": SANNE,
        "subject": marker(number),
        "description": f"Text of {marker(number)}",
    }


def _label(number: int) -> dict[str, Raw]:
    return {"reference": marker(number), "service": "RETURN_PARCEL"}


def _errand(
    action: str, number: int, system: str, table: str, fields: dict[str, Raw], now: datetime
) -> Errand:
    return Errand(
        id=f"{action}:{number}",
        action=action,
        number=number,
        system=system,
        table=table,
        is_master=number == 1,
        fields=fields,
        give_up=now + GIVE_UP,
        goes_to="service",
    )


def _reference(number: int) -> str:
    letters = hashlib.sha256(f"reference {number}".encode()).hexdigest().upper()
    return f"{letters[:4]}-{letters[4:8]}"


async def _accept(read: Configuration, numbers: range, pause: float) -> None:
    accepting = resolve_name("balie.site.accepting:accepting")
    async with AsyncExitStack() as closing:
        actions = accepting(read, closing)
        for number in numbers:
            await actions.accept(action(number))
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()
            await asyncio.sleep(pause)


def main(count: int, first: int, pause: float = 0.0) -> None:
    """Accepts so many, from this number on. pause: seconds between two."""
    read = installation.ready(dict(os.environ))
    asyncio.run(_accept(read, range(first, first + count), pause))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), *map(float, sys.argv[3:]))
