"""A command that does something as a customer: who that is here, and systems to ask."""

import os
import secrets
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime

from balie.access.viewer import Visitor
from balie.backstage.ports import Incident, Remembered
from balie.rehearsal.launch import launched, settings
from balie.site import configuration, installation
from balie.site.blueprints import Checked
from balie.site.configuration import Configuration
from balie.site.connecting import Connected, Kept, connect


def rehearsed(found: Checked, stack: ExitStack) -> Configuration:
    """Rehearsed systems, that stop when the stack is closed."""
    today = date.today()  # noqa: DTZ011 - the day where we are
    running = stack.enter_context(launched(found.folder, today=today))
    here = {"BALIE_PRIVATE_SYSTEMS": "127.0.0.1", **settings(found.folder, running)}
    return configuration.read({**os.environ, **here})


def visitor_with(email: str, chosen: Configuration, *, is_rehearsed: bool) -> Visitor:
    """Whoever signs in with this address: as we know them already, or as for the first time."""
    stored = None if is_rehearsed else installation.person(chosen, email)
    return stored or Visitor(person="", email=email)


class Forgetful:
    """A memory that remembers nothing: whoever tries wants to see what is there now."""

    async def get(self, key: str) -> Remembered | None:  # noqa: ARG002
        """Nothing."""
        return None

    async def put(self, key: str, remembered: Remembered, *, keep_until: datetime) -> None:
        """Drops it."""

    async def forget(self, key: str) -> None:
        """There is nothing to forget."""


@dataclass(slots=True)
class Heard:
    """What staff would have been told."""

    incidents: list[Incident] = field(default_factory=list)

    def report(self, incident: Incident) -> None:
        """Keeps it, to be shown."""
        self.incidents.append(incident)


def connected(
    found: Checked, chosen: Configuration, heard: Heard, closing: AsyncExitStack
) -> Connected:
    """The service, which asks everything anew and keeps nothing. Raises Refusal."""
    kept = Kept(Forgetful(), heard, secrets.token_bytes(32))
    return connect(found, chosen, kept, closing)
