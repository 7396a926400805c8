"""Where something stands in the example, so that tests hold when lines are added above it."""

from tests.telling import LINDEMAN


def at(file: str, text: str, number: int = 1) -> str:
    """ "story.yaml:171": the line with this text, or the second of those, ..."""
    lines = enumerate((LINDEMAN / file).read_text("utf-8").splitlines(), start=1)
    found = [line for line, written in lines if text in written]
    return f"{file}:{found[number - 1]}"


INVOICE_OWNER = at("things.yaml", "owner: customerNumber = me.customer", 2)
ORDER_OWNER = at("things.yaml", "owner: customerNumber = me.customer")
INVOICE_SEEN = at("things.yaml", "seen by: [consumer, finance]")
INVOICES_FOR = at("story.yaml", "for: [consumer, finance]")
RETURN_UNTIL = at("story.yaml", "if: order.return_until")
GUARD = at("things.yaml", "guard: code")
ANSWER_MAIL = at("story.yaml", "mail: antwoord, when: return.status becomes approved")
WAS_SENT = at("story.yaml", "if: has(order.sent_on)")
