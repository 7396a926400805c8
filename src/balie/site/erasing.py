"""Erases what Balie itself holds of somebody; what their systems hold is theirs."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

from django.db import connection

from balie.identity import people, signing_in
from balie.site.accepting import accepting
from balie.site.configuration import Configuration
from balie.site.connecting import utc_now
from balie.site.keeping import memory_of, secret_of
from balie.store.drafts import StoredDrafts
from balie.store.retention import Erasure, Gone, Retention
from balie.store.uploads import StoredUploads


def erase(configuration: Configuration, mail: str) -> Erasure | None:
    """Erases what is held of whoever has this mail address; None when there is nobody.

    What was remembered of systems goes as a whole: of no answer can be told whose it is.
    """
    visitor = signing_in.somebody(mail.strip().lower())
    if visitor is None:
        return None
    erased = asyncio.run(_kept(configuration, visitor.person))
    identity = people.forget(visitor.person, keep_account=bool(erased.left))
    _empty_the_log()
    gone = (*erased.gone, *(Gone(what, number) for what, number in identity.items() if number))
    left = (*erased.left, Gone("account", 1)) if erased.left else ()
    return Erasure(gone=gone, left=left)


async def _kept(configuration: Configuration, person: str) -> Erasure:
    async with AsyncExitStack() as closing:
        actions = accepting(configuration, closing)
        memory = memory_of(configuration)
        closing.push_async_callback(memory.close)
        await memory.forget_all()
        erased = await Retention(actions).erase_person(person, who="")
        secret = secret_of(configuration)
        files = await StoredUploads(actions.work, actions.cipher, utc_now).forget(person)
        drafts = await StoredDrafts(actions.work, actions.cipher, secret, utc_now).forget(person)
        more = (Gone("files", files), Gone("drafts", drafts))
        return replace(erased, gone=(*erased.gone, *(gone for gone in more if gone.number)))


def _empty_the_log() -> None:
    """What was deleted stands in SQLite's log for a while: that is written off now."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
