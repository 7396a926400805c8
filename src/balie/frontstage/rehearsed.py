"""The demo: who you can be, and switches that make a rehearsed system slow or take it away."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from balie.backstage.lineage.origins import Origins
from balie.frontstage.looks import Mode, Switch


class SystemSwitch(Protocol):
    """The port to the rehearsal's own control. `site` wires it."""

    async def state(self) -> Mapping[str, Mode]:
        """Name of each rehearsed system -> how it behaves now."""
        ...

    async def set(self, name: str, mode: Mode) -> None:
        """Makes a system behave so from now on."""
        ...


@dataclass(frozen=True, slots=True)
class Happening:
    """What somebody can have happen in a rehearsed system.

    says: language -> words, "" for the language of the blueprint. rows: key -> what people call
    it, the newest first.
    """

    system: str
    name: str
    says: Mapping[str, str]
    rows: Mapping[str, str]

    def in_words(self, language: str) -> str:
        """What happens, in this language if it is said in it."""
        return self.says.get(language) or next(iter(self.says.values()), "")


class Happenings(Protocol):
    """The port to what can happen in rehearsed systems. `site` wires it."""

    async def offered(self) -> tuple[Happening, ...]:
        """What can happen now, in the order of the blueprint's systems."""
        ...

    async def happen(self, system: str, name: str, key: str) -> bool:
        """Has it happen to the row with this key; False when that cannot be (any more)."""
        ...


class NothingHappens:
    """Fulfils `Happenings`: nothing can."""

    async def offered(self) -> tuple[Happening, ...]:
        """Nothing."""
        return ()

    async def happen(self, system: str, name: str, key: str) -> bool:
        """Nothing does."""
        del system, name, key
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPerson:
    """Somebody you can be. role: in words; organisation: for whom they act, if they do. secret: of
    their app with codes, base32; "" without one. administers: the people of their organisation.
    tries: what to try as them.
    """

    mail: str
    name: str
    role: str
    organisation: str | None = None
    is_staff: bool = False
    secret: str = field(default="", repr=False)
    administers: bool = False
    tries: str = ""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """titles: name of a system -> what people call it, in the order of the blueprint.

    origins: where values come from, for whoever wants to see it. happenings: what can be made to
    happen in the systems.
    """

    people: tuple[DemoPerson, ...]
    titles: Mapping[str, str]
    control: SystemSwitch
    origins: Origins | None = None
    happenings: Happenings = field(default_factory=NothingHappens)

    async def switches(self) -> tuple[Switch, ...]:
        """Every rehearsed system and how it behaves now."""
        state = await self.control.state()
        return tuple(
            Switch(name, title, state.get(name, Mode.ON)) for name, title in self.titles.items()
        )

    async def switch_to(self, system: str, mode: str) -> bool:
        """Switches a system; False when there is no such system or mode."""
        if system not in self.titles or mode not in {known.value for known in Mode}:
            return False
        await self.control.set(system, Mode(mode))
        return True


@dataclass(frozen=True, slots=True)
class Announced:
    """Switches of which the service hears, so that the very next page shows what they do."""

    control: SystemSwitch
    hear: Callable[[str], None]

    async def state(self) -> Mapping[str, Mode]:
        """How each system behaves."""
        return await self.control.state()

    async def set(self, name: str, mode: Mode) -> None:
        """Makes a system behave so, and tells the service."""
        await self.control.set(name, mode)
        self.hear(name)


@dataclass(frozen=True, slots=True)
class Noticed:
    """What happens is noticed at once: nobody who tries the demo waits until it is looked at.

    look: has every story look at once at what it waits for.
    """

    happenings: Happenings
    hear: Callable[[str], None]
    look: Callable[[], Awaitable[None]]

    async def offered(self) -> tuple[Happening, ...]:
        """What can happen now."""
        return await self.happenings.offered()

    async def happen(self, system: str, name: str, key: str) -> bool:
        """Has it happen, and everybody look."""
        if not await self.happenings.happen(system, name, key):
            return False
        self.hear(system)
        await self.look()
        return True


def announced(
    rehearsed: Rehearsed,
    hear: Callable[[str], None],
    look: Callable[[], Awaitable[None]],
    origins: Origins,
) -> Rehearsed:
    """The same demo, for a service that hears of its switches and knows where values are from."""
    return replace(
        rehearsed,
        control=Announced(rehearsed.control, hear),
        happenings=Noticed(rehearsed.happenings, hear, look),
        origins=origins,
    )
