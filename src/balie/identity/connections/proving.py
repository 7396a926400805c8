"""Two steps at another party: how they are asked, and what is believed of the answer.

They are asked in one way alone. An `acr_values` beside an essential claim makes the claim a wish.
"""

import json
from collections.abc import Mapping

from balie.identity.connections.connection import Connection, StepUp
from balie.identity.connections.refusals import Check, Refused
from balie.identity.connections.tokens import LEEWAY, Claims, says_any, signed_in_at

JUST_NOW = 10 * 60
"""Seconds within which somebody signed in who was asked to do it again."""


def level_asked(connection: Connection, within: int | None) -> Mapping[str, str]:
    """What goes along with a request for two steps, proved `within` so many seconds."""
    age = age_asked(connection, within)
    aged = {} if age is None else {"max_age": str(age)}
    match connection.step_up:
        case StepUp.CLAIMS:
            return {"claims": _essential(connection), **aged}
        case StepUp.ACR_VALUES:
            return {"acr_values": " ".join(connection.two_steps), **aged}
        case StepUp.PROMPT:
            return {"prompt": "login", **aged}
        case _:
            return aged


def age_asked(connection: Connection, within: int | None) -> int | None:
    """How many seconds ago the proof may be: the least of what anybody asks; None: that is asked of
    nobody.
    """
    just_now = JUST_NOW if connection.step_up is StepUp.PROMPT else None
    return min((age for age in (within, connection.max_age, just_now) if age is not None),
               default=None)  # fmt: skip


def has_two_steps(connection: Connection, claims: Claims) -> bool:
    """Whether the provider says that two steps were proved."""
    return bool(connection.two_steps) and says_any(
        claims, connection.level_claim, connection.two_steps
    )


def check_level(
    connection: Connection, claims: Claims, within: int | None, began: float, now: float
) -> None:
    """Raises Refused unless two steps were proved as they were asked, at `began`."""
    if not has_two_steps(connection, claims):
        raise Refused(Check.LEVEL)
    at, age = signed_in_at(claims, now), age_asked(connection, within)
    if age is not None and (at == 0 or at < began - age - LEEWAY):
        raise Refused(Check.AUTH_TIME)
    if connection.step_up is StepUp.PROMPT and at < began - LEEWAY:
        raise Refused(Check.AUTH_TIME)


def _essential(connection: Connection) -> str:
    wanted = list(connection.two_steps)
    one = {"value": wanted[0]} if len(wanted) == 1 else {"values": wanted}
    return json.dumps({"id_token": {connection.level_claim: {"essential": True, **one}}})
