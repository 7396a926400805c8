"""Forms and receipts as data: what is asked, what is wrong with an answer, how far it is.

The names of fields are those that are sent back, as an object of JSON: a text for each question;
for rows that are ticked a list of their keys, and beside it a value for each question of a row.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from balie.backstage.forms.desk import TOKEN, NotAccepted
from balie.backstage.forms.meanwhile import SHOWN, Clash
from balie.backstage.forms.page import Asked, FormPage, Pickable, Tickable, Ticking
from balie.backstage.receipts import Part, ReceiptList, ReceiptPage
from balie.frontstage.approval_json import decision_json
from balie.frontstage.page_json import (
    Json,
    fields_json,
    freshness_json,
    item_json,
    moment_json,
    written,
)


class Said(Protocol):
    """What Balie's own words say of a form."""

    @property
    def faults(self) -> Mapping[str, str]:
        """Name of a field -> what is wrong with it."""
        ...


def form_json(
    said: Said, page: FormPage, token: str, refusal: NotAccepted | None, before: str | None
) -> bytes:
    """A page of a form as UTF-8 JSON. problems: what is wrong, by the name of the field.

    before: where the receipt is of what was sent before.
    """
    return written(
        {
            "step": page.step,
            "kind": "form",
            "stage": page.stage.value,
            "title": page.title,
            "address": page.address,
            "button": page.button,
            "acting_for": page.acting_for,
            "menu": [item_json(item) for item in page.menu],
            "notices": [freshness_json(notice) for notice in page.notices],
            "about": dict(page.about),
            "subject": fields_json(page.subject),
            "pick": [_pickable(row) for row in page.pickable],
            "rows": None if page.ticking is None else _ticking(page.ticking),
            "questions": [_asked(one) for one in page.asked],
            "proof": None if page.proof is None else page.proof.by.value,
            "draft_at": moment_json(page.draft_at),
            TOKEN: token,
            SHOWN: next(iter(page.kept.get(SHOWN, ())), None),
            "problems": dict(said.faults),
            "changed_meanwhile": [] if refusal is None else _clashes(refusal.clashes),
            "refused": _why(refusal),
            "sent_before": before,
        }
    )


def accepted_json(reference: str, address: str) -> bytes:
    """Where the receipt is of what was sent."""
    return written({"reference": reference, "address": address})


def receipt_json(page: ReceiptPage) -> bytes:
    """A receipt as UTF-8 JSON."""
    return written(
        {
            "kind": "receipt",
            "reference": page.reference,
            "title": page.title,
            "address": page.address,
            "state": page.state.value,
            "at": moment_json(page.at),
            "acting_for": page.acting_for,
            "parts": [_part(part) for part in page.parts],
            "answers": [{"field": t.field, "label": t.label, "text": t.text} for t in page.told],
            "changed_meanwhile": _clashes(page.clashes),
            "number": None if page.number is None else page.number.text,
            "next": None if page.next is None else item_json(page.next),
            "again": None if page.again is None else item_json(page.again),
            "approval": _approval(page),
        }
    )


def receipts_json(page: ReceiptList) -> bytes:
    """The list of receipts as UTF-8 JSON."""
    return written(
        {
            "kind": "receipts",
            "address": page.address,
            "acting_for": page.acting_for,
            "receipts": [
                {
                    "reference": line.reference,
                    "title": line.title,
                    "address": line.address,
                    "state": line.state.value,
                    "at": moment_json(line.at),
                }
                for line in page.lines
            ],
        }
    )


def _approval(page: ReceiptPage) -> Json:
    """Of whom it waits for approval, until when, and what came of it."""
    if page.approval is None:
        return None
    decided = page.approval.decided
    return {
        "by": list(page.approved_by),
        "until": moment_json(page.approval.until),
        "then": [list(by) for by in page.approved_then],
        "given": [decision_json(one) for one in page.approval.given],
        "decision": None if decided is None else decision_json(decided),
    }


def _clashes(clashes: Iterable[Clash]) -> list[Json]:
    return [{"label": one.label, "yours": one.yours, "now": one.now} for one in clashes]


def _why(refusal: NotAccepted | None) -> str | None:
    """Why it was not taken, in a word for programs."""
    if refusal is None:
        return None
    reasons: Sequence[tuple[bool, str]] = (
        (refusal.before is not None, "sent before"),
        (refusal.expired, "expired"),
        (refusal.cannot, "cannot now"),
        (refusal.nothing_changed, "nothing changed"),
        (bool(refusal.clashes), "changed meanwhile"),
        (bool(refusal.page.problems), "problems"),
    )
    return next((word for is_so, word in reasons if is_so), "not possible")


def _pickable(row: Pickable) -> Json:
    return {
        "key": row.key,
        "fields": fields_json(row.cells),
        "can": row.link is not None,
        "why_not": row.why_not or None,
    }


def _asked(asked: Asked) -> Json:
    return {
        "name": asked.name,
        "label": asked.label,
        "control": asked.control.value,
        "required": asked.is_required,
        "asked_if": asked.asked_if or None,
        "help": asked.help or None,
        "value": asked.value,
        "at_most": asked.most,
        "choices": [{"value": one.value, "text": one.text} for one in asked.choices],
    }


def _ticking(ticking: Ticking) -> Json:
    return {
        "name": ticking.name,
        "label": ticking.label,
        "freshness": freshness_json(ticking.freshness),
        "rows": [_tickable(row) for row in ticking.rows],
    }


def _tickable(row: Tickable) -> Json:
    return {
        "key": row.key,
        "fields": fields_json(row.cells),
        "ticked": row.is_ticked,
        "questions": [_asked(one) for one in row.asked],
    }


def _part(part: Part) -> Json:
    return {
        "state": part.state.value,
        "fields": list(part.fields),
        "first": part.is_master,
        "since": moment_json(part.since),
        "next_at": moment_json(part.next_at),
        "says": part.says,
    }
