"""Where what customers send is kept: the same rows for the process that accepts and for the one
that carries.
"""

from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime
from hashlib import sha256

from balie.backstage.readings import Lines, WriteLines
from balie.site.configuration import Configuration
from balie.site.connecting import utc_now
from balie.site.engines import enqueue_of
from balie.site.failpoints import BreakableActions, breakable_enqueue, reach_of
from balie.store.actions import Enqueue, StoredActions
from balie.store.approvals import Asks
from balie.store.ciphers import Cipher
from balie.store.glances import Glance, MayHaveSent, anybody_may_have
from balie.store.instances import Records
from balie.store.unit_of_work import UnitOfWork


def stored_actions(
    configuration: Configuration,
    closing: AsyncExitStack,
    enqueue: Enqueue,
    now: Callable[[], datetime] = utc_now,
) -> StoredActions:
    """What customers sent. enqueue: see there. closing: gets what must be closed."""
    work, cipher = UnitOfWork(), Cipher(configuration.keys)
    closing.push_async_callback(work.close)
    records = records_of(configuration)
    begin, ask = records.begin, Asks(records)
    may_have_sent = _glance(configuration, closing)
    if configuration.failpoint:
        reach = reach_of(configuration.failpoint, configuration.state)
        enqueue = breakable_enqueue(enqueue, reach)
        return BreakableActions(work, cipher, enqueue, now, begin, may_have_sent, ask, reach)
    return StoredActions(work, cipher, enqueue, now, begin, may_have_sent, ask)


def kept_readings(actions: StoredActions) -> WriteLines:
    """Writes what was read in the audit."""

    async def write(lines: Lines) -> None:
        await actions.work.write(lambda: actions.audit.add_all(lines))

    return write


def _glance(configuration: Configuration, closing: AsyncExitStack) -> MayHaveSent:
    """PostgreSQL has no file to look at: there the tables are asked at once."""
    if not configuration.embedded:
        return anybody_may_have
    glance = Glance(configuration.database_file)
    closing.push_async_callback(glance.close)
    return glance


def records_of(configuration: Configuration) -> Records:
    """How instances are kept. What they are looked up by holds for as long as the oldest key."""
    secret = sha256(b"balie: look-ups\0" + configuration.keys[-1].encode()).digest()
    return Records(Cipher(configuration.keys), secret)


def accepting(
    configuration: Configuration,
    closing: AsyncExitStack,
    now: Callable[[], datetime] = utc_now,
) -> StoredActions:
    """What customers send, for a process that accepts it. Raises Refusal."""
    return stored_actions(configuration, closing, enqueue_of(configuration), now)
