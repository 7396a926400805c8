"""All keys that are tried, each made just before, and gone after."""

from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async

from balie.proving.keys import Key
from balie.site.proved.acting import acting, representatives
from balie.site.proved.factors import passkeys, sign_ins
from balie.site.proved.making import Making, as_before
from balie.site.proved.organisations import administrators, two_at_once
from balie.site.proved.tokens import invitations, letters, links

_PARTS = (
    administrators,
    two_at_once,
    invitations,
    letters,
    links,
    passkeys,
    sign_ins,
    representatives,
    acting,
)


async def keys(making: Making, only: str = "") -> AsyncIterator[Key]:
    """One after another. only: those of one part."""
    for part in (one for one in _PARTS if only in ("", one.__name__)):
        try:
            async for key in part(making):
                yield key
        finally:
            await sync_to_async(as_before)()
