"""A service behind the line of visibility, in memory and in simulated time.

Systems hold raw rows in the words of the telling; the log is told back in the original's words.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from balie.backstage.actions import Action, Begins, Errand, ErrandState, Whose
from balie.backstage.carrying import Carrier
from balie.backstage.ports import Clock
from balie.backstage.process.instance import (
    Event,
    Instance,
    Kind,
    Mail,
    Move,
    Note,
    WorkItem,
)
from balie.backstage.process.processes import Answered, Processes
from balie.backstage.process.story import Story, story
from balie.blueprint import relations
from balie.blueprint.conditions import Lookup, Outcome
from balie.blueprint.model import Step, Thing
from balie.mapping.thing import Record
from balie.systems.errors import Refused, Unavailable
from balie.systems.rows import Raw, Row, text_of, value_at
from balie.systems.writing import Change, How, Repeat, Written, repeat_of
from tests.semantics.world import blueprint_of, contracts_of
from tests.telling import AS_WRITTEN, Telling
from tests.writing.world import HeldActions, Killed, NoUploads

ZONE = ZoneInfo("Europe/Amsterdam")
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # 10:00 in Amsterdam
CONTACT = "7a0f3c52-0000-4000-8000-000000000001"
_MOST_TURNS = 3000

Table = tuple[str, str]


@dataclass
class HeldInstances:
    """Fulfils `Instances` in memory. `mishap` may kill before and after a move is kept."""

    actions: HeldActions
    kept: dict[str, Instance] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)
    events: dict[str, Event] = field(default_factory=dict)
    mishap: Callable[[], None] = lambda: None

    async def get(self, id_: str) -> Instance | None:
        return self.kept.get(id_)

    async def keep(self, move: Move) -> bool:
        self.mishap()
        before = self.kept.get(move.instance.id)
        if (0 if before is None else before.revision) != move.instance.revision - 1:
            return False
        self.kept[move.instance.id] = move.instance
        for action in move.actions:
            self.actions.kept[action.id] = action
            self.actions.progress[action.id] = {}
        self.notes += move.notes
        self.mails += move.mails
        self.mishap()
        return True

    def force(self, instance: Instance) -> None:
        """Puts an instance there as it can never be kept by a move."""
        self.kept[instance.id] = instance

    async def due(self, now: datetime) -> Sequence[str]:
        waking = (i for i in self.kept.values() if i.wake_at is not None and i.wake_at <= now)
        return [i.id for i in sorted(waking, key=lambda i: i.wake_at or now) if not i.is_over]

    async def expecting(self, what: str) -> Sequence[str]:
        return [i.id for i in self.kept.values() if i.expects == what]

    async def hear(self, event: Event) -> None:
        self.mishap()
        self.events.setdefault(event.id, event)
        self.mishap()

    async def heard(self, event_id: str) -> Event | None:
        return self.events.get(event_id)


@dataclass
class BackOffice:
    """Fulfils `Writer` for one system: rows by table and key, and what really was done."""

    system: str
    new: Callable[[str, str, int], Row]
    rows: dict[str, dict[str, dict[str, Raw]]] = field(default_factory=dict)
    by_key: dict[str, Written] = field(default_factory=dict)
    effects: list[tuple[str, str]] = field(default_factory=list)  # table, key of the write
    away: bool = False
    refuses: bool = False
    mishap: Callable[[], None] = lambda: None

    async def write(self, change: Change) -> Written:
        if self.away:
            raise Unavailable("It is away.", may_be_done=False)
        if self.refuses:
            raise Refused("It says no.")
        self.mishap()
        if change.key in self.by_key:
            return self.by_key[change.key]
        table = self.rows.setdefault(change.table, {})
        key = change.row or f"{change.table}-{len(table) + 1}"
        before = dict(table.get(key, {}))
        made = {} if change.row else self.new(self.system, change.table, len(table) + 1)
        table[key] = {**before, **made, **change.fields}
        if table[key] != before:
            self.effects.append((change.table, change.key))
        if change.repeat.how is not How.NATURAL_KEY:
            self.by_key[change.key] = Written(row=key)
        self.mishap()
        return Written(row=key)

    async def find(self, change: Change) -> Written | None:
        return self.by_key.get(change.key)

    async def rows_with(self, table: str, values: Mapping[str, str]) -> tuple[str, ...]:
        found = self.rows.get(table, {}).items()
        return tuple(k for k, row in found if all(row.get(f) == v for f, v in values.items()))[:2]


@dataclass
class HeldKnown:
    """Fulfils `Known` over those rows, mapped as pages map them."""

    office: "Office"

    async def look(self, instance: Instance, names: frozenset[str]) -> Lookup:
        looked = {name: self._named(instance, name) for name in sorted(names)}
        for of in {name.rpartition(".")[0] for name in names}:
            if of in self.office.story.blueprint.nested:
                looked[of] = self._rows_inside(instance, of)
        return looked.get

    def _named(self, instance: Instance, name: str) -> Outcome:
        thing_id, _, rest = name.partition(".")
        things = self.office.story.things
        if thing_id == instance.thing:
            own = self._own(instance, rest) if rest in things[thing_id].fields else None
            return None if own is None else own.look(rest)
        nested = things[thing_id].thing
        if nested.in_ != instance.thing:
            return None
        found = [r for r in self._linked(instance, nested) if (r.look(rest) is not None)]
        return found[0].look(rest) if len(found) == 1 else None

    def _own(self, instance: Instance, *fields: str) -> Record | None:
        thing = self.office.story.things[instance.thing]
        row = self._row(instance)
        return None if row is None else thing.record({"": [row]}, fields, self.office.today())

    def _row(self, instance: Instance) -> Row | None:
        at = self.office.story.things[instance.thing].sources[0].at
        rows = self.office.read(at.system, at.table)
        return rows.get(instance.row or "")

    def _rows_inside(self, instance: Instance, of: str) -> Outcome:
        nested = self.office.story.blueprint.nested[of]
        thing = self.office.story.things[str(nested.id)]
        row = self._row(instance)
        if row is None:
            return None
        source = thing.sources[0]
        records = (
            thing.record({source.name: [inner]}, tuple(thing.fields), self.office.today())
            for inner in source.rows_inside(row)
        )
        return [record.look for record in records if record is not None]

    def _linked(self, instance: Instance, nested: Thing) -> Iterator[Record]:
        thing = self.office.story.things[str(nested.id)]
        at = thing.sources[0].at
        wanted = {e.field: self._wanted(instance, e.value) for e in nested.linked_by}
        for row in self.office.read(at.system, at.table).values():
            if all(text_of(value_at(row, path)) == value for path, value in wanted.items()):
                record = thing.record({"": [row]}, tuple(thing.fields), self.office.today())
                if record is not None:
                    yield record

    def _wanted(self, instance: Instance, value: relations.Value) -> str | None:
        match value:
            case relations.Me(name):
                return instance.whose.me.get(name)
            case relations.Other(of, name):
                assert of == instance.thing
                return str(self._named(instance, f"{of}.{name}"))
            case relations.Literal(text):
                return text
        raise AssertionError(value)


@cache
def story_of(folder: Path) -> Story:
    """The story of a blueprint's folder, read once."""
    blueprint = blueprint_of(folder)
    return story(blueprint, contracts_of(blueprint))


def told_otherwise(told: Story, change: Callable[[Step], Step]) -> Story:
    """The same with other steps."""
    phases = tuple(
        replace(phase, steps=tuple(change(step) for step in phase.steps))
        for phase in told.blueprint.story
    )
    return replace(told, blueprint=replace(told.blueprint, story=phases))


def in_memory(_office: "Office") -> tuple[Any, Any]:
    """Where nothing else is said, an office keeps what it keeps in memory."""
    actions = HeldActions()
    return actions, HeldInstances(actions)


PLACES: list[Callable[["Office"], tuple[Any, Any]]] = [in_memory]
"""Where an office keeps its actions and instances: the last one holds."""


@dataclass
class Office:
    """The example's service, with a hand on the clock, on the systems and on the people."""

    telling: Telling = AS_WRITTEN
    now: datetime = MONDAY
    started: int = 0
    told_so: Callable[[Step], Step] = lambda step: step

    def __post_init__(self) -> None:
        self.story = told_otherwise(story_of(self.telling.folder), self.told_so)
        blueprint = self.story.blueprint
        self.actions, self.instances = PLACES[-1](self)
        self.systems = {id_: BackOffice(id_, self._new) for id_ in blueprint.systems}
        self.carrier = Carrier(
            actions=self.actions,
            uploads=NoUploads(),
            writers=self.systems,
            repeats=self._repeat,
            now=lambda: self.now,
            jitter=lambda: 1.0,
        )
        self.processes = Processes(
            instances=self.instances,
            actions=self.actions,
            known=HeldKnown(self),
            stories=lambda version: self.story if version == blueprint.version else None,
            clock=Clock(lambda: self.now, self.today),
        )

    def today(self) -> date:
        return self.now.astimezone(ZONE).date()

    def at(self, text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=ZONE)

    # ---- the systems

    def _repeat(self, system: str, table: str) -> Repeat | None:
        return repeat_of(self.story.blueprint.systems[system].what_it_does_not_say, table)

    def _new(self, system: str, table: str, number: int) -> Row:
        """What a system puts into a new row by itself, in the words of the telling."""
        made: dict[Table, dict[str, Raw]] = {
            ("crm", "cases"): {"caseNumber": f"R-{number:06}", "status": "new"},
            ("crm", "tasks"): {"taskNumber": f"T-{number:06}", "status": "open"},
            ("carrier", "labels"): {"trackingCode": f"3S{number}"},
            ("erp", "salesCreditMemos"): {"number": f"CM-{number}", "status": "Draft"},
        }
        for (of, name), row in made.items():
            if (self.telling.system(of), self.telling.table(of, name)) == (system, table):
                return self.telling.row(of, name, {"id": f"{table}-{number}", **row})
        return {}

    def read(self, system: str, table: str) -> Mapping[str, Row]:
        """The rows of a table by their keys. Raises Unavailable."""
        office = self.systems[system]
        if office.away:
            raise Unavailable("It is away.")
        return office.rows.get(table, {})

    def rows(self, system: str, table: str) -> list[dict[str, Any]]:
        """The rows of a table, in the words of the original."""
        held = self.systems[self.telling.system(system)]
        rows = held.rows.get(self.telling.table(system, table), {})
        return [dict(self.telling.back(row)) for row in rows.values()]

    def staff_change(self, system: str, table: str, values: Row) -> None:
        """Somebody changes the newest row of a table in the system itself."""
        held = self.systems[self.telling.system(system)].rows[self.telling.table(system, table)]
        held[list(held)[-1]].update(self.telling.row(system, table, values))

    def refuses(self, system: str) -> None:
        self.systems[self.telling.system(system)].refuses = True

    async def replayed(self, action: str) -> None:
        """Staff have an action tried once more, as the engine does."""
        for progress in list(self.actions.progress[action].values()):
            again = replace(progress, state=ErrandState.DUE, next_at=None)
            await self.alive(lambda again=again: self.actions.note(again))
        await self.settle()

    def goes_away(self, system: str, *, away: bool = True) -> None:
        self.systems[self.telling.system(system)].away = away

    # ---- what customers and people do

    async def sent(self, step: str, table: str, row: Row) -> str:
        """A form was accepted that makes this row of the CRM: the id of its action."""
        asked = next(s for s in self.story.blueprint.steps if self.telling.text(str(s.id)) == step)
        assert asked.screen is not None
        id_ = f"{int(self.now.timestamp() * 1_000_000):016x}{self.started:016x}"
        self.started += 1
        errand = Errand(
            id=f"{id_}:1",
            action=id_,
            number=1,
            system=self.telling.system("crm"),
            table=self.telling.table("crm", table),
            is_master=True,
            fields=self.telling.row("crm", table, row),
            give_up=self.now + timedelta(hours=48),
            goes_to=next(str(f.then_goes_to) for f in asked.fails if f.give_up_after),
        )
        action = self.action(str(asked.id), (errand,))
        begins = self._begins(str(asked.screen.creates))
        await self.actions.accept(action, begins)
        await self.alive(lambda: self.processes.begin(action, begins))
        return id_

    def action(self, step: str, errands: tuple[Errand, ...]) -> Action:
        """A form that was sent."""
        id_ = errands[0].action
        return Action(
            id=id_,
            reference=f"R-{self.started}",
            step=step,
            version=self.story.blueprint.version,
            person="p1",
            acting_for=None,
            language="nl",
            token=id_,
            digest=id_,
            at=self.now,
            errands=errands,
            order_with="p1",
        )

    def _begins(self, thing: str) -> Begins:
        me = {self.telling.me("contact"): CONTACT, self.telling.me("customer"): "10085"}
        return Begins(thing=thing, of=Whose(person="p1", language="nl", me=me))

    async def told(self, system: str, event: str, key: str) -> None:
        """A system tells something, in the words of the original."""
        await self.processes.hear(self.event(system, event, key))

    def event(self, system: str, event: str, key: str) -> Event:
        names = (
            step.waits.when.partition(" tells ")
            for step in self.story.blueprint.steps
            if step.waits is not None
        )
        name = next(e for s, tells, e in names if tells and self.telling.text(str(e)) == event)
        return Event(system=self.telling.system(system), name=str(name), key=key, at=self.now)

    async def answer(
        self, item: WorkItem, answer: str, by: str = "mila", said: Mapping[str, str] | None = None
    ) -> Answered | None:
        """An answer in the original's words; what is filled in goes into the fields it asks."""
        button = next(b for b in item.buttons if self.telling.text(b.answer) == answer)
        filled = {name: text for name in button.asks for text in (said or {}).values()}
        return await self.processes.answer(item.id, button.answer, by, filled)

    def work(self, *teams: str) -> list[WorkItem]:
        """The open work items of these teams; of all without."""
        return [
            item
            for instance in self.instances.kept.values()
            for item in instance.open_items(*Kind)
            if not teams or {self.telling.text(team) for team in item.teams} & set(teams)
        ]

    # ---- time

    async def passes(self, **length: float) -> None:
        """Time passes: whatever is due happens at its moment."""
        end = self.now + timedelta(**length)
        for _ in range(_MOST_TURNS):
            await self.settle()
            following = self._next_moment()
            if following is None or following > end:
                self.now = end
                await self.settle()
                return
            self.now = max(self.now, following)
        raise AssertionError("it goes round without an end")

    def _next_moment(self) -> datetime | None:
        waking = [i.wake_at for i in self.instances.kept.values() if not i.is_over]
        tries = [p.next_at for of in self.actions.progress.values() for p in of.values()]
        return min(
            (moment for moment in (*waking, *tries) if moment and moment > self.now), default=None
        )

    async def settle(self) -> None:
        """Whatever can be done now is done, as carriers and the sweep would."""
        for _ in range(_MOST_TURNS):
            before = self._all()
            for id_ in list(self.actions.kept):
                await self.alive(lambda id_=id_: self.carrier.carry(id_))
                await self.alive(lambda id_=id_: self.processes.carried(id_))
            await self.alive(self.processes.sweep)
            if self._all() == before:
                return
        raise AssertionError("it never comes to rest")

    async def alive(self, do: Callable[[], Any]) -> None:
        """Does it again when it was killed, as whoever restarts it would."""
        while True:
            try:
                await do()
            except Killed:
                continue
            return

    def _all(self) -> object:
        revisions = [instance.revision for instance in self.instances.kept.values()]
        return revisions, [sorted(of.items(), key=str) for of in self.actions.progress.values()]

    # ---- what came of it

    def log(self) -> list[str]:
        """Every line of the log, in the words of the original and the time of the service."""
        return [self._line(note) for note in self.instances.notes]

    def _line(self, note: Note) -> str:
        when = note.at.astimezone(ZONE).strftime("%d %H:%M")
        about = self.telling.text(note.about)
        by = f" by {note.by}" if note.by else ""
        return f"{when} {self.telling.text(note.step)}: {note.what} {about}".rstrip() + by

    def mails(self) -> list[str]:
        return [self.telling.text(mail.mail) for mail in self.instances.mails]

    def effects(self) -> list[str]:
        """What was really done in the systems: each write once, in the original's words."""
        return [
            f"{self.telling.text(id_)}.{self.telling.text(table)}"
            for id_, system in self.systems.items()
            for table, _ in system.effects
        ]
