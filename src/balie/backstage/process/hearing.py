"""Hears what systems tell: believed by its signature, kept, and only then said to be heard.

What is told is a hint: that something happened to one row. What is so is read from the system.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import msgspec

from balie.backstage.ports import Clock
from balie.backstage.process.instance import Event
from balie.systems.news import News, NotBelieved
from balie.systems.rows import Raw, text_of, value_at

MOST_BYTES = 64_000  # of what is told: it names a row, it does not bring one
_LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Heard:
    """What is answered. status: of HTTP. words: for whoever runs the system; "" for none."""

    status: int
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What hearing needs.

    news: by system. keep: keeps an event for whoever waits for it. forget: what was known of this
    table of this system is no longer fresh.
    """

    news: Mapping[str, News]
    keep: Callable[[Event], Awaitable[None]]
    forget: Callable[[str, str], None]
    clock: Clock

    async def tell(self, system: str, name: str, headers: Mapping[str, str], body: bytes) -> Heard:
        """A system tells something. headers: by lower-case name. The same twice is heard twice."""
        news = self.news.get(system)
        told_of = None if news is None else news.events.get(name)
        if news is None:
            return Heard(404, "Nothing is heard here.")
        try:
            news.believe(headers, body, self.clock.now())
        except NotBelieved as why:
            return Heard(401, str(why))
        if told_of is None:
            known = ", ".join(sorted(news.events))
            return Heard(404, f'"{name}" is no news that we know. There is: {known}.')
        key = _key(body, told_of.field)
        if key is None:
            return Heard(422, f'Send a JSON object with "{told_of.field}": which row it is about.')
        await self.keep(Event(system=system, name=name, key=key, at=self.clock.now()))
        self.forget(system, told_of.table)
        return Heard(204)


def _key(body: bytes, field: str) -> str | None:
    """Which row it is about; None when what was sent does not say."""
    try:
        said: Raw = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    key = text_of(value_at(said, field)) if isinstance(said, dict) else None
    return key if key and len(key) <= _LONGEST_KEY and key.isprintable() else None
