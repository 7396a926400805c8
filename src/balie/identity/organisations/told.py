"""What the systems say of somebody's organisations, kept at each sign-in for the lists of people.

Pages never believe these rows: for them the systems are asked anew.
"""

import asyncio
import logging

from asgiref.sync import async_to_sync
from django.db import transaction

from balie.access.viewer import Visitor
from balie.backstage.acting import Contexts
from balie.identity.desk import Desk
from balie.identity.models import Person
from balie.identity.organisations.members import told_by_systems
from balie.identity.signing_in import RECOGNITION_TAKES_AT_MOST, visitor_of

log = logging.getLogger(__name__)


def keep_what_systems_say(person: Person, desk: Desk) -> None:
    """Keeps it, when all systems that would know could be asked."""
    customers = desk.blueprint.people.customers
    if not any(one.belongs_to for one in customers.values()):
        return
    visitor = visitor_of(person)
    contexts = _asked(visitor, desk)
    if contexts is None or not contexts.are_all:
        return
    decided = {one.organisation for one in visitor.memberships if one.kind}
    said = {
        one.organisation: one.kinds
        for one in contexts.found
        if one.organisation and one.organisation not in decided
    }
    with transaction.atomic():
        told_by_systems(person, said)


def _asked(visitor: Visitor, desk: Desk) -> Contexts | None:
    async def in_time() -> Contexts:
        return await asyncio.wait_for(desk.contexts(visitor), RECOGNITION_TAKES_AT_MOST)

    try:
        return async_to_sync(in_time)()
    except TimeoutError:
        log.warning("Nobody could say in time which organisations somebody belongs to.")
        return None
