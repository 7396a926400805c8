"""A question to a system.

Only `balie.access` and the conformance tests build one (a test of the source tree checks it):
so there is no way to ask a system for rows without saying for whom.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Relation:
    """`field` has one of `values`. Compared as text, exactly, or case-folded for mail addresses."""

    field: str
    values: tuple[str, ...]  # never empty; null and "" never enter
    fold_case: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """Sorted by `field`, newest or highest first when `descending`."""

    field: str
    descending: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which rows, which fields, in which order, how many.

    table: the name that the blueprint uses; a connector translates it with `Connection.tables`.
    relations: all must hold. The rows that come back are checked again by whoever asked.
    fields: dotted paths; a system may send more, never rely on it.
    at_most: (field, text): the rows whose field is not above it, and none without a value in it.
        The text is as the system wrote it in that field; for a day or a moment it may also be ISO
        text of the other kind (`2026-11-22`, `2026-11-22T10:00:00Z`). Moments are told in many
        ways, so rows that are up to a day above it may come too: whoever asks looks at them.
    limit: rows wanted in one answer; a system may send fewer and a cursor.
    cursor: a connector's own opaque word for "go on from here", from `Rows.next`.
    """

    table: str
    relations: tuple[Relation, ...]
    fields: tuple[str, ...]
    order: Order | None = None
    at_most: tuple[str, str] | None = None
    limit: int = 200
    cursor: str | None = None
