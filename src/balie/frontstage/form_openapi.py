"""Forms and receipts in the OpenAPI file: what can be sent, and what comes back."""

from collections.abc import Iterable, Iterator, Mapping

from balie.backstage.actions import ActionState, ErrandState
from balie.backstage.forms.guarding import ProofBy
from balie.backstage.forms.page import Stage
from balie.backstage.forms.plan import Control, FormPlan, Question
from balie.backstage.plans import capital
from balie.frontstage.page_json import Json

_TEXT: Json = {"type": "string"}
_MAYBE_TEXT: Json = {"type": ["string", "null"]}
_MOMENT: Json = {"type": ["string", "null"], "format": "date-time"}
_LANGUAGE: Json = {"$ref": "#/components/parameters/language"}
_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same for the same form sent twice, which is done once. A key of your own, "
    "or `form_token` of the form.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}
_REFUSALS = {
    "401": {"$ref": "#/components/responses/signed_out"},
    "404": {"$ref": "#/components/responses/not_there"},
    "429": {"$ref": "#/components/responses/too_many"},
}


def form_paths(forms: Iterable[FormPlan], receipts_at: str) -> Mapping[str, Json]:
    """Address -> its operations."""
    described = tuple(forms)
    if not described:
        return {}
    paths: dict[str, Json] = {form.address: _form(form) for form in described}
    paths[receipts_at] = {"get": _receipts()}
    paths[f"{receipts_at}/{{reference}}"] = {"get": _receipt()}
    for form in described:
        if form.step.is_for_everybody:
            paths[f"{form.address}/{{receipt}}"] = {"get": _receipt_for_everybody(form)}
    return paths


def form_schemas() -> Iterator[tuple[str, Json]]:
    """What forms and receipts share."""
    yield "Form", _form_shape()
    yield "Question", _question_shape()
    yield "Sent", _object(reference=_TEXT, address=_TEXT)
    yield "Receipt", _receipt_shape()


# ---- what they look like


def _form_shape() -> Json:
    """A form, at any of its stages."""
    return _object(
        step=_TEXT,
        kind={"const": "form"},
        stage={"enum": [stage.value for stage in Stage]},
        title=_TEXT,
        address=_TEXT,
        button=_TEXT,
        acting_for=_MAYBE_TEXT,
        menu=_many("Way"),
        notices=_many("Freshness"),
        about={"type": "object", "additionalProperties": _TEXT},
        subject={"type": "object"},
        pick={"type": "array", "items": _pickable()},
        rows={"oneOf": [_rows(), {"type": "null"}]},
        questions=_many("Question"),
        proof={
            "enum": [None, *(by.value for by in ProofBy)],
            "description": "At the stage `prove`: send `proof` and `code` along.",
        },
        draft_at={"type": ["string", "null"], "format": "date-time"},
        form_token=_TEXT,
        form_shown={
            "type": ["string", "null"],
            "description": "Of a form that changes something: sent along, it tells whether "
            "what was shown has changed meanwhile. Without it nothing is compared.",
        },
        changed_meanwhile=_clashes(),
        problems={
            "type": "object",
            "description": "Name of a field -> what is wrong with what was filled in.",
            "additionalProperties": _TEXT,
        },
        refused=_MAYBE_TEXT,
        sent_before=_MAYBE_TEXT,
    )


def _question_shape() -> Json:
    """One question of a form, and what stands in it."""
    return _object(
        name=_TEXT,
        label=_TEXT,
        control={"enum": [control.value for control in Control]},
        required={"type": "boolean"},
        asked_if={
            "type": ["string", "null"],
            "description": "Asked only if this holds of the other answers, by their codes; "
            "then `required` counts. An answer to what is not asked is refused.",
        },
        help=_MAYBE_TEXT,
        value=_TEXT,
        at_most={"type": ["integer", "null"]},
        choices={"type": "array", "items": _object(value=_TEXT, text=_TEXT)},
    )


def _receipt_shape() -> Json:
    """What was sent, and how far it is."""
    return _object(
        kind={"const": "receipt"},
        reference=_TEXT,
        title=_TEXT,
        address=_TEXT,
        state={"enum": [state.value for state in ActionState]},
        at=_MOMENT,
        acting_for=_MAYBE_TEXT,
        parts={"type": "array", "items": _part()},
        answers={"type": "array", "items": _object(field=_TEXT, label=_TEXT, text=_TEXT)},
        changed_meanwhile=_clashes(),
        number=_MAYBE_TEXT,
        next=_maybe("Way"),
        again=_maybe("Way"),
        approval={
            "description": "Of which colleagues it waits for approval, and what came of it.",
            "type": ["object", "null"],
        },
    )


# ---- forms


def _form(form: FormPlan) -> Mapping[str, Json]:
    described = _operations(form)
    if not form.step.is_for_everybody:
        return described
    return {method: _for_everybody(operation) for method, operation in described.items()}


def _for_everybody(operation: Mapping[str, Json]) -> Json:
    """The same without signing in: by the form's token and the cookie that came with it."""
    asked, answers = operation["parameters"], operation["responses"]
    responses: dict[str, Json] = dict(answers) if isinstance(answers, Mapping) else {}
    del responses["401"]
    return {
        **operation,
        "description": "Without signing in. Ask for the form first: its `form_token` goes with the "
        "cookie `mark` that comes along, and makes sending it twice once.",
        "security": [],
        "parameters": [one for one in asked if one != _KEY] if isinstance(asked, list) else [],
        "responses": responses,
    }


def _receipt_for_everybody(form: FormPlan) -> Json:
    receipt: Json = {
        "name": "receipt",
        "in": "path",
        "required": True,
        "description": "The last part of the address that came back: nobody can guess it.",
        "schema": {"type": "string", "maxLength": 60},
    }
    return {
        "operationId": f"{_name(form)}_receipt",
        "tags": [str(form.step.phase)],
        "summary": "What was sent, and when; not what became of it",
        "security": [],
        "parameters": [receipt, _LANGUAGE],
        "responses": {
            "200": _answer("What was sent.", "Receipt"),
            "404": {"$ref": "#/components/responses/not_there"},
        },
    }


def _name(form: FormPlan) -> str:
    return str(form.step.id).replace("-", "_")


def _operations(form: FormPlan) -> Mapping[str, Mapping[str, Json]]:
    name, tags = _name(form), [str(form.step.phase)]
    title = capital(str(form.step.title))
    return {
        "get": {
            "operationId": f"{name}_form",
            "tags": tags,
            "summary": title,
            "description": str(form.step.customer_does),
            "parameters": [*_about(form), _LANGUAGE],
            "responses": {
                "200": _answer("The form: what is asked, and what can be chosen.", "Form"),
                **_REFUSALS,
            },
        },
        "post": {
            "operationId": f"{name}_send",
            "tags": tags,
            "summary": capital(str(form.screen.button or form.step.title)),
            "parameters": [*_about(form), _KEY, _LANGUAGE],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": _answers(form)}},
            },
            "responses": {
                "201": {
                    **_answer("It was accepted. `location` is its receipt.", "Sent"),
                    "headers": {"location": {"schema": _TEXT}},
                },
                "409": _answer(
                    "It was sent before with other answers, has no token, or what it changes was "
                    "changed meanwhile.",
                    "Form",
                ),
                "422": _answer("Something is to be mended: see `problems`.", "Form"),
                "503": _answer("It cannot be taken now.", "Form"),
                **_REFUSALS,
            },
        },
    }


def _about(form: FormPlan) -> Iterator[Json]:
    if form.subject is not None:
        yield {
            "name": form.subject.id,
            "in": "query",
            "description": str(form.subject.field.name or form.subject.id),
            "schema": {"type": "string", "maxLength": 200},
        }


def _answers(form: FormPlan) -> Json:
    """What is sent: a value for each question, by its name."""
    properties: dict[str, Json] = {
        one.id: _question(one) for one in form.questions if one is not form.subject
    }
    required = [q.id for q in form.questions if _is_always_needed(q) and q.id in properties]
    said: dict[str, Json] = {"type": "object", "properties": properties}
    if form.rows is not None:
        properties[form.rows.name] = {
            "type": "array",
            "items": _TEXT,
            "description": str(form.rows.key.field.name or form.rows.name),
        }
        required.append(form.rows.name)
        said["patternProperties"] = {
            rf"^{form.rows.name}\..+\.{one.id}$": _question(one) for one in form.rows.questions
        }
    return {**said, "required": required}


def _is_always_needed(question: Question) -> bool:
    return question.is_required and question.field.asked_if is None


def _question(question: Question) -> Json:
    said: dict[str, Json] = {
        "description": f"{question.field.name or question.id}{_when(question)}"
    }
    said["type"] = ["string", "number"] if question.control is Control.NUMBER else "string"
    if question.control is Control.YES_NO:
        said["type"] = "boolean"
    if question.control is Control.DATE:
        said["format"] = "date"
    if question.codes:
        said["enum"] = [str(code) for code, _ in question.codes]
    return said


def _when(question: Question) -> str:
    """In words that an answer is only taken while something holds of the others."""
    condition, needed = question.field.asked_if, "needed" if question.is_required else "taken"
    return "" if condition is None else f" (only {needed} if {condition.text}; else refused)"


def _pickable() -> Json:
    return _object(
        key=_TEXT, fields={"type": "object"}, can={"type": "boolean"}, why_not=_MAYBE_TEXT
    )


def _rows() -> Json:
    row = _object(
        key=_TEXT,
        fields={"type": "object"},
        ticked={"type": "boolean"},
        questions=_many("Question"),
    )
    return _object(
        name=_TEXT,
        label=_TEXT,
        freshness={"$ref": "#/components/schemas/Freshness"},
        rows={"type": "array", "items": row},
    )


# ---- receipts


def _receipts() -> Json:
    line = _object(
        reference=_TEXT,
        title=_TEXT,
        address=_TEXT,
        state={"enum": [state.value for state in ActionState]},
        at=_MOMENT,
    )
    schema = _object(
        kind={"const": "receipts"},
        address=_TEXT,
        acting_for=_MAYBE_TEXT,
        receipts={"type": "array", "items": line},
    )
    return {
        "operationId": "receipts",
        "summary": "What was sent, the newest first",
        "parameters": [_LANGUAGE],
        "responses": {
            "200": {
                "description": "The receipts of whoever is signed in.",
                "content": {"application/json": {"schema": schema}},
            },
            **_REFUSALS,
        },
    }


def _receipt() -> Json:
    reference: Json = {
        "name": "reference",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "maxLength": 40},
    }
    return {
        "operationId": "receipt",
        "summary": "How far something that was sent is",
        "parameters": [reference, _LANGUAGE],
        "responses": {"200": _answer("True when it was asked.", "Receipt"), **_REFUSALS},
    }


def _part() -> Json:
    return _object(
        state={"enum": [state.value for state in ErrandState]},
        fields={"type": "array", "items": _TEXT},
        first={"type": "boolean"},
        since=_MOMENT,
        next_at=_MOMENT,
        says=_MAYBE_TEXT,
    )


def _clashes() -> Json:
    """Values that had changed meanwhile: what was filled in, and what is there now."""
    return {"type": "array", "items": _object(label=_TEXT, yours=_TEXT, now=_TEXT)}


# ---- short ways to say it


def _object(**properties: Json) -> Json:
    """An object that always has all of these."""
    return {"type": "object", "required": list(properties), "properties": properties}


def _many(schema: str) -> Json:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{schema}"}}


def _maybe(schema: str) -> Json:
    return {"oneOf": [{"$ref": f"#/components/schemas/{schema}"}, {"type": "null"}]}


def _answer(description: str, schema: str) -> Mapping[str, Json]:
    content: Json = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": description, "content": content}
