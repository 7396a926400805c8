"""The demo: people to be, and switches on the rehearsed systems. Never in a real installation."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from balie.blueprint.model import Blueprint
from balie.frontstage.looks import Mode
from balie.frontstage.rehearsed import DemoPerson, Happening, Rehearsed
from balie.identity.factors.codes import connect_app
from balie.identity.models import Membership, Person
from balie.identity.people import enrol
from balie.rehearsal.launch import RehearsedSystem
from balie.rehearsal.trouble import RehearsalError
from balie.site.refusal import Refusal
from balie.systems.yaml_files import not_too_deep

PASSWORD = "balie-demo-2026"  # noqa: S105 - it opens nothing but a demo
_SLOW = 3000  # milliseconds
_AS_SAID: Mapping[Mode, Mapping[str, bool | int]] = {
    Mode.ON: {"down": False, "latency_ms": 0},
    Mode.SLOW: {"down": False, "latency_ms": _SLOW},
    Mode.OFF: {"down": True, "latency_ms": 0},
}
_LOOKED_AGAIN = 2.0  # seconds


@dataclass
class Control:
    """Fulfils `frontstage.rehearsed.SystemSwitch` with the rehearsal's own switches."""

    systems: Mapping[str, RehearsedSystem]
    _seen: dict[str, Mode] = field(default_factory=dict)
    _seen_at: float = 0.0

    async def state(self) -> Mapping[str, Mode]:
        """How each system behaves, as of a moment ago."""
        if time.monotonic() - self._seen_at > _LOOKED_AGAIN:
            modes = await asyncio.gather(
                *(asyncio.to_thread(_mode_of, system) for system in self.systems.values())
            )
            self._seen = dict(zip(self.systems, modes, strict=True))
            self._seen_at = time.monotonic()
        return self._seen

    async def set(self, name: str, mode: Mode) -> None:
        """Makes a system behave so from now on."""
        await asyncio.to_thread(self.systems[name].mode, **_AS_SAID[mode])
        self._seen_at = 0.0


@dataclass(frozen=True)
class Happens:
    """Fulfils `frontstage.rehearsed.Happenings` with the rehearsal's own switches."""

    systems: Mapping[str, RehearsedSystem]

    async def offered(self) -> tuple[Happening, ...]:
        """What can happen in systems that are on; one that is off does nothing."""
        found = await asyncio.gather(
            *(asyncio.to_thread(_offered, system) for system in self.systems.values())
        )
        return tuple(one for offered in found for one in offered)

    async def happen(self, system: str, name: str, key: str) -> bool:
        """Has it happen; False when that cannot be."""
        if system not in self.systems:
            return False
        try:
            return await asyncio.to_thread(self.systems[system].happen, name, key)
        except RehearsalError:
            return False


def rehearsed(people: Iterable[DemoPerson], systems: Mapping[str, RehearsedSystem]) -> Rehearsed:
    """What the demo's pages show."""
    titles = {name: system.title for name, system in systems.items()}
    return Rehearsed(tuple(people), titles, Control(systems), happenings=Happens(systems))


def people_of(folder: Path, blueprint: Blueprint) -> tuple[DemoPerson, ...]:
    """The people of `examples/people.yaml`; none when there is no such file."""
    file = folder / "examples" / "people.yaml"
    if not file.is_file():
        return ()
    said = yaml.safe_load(not_too_deep(file.read_bytes()))
    customers = [_customer(mail, one, blueprint) for mail, one in said.get("customers", {}).items()]
    staff = [_colleague(mail, one, blueprint) for mail, one in said.get("staff", {}).items()]
    return (*customers, *staff)


def enrol_people(folder: Path, people: Iterable[DemoPerson]) -> None:
    """Makes the demo's people, with the demo's password."""
    file = folder / "examples" / "people.yaml"
    said = yaml.safe_load(not_too_deep(file.read_bytes())) if file.is_file() else {}
    staff = said.get("staff", {})
    enrol_as(people, {mail: tuple(one.get("roles", ())) for mail, one in staff.items()})
    for mail, one in said.get("customers", {}).items():
        if "administers" in one:
            Membership.objects.get_or_create(
                person=Person.objects.get(email=mail),
                organisation=one["administers"],
                role="",
                is_administrator=True,
            )


def enrol_as(people: Iterable[DemoPerson], teams: Mapping[str, tuple[str, ...]]) -> None:
    """The same for people of whom no file tells. teams: of staff, by mail address."""
    password = _password()
    for one in people:
        roles = teams.get(one.mail, ())
        person, _ = enrol(one.mail, name=one.name, staff_roles=roles, verified=True)
        person.is_demo = True
        person.password = password
        person.save()
        if one.secret:
            connect_app(person, one.secret)


def refuse_demo_people() -> None:
    """Raises Refusal when somebody of a demo could sign in to a real installation."""
    found = list(Person.objects.filter(is_demo=True).values_list("email", flat=True))
    staff = Person.objects.filter(is_staff=True, is_demo=False)
    found += [one.email for one in staff if one.check_password(PASSWORD)]
    if found:
        raise Refusal(
            "DEMO PEOPLE",
            "This database holds people of a demo, whose password everybody can read:\n\n"
            + "\n".join(f"    {email}" for email in found),
            [
                "If this is a demo:       balie run --demo PATH",
                "If it is not, take them away:  balie people remove-demo",
            ],
        )


def remove_demo_people() -> int:
    """Takes the demo's people away, signed in or not; says how many there were."""
    people = Person.objects.filter(is_demo=True)
    EmailAddress.objects.filter(user__in=people).delete()
    count = people.count()
    people.delete()
    return count


def _password() -> str:
    """The demo's password as it is kept: as it was, so that nobody is signed out by a restart."""
    before = Person.objects.filter(is_demo=True).first()
    return (
        before.password if before and before.check_password(PASSWORD) else make_password(PASSWORD)
    )


def _customer(mail: str, said: Mapping[str, str], blueprint: Blueprint) -> DemoPerson:
    kind = blueprint.people.customers.get(said.get("acts as", ""))
    return DemoPerson(
        mail=mail,
        name=_first_name(mail),
        role=str(kind.name) if kind else "",
        organisation=said.get("works for"),
        secret=said.get("two steps", ""),
        administers="administers" in said,
        tries=said.get("try", ""),
    )


def _colleague(mail: str, said: Mapping[str, object], blueprint: Blueprint) -> DemoPerson:
    roles = said.get("roles", [])
    teams = blueprint.people.staff
    titles = (
        [str(teams[role].name) for role in roles if role in teams]
        if isinstance(roles, list)
        else []
    )
    name = str(said.get("name", _first_name(mail)))
    tries = str(said.get("try", ""))
    return DemoPerson(mail=mail, name=name, role=", ".join(titles), is_staff=True, tries=tries)


def _first_name(mail: str) -> str:
    return mail.partition("@")[0].replace(".", " ").title()


def _offered(system: RehearsedSystem) -> list[Happening]:
    if system.mode().get("down"):
        return []
    return [Happening(system.name, h.name, h.says, h.rows) for h in system.happenings()]


def _mode_of(system: RehearsedSystem) -> Mode:
    said = system.mode()
    if said.get("down"):
        return Mode.OFF
    return Mode.SLOW if said.get("latency_ms") else Mode.ON
