"""Claims that say who somebody is to the systems, of verified documents, for each name of `me`.

A claim counts of the first document that has it at all, the ID token before userinfo. It may be a
text, a whole number, or a list of those.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from balie.identity.connections.tokens import Claims

MOST = 50
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Said:
    """What a claim says. source: which document it was of, "" when none has it."""

    claim: str
    values: tuple[str, ...] = ()
    source: str = ""


def said_of(
    wanted: Mapping[str, str], documents: Sequence[tuple[str, Claims]]
) -> Mapping[str, Said]:
    """Names of `me` -> what their claim says. wanted: name -> claim. documents: by their names."""
    return {name: _said(claim, documents) for name, claim in wanted.items()}


def _said(claim: str, documents: Sequence[tuple[str, Claims]]) -> Said:
    for source, document in documents:
        if document.get(claim) is not None:
            return Said(claim, _texts(document[claim]), source)
    return Said(claim)


def _texts(raw: object) -> tuple[str, ...]:
    """The values, each once. What is no text and no whole number is nobody's key."""
    several = raw if isinstance(raw, list) else [raw]
    texts = (_text(one) for one in several[:MOST])
    return tuple(dict.fromkeys(text for text in texts if text))


def _text(raw: object) -> str:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return str(raw)
    text = raw.strip() if isinstance(raw, str) else ""
    return text if len(text) <= LONGEST and text.isprintable() else ""
