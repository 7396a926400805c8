"""Where what customers send is kept: the same rows for the process that accepts and for the one
that carries.
"""

from contextlib import AsyncExitStack

from balie.site.configuration import Configuration
from balie.site.connecting import utc_now
from balie.site.engines import enqueue_of
from balie.site.failpoints import BreakableActions, breakable_enqueue, reach_of
from balie.store.actions import Enqueue, StoredActions
from balie.store.ciphers import Cipher
from balie.store.unit_of_work import UnitOfWork


def stored_actions(
    configuration: Configuration, closing: AsyncExitStack, enqueue: Enqueue
) -> StoredActions:
    """What customers sent. enqueue: see there. closing: gets what must be closed."""
    work, cipher = UnitOfWork(), Cipher(configuration.keys)
    closing.push_async_callback(work.close)
    if configuration.failpoint:
        reach = reach_of(configuration.failpoint, configuration.state)
        enqueue = breakable_enqueue(enqueue, reach)
        return BreakableActions(work, cipher, enqueue, utc_now, reach)
    return StoredActions(work, cipher, enqueue, utc_now)


def accepting(configuration: Configuration, closing: AsyncExitStack) -> StoredActions:
    """What customers send, for a process that accepts it. Raises Refusal."""
    return stored_actions(configuration, closing, enqueue_of(configuration))
