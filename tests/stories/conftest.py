"""A town for stories: every system rehearsed over HTTP, and Balie beside them."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime

import pytest
from pytest_django import Settings

from balie.rehearsal.launch import RehearsedSystem, launched
from tests.stories.world import Town, town
from tests.telling import LINDEMAN


@pytest.fixture(scope="module")
def running() -> Iterator[Mapping[str, RehearsedSystem]]:
    with launched(LINDEMAN, today=datetime.now(UTC).date(), only_examples=True) as systems:
        yield systems


@pytest.fixture
async def place(running: Mapping[str, RehearsedSystem], settings: Settings) -> AsyncIterator[Town]:
    settings.EMAIL_BACKEND = "balie.identity.outbox.Outbox"
    for system in running.values():
        await asyncio.to_thread(system.reset)
    async with town(running) as found:
        yield found
