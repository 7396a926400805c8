"""Answers of a rehearsed HTTP service: rows as JSON, and problems as problem+json (RFC 9457)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Final

from balie.connectors.http.rehearse_bodies import Problem
from balie.systems.rehearsed import Answer
from balie.systems.rows import Raw, Row

_PROBLEM: Final = "application/problem+json"


class Refusal(Exception):
    """What the service says no to. more: what the problem says besides."""

    def __init__(
        self,
        status: int,
        title: str,
        words: str,
        problems: Sequence[Problem] = (),
        more: Mapping[str, Raw] | None = None,
    ) -> None:
        super().__init__(words)
        self.status = status
        self.title = title
        self.words = words
        self.problems = problems
        self.more = more or {}


def bad(name: str, words: str, code: str = "not_allowed") -> Refusal:
    """A parameter that cannot be sent like this."""
    text = f"{name}: {words}"
    return Refusal(400, "Bad request", text, (Problem(name, code, text),))


def nothing_here(words: str) -> Refusal:
    """A path or a row that does not exist."""
    return Refusal(404, "Not found", words)


def good(body: "Raw | Row", did: str, status: int = 200) -> Answer:
    """A good answer."""
    return Answer(status=status, body=as_json(body), did=did)


def refused(refusal: Refusal) -> Answer:
    """A refusal as problem+json."""
    problem: dict[str, Raw] = {
        "type": "about:blank",
        "title": refusal.title,
        "status": refusal.status,
        "detail": refusal.words,
        **refusal.more,
    }
    if refusal.problems:
        problem["fields"] = [
            {"name": one.name, "code": one.code, "message": one.message} for one in refusal.problems
        ]
    return Answer(
        status=refusal.status,
        body=as_json(problem),
        content_type=_PROBLEM,
        did=f"refused: {refusal.title}",
    )


def as_json(body: "Raw | Row") -> bytes:
    """JSON without spaces."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def etag(row: Row) -> str:
    """Another one whenever the row is another."""
    return f'"{hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()[:20]}"'
