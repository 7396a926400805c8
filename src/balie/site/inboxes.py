"""Puts work for people where the blueprint says that it arrives as well: a task in the CRM."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

from balie.access.viewer import Knowledge, Viewer, Visitor
from balie.backstage.actions import Receipt
from balie.backstage.inbox import Described, Inbox, Piece, Put
from balie.backstage.ports import Clock, Incident, IncidentKind, Incidents
from balie.backstage.process.instance import Instance, WorkItem
from balie.backstage.process.story import Story
from balie.backstage.receipts import number_of
from balie.backstage.row_to_write import CannotBeSent
from balie.blueprint.model import Blueprint
from balie.mapping.raw import Unfit
from balie.store.inbox import StoredInbox
from balie.store.instances import StoredInstances
from balie.systems.errors import SystemFault
from balie.words.languages import MODEL, flat, part, spoken


@dataclass(frozen=True, slots=True, kw_only=True)
class Inboxes:
    """What the rounds of work need.

    visitor, viewer: who somebody is to the systems now. address: of the portal, no slash at its
    end. say: a text of ours by its key, in the language of the blueprint.
    """

    inbox: Inbox
    kept: StoredInbox
    instances: StoredInstances
    story: Callable[[], Story]
    visitor: Callable[[str, str | None], Awaitable[Visitor | None]]
    viewer: Callable[[Visitor], Awaitable[Viewer]]
    clock: Clock
    incidents: Incidents
    address: str
    say: Mapping[str, str]
    _refused: set[str] = field(default_factory=set)

    async def look(self) -> None:
        """Puts there what is new, and closes what is done. Killed anywhere, it goes on after."""
        put = {one.piece: one for one in await self.kept.put()}
        open_now = {piece.id: piece for piece in map(self._team, await self.kept.pieces())}
        for piece in open_now.values():
            is_new = piece.id not in put and piece.id not in self._refused
            if is_new and self.inbox.has(piece.team):
                await self._make(piece)
        for one in put.values():
            if one.piece not in open_now:
                await self._end(one)

    def _team(self, piece: Piece) -> Piece:
        """What is for nobody in particular is for the help desk."""
        help_desk = self.inbox.blueprint.brand.help_desk
        return piece if piece.team or help_desk is None else replace(piece, team=str(help_desk))

    async def _make(self, piece: Piece) -> None:
        described = await self._described(piece)
        if described is None:
            return
        try:
            making = self.inbox.making(piece, described, self.clock.now())
        except (CannotBeSent, Unfit) as fault:
            self._refuse(piece, described.step, str(fault))
            return
        await self.kept.make(piece.id, described.origin, making)

    async def _end(self, put: Put) -> None:
        """What is not known to be there or not is looked at again later."""
        if not put.is_sure:
            return
        if put.row is None or not self.inbox.closes:
            await self.kept.over(put.piece)
            return
        closing = self.inbox.closing(put.piece, put.step, put.row, self.clock.now())
        await self.kept.close(put.piece, closing)

    def _refuse(self, piece: Piece, step: str, why: str) -> None:
        """It stays in Balie's own list; staff hear once that it could not go there as well."""
        self._refused.add(piece.id)
        about = f"a piece of work could not be put in another system: {why}"
        kind, now = IncidentKind.FAILED, self.clock.now()
        self.incidents.report(
            Incident(kind=kind, system="", table="", about=about, at=now, step=step)
        )

    # ---- what is known of it

    async def _described(self, piece: Piece) -> Described | None:
        """None when it was erased, or answered just now, or when a system is away that knows whose
        it is: then it is looked at again.
        """
        receipt = await self.kept.actions.carry(piece.action)
        if receipt is None:
            return None
        instance = await self.instances.get(receipt.action.order_with or piece.action)
        instance = instance or await self.instances.get(piece.action)
        me = instance.whose.me if instance else await self._me(receipt)
        if me is None:
            return None
        if piece.errand:
            described = self._of_stuck(piece, receipt)
        else:
            item = None if instance is None else instance.item(piece.item)
            if item is None or item.closed is not None:
                return None
            described = self._of_work(item)
        return replace(
            described,
            origin=instance.id if instance else piece.action,
            number=await self._number(instance, receipt),
            me=me,
        )

    def _of_stuck(self, piece: Piece, receipt: Receipt) -> Described:
        blueprint = self.inbox.blueprint
        progress = {one.errand: one for one in receipt.progress}.get(piece.errand)
        errand = next(one for one in receipt.action.errands if one.id == piece.errand)
        system = blueprint.systems.get(errand.system)
        state = "stuck" if progress is None else progress.state.name.lower()
        what = self.say[f"stuck.{state}"].replace("{system}", str(system.name if system else ""))
        return Described(
            origin=piece.action,
            title=self._title(receipt.action.step),
            why=f"{what} {self._how()}",
            step=receipt.action.step,
            address=f"{self.address}/staff/actions/{piece.action}",
        )

    def _of_work(self, item: WorkItem) -> Described:
        said = self.say[f"work.{item.kind.name.lower()}"]
        return Described(
            origin=item.id.partition(":")[0],
            title=item.title,
            why=f"{self._title(item.step)}: {said} {self._how()}",
            step=item.step,
            address=f"{self.address}/staff/work/{item.id}",
            due=item.due,
        )

    def _title(self, step: str) -> str:
        titles = (str(one.title) for one in self.inbox.blueprint.steps if one.id == step)
        return next(titles, step)

    def _how(self) -> str:
        return self.say["inbox.closes" if self.inbox.closes else "inbox.close_it"]

    async def _number(self, instance: Instance | None, receipt: Receipt) -> str:
        """What the customer has of it: its number, else the reference of the receipt."""
        if instance is not None and instance.id != receipt.action.id:
            receipt = await self.kept.actions.carry(instance.id) or receipt
        steps = self.inbox.blueprint.steps
        step = next((one for one in steps if one.id == receipt.action.step), None)
        made = None if step is None or step.screen is None else step.screen.creates
        thing = None if made is None else self.story().things.get(str(made))
        return number_of(thing, receipt) or receipt.action.reference

    async def _me(self, receipt: Receipt) -> Mapping[str, str] | None:
        """Whose it is, as far as that is sent; None while a system is away that knows it."""
        action, asked = receipt.action, self.inbox.asks_of_me
        visitor = await self.visitor(action.person, action.organisation) if action.person else None
        if visitor is None or not asked:
            return {}
        try:
            viewer = await self.viewer(visitor)
        except SystemFault:
            return None
        known = {name: mine for name, mine in viewer.me.items() if name in asked}
        if any(mine.knowledge is Knowledge.UNKNOWN for mine in known.values()):
            return None
        return {name: mine.values[0] for name, mine in known.items() if len(mine.values) == 1}


def texts_of(blueprint: Blueprint) -> Mapping[str, str]:
    """Our own words for staff, in the language of a blueprint, or else in English."""
    language = str(blueprint.language) if blueprint.language in spoken() else MODEL
    form = str(blueprint.address_customers_as)
    return flat(part(language, "staff"), form)
