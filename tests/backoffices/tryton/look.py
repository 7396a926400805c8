"""What stands in the Tryton of the demo: addresses, complaints, and its own log of writes.

python -m tests.backoffices.tryton.look [port of the portal]
"""

import sys
from collections.abc import Iterator

from tests.backoffices.tryton.looking import Looking
from tests.backoffices.tryton.office import TrytonOffice, listens

LAST = 10  # writes


def lines(looking: Looking) -> Iterator[str]:
    """What to print."""
    yield "ADDRESSES"
    for row in looking.rows("party.address", [], "party.rec_name", "rec_name"):
        yield f"  {row['party.']['rec_name']:<22} {row['rec_name']}"
    yield "\nCOMPLAINTS AND QUESTIONS"
    fields = ("number", "type.name", "customer.rec_name", "origin.number", "state", "description")
    for row in looking.rows("sale.complaint", [], *fields):
        of, by = row["type."]["name"], row["customer."]["rec_name"]
        order = (row["origin."] or {}).get("number")
        yield f"  {row['number']}  {of} {order}, {by} ({row['state']}): {row['description']}"
    yield f"\nTHE LAST {LAST} WRITES BY THE PORTAL, IN TRYTON'S OWN LOG"
    by_the_portal = [["user.login", "=", "portal"], ["event", "=", "write"]]
    for row in looking.rows("ir.model.log", by_the_portal, "resource.rec_name", "target")[-LAST:]:
        yield f"  {row['resource.']['rec_name']}: {row['target']}"


def main(port: int) -> int:
    """Prints it. 1 when no Tryton runs there."""
    office = TrytonOffice(port + 1)
    if not listens(office.port):
        sys.stderr.write("No Tryton runs there. Start it first:  make demo-tryton\n")
        return 1
    with Looking(office) as looking:
        sys.stdout.write("\n".join(lines(looking)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 8000))
