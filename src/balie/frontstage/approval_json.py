"""What waits for a colleague's approval as JSON, and what the OpenAPI file says of it."""

from collections.abc import Sequence

from balie.backstage.approval import Decided
from balie.frontstage.page_json import Json, moment_json, written
from balie.steps.approve.pages import ApprovalPage, Line, WaitingList


def approvals_json(page: WaitingList) -> bytes:
    """The list as UTF-8 JSON."""
    return written(
        {
            "kind": "approvals",
            "address": page.address,
            "acting_for": page.acting_for,
            "waiting": _lines(page.lines),
            "decided": _lines(page.over),
        }
    )


def approval_json(page: ApprovalPage) -> bytes:
    """One of them as UTF-8 JSON. refused: why the decision that came with it was not taken."""
    return written(
        {
            "kind": "approval",
            "reference": page.reference,
            "title": page.title,
            "address": page.address,
            "sender": page.sender,
            "at": moment_json(page.at),
            "until": moment_json(page.until),
            "acting_for": page.acting_for,
            "answers": [{"field": t.field, "label": t.label, "text": t.text} for t in page.told],
            "facts": [
                {"name": one.name, "label": one.label, "text": one.text} for one in page.facts
            ],
            "changed_meanwhile": [
                {"label": one.label, "then": one.then, "now": one.now} for one in page.moved
            ],
            "is_yours": page.is_yours,
            "waits_for": [] if page.decided is not None else list(page.waits_for),
            "then": [list(by) for by in page.then],
            "given": [decision_json(one) for one in page.given],
            "decision": _decided(page.decided),
            "refused": None if page.refusal is None else page.refusal.value,
        }
    )


def approval_paths(at: str) -> dict[str, Json]:
    """The addresses of approvals, for the OpenAPI file."""
    answer: Json = {
        "description": "The approval, as it is now.",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
    problem: Json = {"description": "See problem+json."}
    reference: Json = {
        "name": "reference",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "maxLength": 40},
    }
    body: Json = {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["answer"],
                    "properties": {
                        "answer": {"enum": ["approve", "refuse"]},
                        "words": {"type": "string", "maxLength": 1000},
                    },
                }
            }
        },
    }
    statuses: dict[str, Json] = {"200": answer, "401": problem, "404": problem, "429": problem}
    refusals: dict[str, Json] = {
        "400": problem,
        "403": problem,
        "409": answer,
        "422": answer,
        "503": answer,
    }
    return {
        at: {
            "get": {
                "operationId": "approvals",
                "summary": "What waits for your approval",
                "responses": statuses,
            }
        },
        f"{at}/{{reference}}": {
            "parameters": [reference],
            "get": {"operationId": "approval", "summary": "One of them", "responses": statuses},
            "post": {
                "operationId": "approve",
                "summary": "Approve, or refuse with words",
                "requestBody": body,
                "responses": {**statuses, **refusals},
            },
        },
    }


def _lines(lines: Sequence[Line]) -> list[Json]:
    return [
        {
            "reference": line.reference,
            "title": line.title,
            "address": line.address,
            "sender": line.sender,
            "at": moment_json(line.at),
            "until": moment_json(line.until),
            "waits_for": list(line.waits_for) if line.decided is None else [],
            "decision": _decided(line.decided),
        }
        for line in lines
    ]


def _decided(decided: Decided | None) -> Json:
    return None if decided is None else decision_json(decided)


def decision_json(decided: Decided) -> Json:
    """What was decided, by whom and why, for programs."""
    return {
        "outcome": decided.outcome.value,
        "at": moment_json(decided.at),
        "by": decided.name or None,
        "words": decided.words or None,
    }
