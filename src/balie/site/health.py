"""`/healthz` and `/readyz`: for whoever watches over processes. They tell nothing of a customer.

Neither ever waits for a system: a portal that says that the ERP is down is working.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from balie.identity.reader import Reader

_PATIENCE = 2.0  # seconds for our own database

ADDRESSES = frozenset({"/healthz", "/readyz"})

log = logging.getLogger(__name__)


def only_read() -> Response:
    """For whoever wants to do anything else there."""
    return PlainTextResponse("read only\n", status_code=405, headers={"allow": "GET, HEAD"})


def alive() -> Response:
    """The process runs and answers."""
    return PlainTextResponse("alive\n")


async def ready(
    request: Request, reader: Reader, systems: Callable[[], Mapping[str, bool]]
) -> Response:
    """Whether pages can be served: 200 when our own database answers, else 503.

    systems: name -> up, as pages have seen; it changes nothing about the status.
    """
    database = await _answers(reader)
    lines = {"database": database} | dict(systems())
    said = {name: "up" if up else "down" for name, up in lines.items()}
    status = 200 if database else 503
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse(said, status_code=status)
    text = "".join(f"{name} {state}\n" for name, state in said.items())
    return PlainTextResponse(text, status_code=status)


async def _answers(reader: Reader) -> bool:
    try:
        await asyncio.wait_for(reader.ping(), _PATIENCE)
    except Exception as error:  # noqa: BLE001 - whatever the driver calls it, it is not ready
        log.warning("The database does not answer: %s", type(error).__name__)
        return False
    return True
