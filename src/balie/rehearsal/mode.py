"""How a rehearsed system behaves just now: well, or badly in one of the ways that systems have."""

from enum import StrEnum
from random import Random
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from balie.systems.rows import Raw


class Garbage(StrEnum):
    """The ways in which an answer can be rubbish; taken in turn."""

    HTML = "html"  # a page of some gateway, with status 200
    TRUNCATED = "truncated"  # half of the JSON
    SHAPE = "shape"  # JSON, but of another shape
    EMPTY = "empty"  # nothing at all, with status 200
    WRONG_TYPE = "wrong type"  # one row of the page has values of the wrong type
    NO_KEY = "no key"  # one row of the page has no key


Share: TypeAlias = Annotated[float, Meta(ge=0, le=1)]
"""A share of the requests: 0 is never, 1 is always."""

Milliseconds: TypeAlias = Annotated[int, Meta(ge=0, le=60_000)]
Kinds: TypeAlias = Annotated[tuple[Garbage, ...], Meta(min_length=1)]


class Mode(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The switches."""

    down: bool = False
    latency_ms: Milliseconds = 0
    failure_rate: Share = 0.0
    lost_reply_rate: Share = 0.0
    garbage_rate: Share = 0.0
    garbage: Kinds = tuple(Garbage)
    ignore_filters: bool = False
    notices_repeats: bool = True  # False: what is sent twice is done twice


class BadMode(ValueError):
    """A change that cannot be made, in words."""


def changed(mode: Mode, changes: Raw) -> Mode:
    """The mode with these switches changed. Raises BadMode."""
    if not isinstance(changes, dict):
        raise BadMode('Send an object with switches, such as {"down": true}.')
    try:
        return msgspec.convert({**as_json(mode), **changes}, Mode)
    except msgspec.ValidationError as error:
        switches = ", ".join(Mode.__struct_fields__)
        raise BadMode(f"{error}. The switches are: {switches}.") from error


def as_json(mode: Mode) -> dict[str, Raw]:
    """The mode as it is sent."""
    sent: dict[str, Raw] = msgspec.to_builtins(mode)
    return sent


def happens(what: str, rate: float, request: int) -> bool:
    """Whether it happens to the n-th request: always the same answer to the same question."""
    return rate > 0 and Random(f"{what}/{request}").random() < rate  # noqa: S311
